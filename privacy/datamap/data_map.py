"""What the proof of erasures holds, and the mail of all rooms, which lies below them."""

from privacy.datamap.columns import not_personal, personal, secret
from privacy.datamap.periods import Period
from privacy.datamap.registry import Keep, activity, classify, not_about_people
from privacy.datamap.stored_mail import mail_text, mails_naming
from privacy.datamap.subjects import ByAddress, ByRule
from privacy.datamap.terms import Category, People, Purpose, Source

ROW = not_personal("number of the row")
MAIL_LOG = Period(days=14)
DELIVERY = not_personal("state of the delivery")

MAIL = activity(
    "mail",
    title="Email that the site sends",
    purpose=Purpose.REQUESTED,
    people=(People.CUSTOMERS, People.WRITERS, People.SUBSCRIBERS),
    source=Source.US,
)
PROOF = activity(
    "erasure-proof",
    title="Proof of erasures",
    purpose=Purpose.PROOF,
    people=(People.CUSTOMERS, People.WRITERS),
    source=Source.US,
)

classify(
    "outbox.OutboxMail",
    "Email to you, and log of email sent",
    activity=MAIL,
    subject=(ByAddress("recipient", "created_at", claimed=True), ByRule(mails_naming)),
    keep=(
        Keep("retention.sent-mail", MAIL_LOG, after="sent_at"),
        Keep("retention.sent-mail", MAIL_LOG, after="parked_at"),
    ),
    readable={"message": mail_text},
    fields={
        "id": ROW,
        "message_id": not_personal("random name of the mail"),
        "dedupe_key": not_personal("names what the mail is about, never a person"),
        "purpose": personal(Category.COMMUNICATIONS),
        "sender": not_personal("our own address"),
        "recipient": personal(Category.CONTACT),
        "subject": personal(Category.COMMUNICATIONS),
        "message": secret(Category.COMMUNICATIONS),
        "created_at": personal(Category.COMMUNICATIONS),
        "due_at": DELIVERY,
        "attempts": DELIVERY,
        "claim": DELIVERY,
        "lease_until": DELIVERY,
        "sent_at": personal(Category.COMMUNICATIONS),
        "parked_at": DELIVERY,
        "last_error": not_personal("class of the error, without its text"),
        "request_id": not_personal("random number, in the log too; emptied when the mail is sent"),
    },
)
not_about_people(
    "outbox.MassMailProgress",
    "how far the copies of a message have been written, until all are",
    "id", "dedupe_key", "audience", "reached", "written",
)  # fmt: skip
not_about_people(
    "outbox.JobRun",
    "when a periodic job last ran",
    "id", "name", "started_at", "succeeded_at", "undone_since",
)  # fmt: skip
not_about_people(
    "datamap.PurgeFailure",
    "a retention rule that failed, by its name and the class of the error",
    "id", "rule", "title", "promise", "error", "since",
)  # fmt: skip
not_about_people(
    "datamap.ClockStamp",
    "what the clock of the machine read",
    "id", "last_seen", "largest_seen", "moved_at",
)  # fmt: skip
not_about_people(
    "datamap.Erasure",
    "that an erasure happened, by a random reference and counts, not whose",
    "id", "reference", "erased_at", "cause", "plan_version", "replayed", "counts",
)  # fmt: skip
