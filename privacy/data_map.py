"""What this room holds about people, and the tables of rooms that lie below it."""

from privacy.datamap.columns import not_personal, personal, secret
from privacy.datamap.mail import mail_text, mails_naming
from privacy.datamap.places import CONSENT, NOTICES
from privacy.datamap.registry import Keep, activity, classify, not_about_people
from privacy.datamap.subjects import ByAddress, ByRule, ByUser, Subject
from privacy.datamap.terms import Category, OnErase, People, Purpose, Source
from privacy.rights.storage import erase_export_files

ROW = not_personal("number of the row")
DELIVERY = not_personal("state of the delivery")

MAIL = activity(
    "mail",
    title="E-mail that the site sends",
    purpose=Purpose.REQUESTED,
    people=(People.CUSTOMERS, People.WRITERS, People.SUBSCRIBERS),
    source=Source.US,
)
IDLE = activity(
    "idle-accounts",
    title="Ending accounts that nobody uses",
    purpose=Purpose.SECURITY,
    people=(People.CUSTOMERS,),
    source=Source.YOUR_USE,
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
    "E-mail to you, and log of e-mail sent",
    activity=MAIL,
    subject=(ByAddress("recipient", "created_at", claimed=True), ByRule(mails_naming)),
    keep=(
        Keep("14 days", "retention.sent-mail", after="sent_at", days=14),
        Keep("14 days", "retention.sent-mail", after="parked_at", days=14),
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
    },
)
classify(
    "privacy.IdleNotice",
    "Notice that your account is idle",
    activity=IDLE,
    subject=ByUser(),
    keep=Keep("while you keep it", "retention.account"),
    fields={
        "id": ROW,
        "user": personal(Category.ACCOUNT),
        "sent_at": personal(Category.USAGE),
    },
)
not_about_people(
    "privacy.Erasure",
    "that an erasure happened, by a random reference and counts, not whose",
    "id", "reference", "erased_at", "cause", "plan_version", "replayed", "counts",
)  # fmt: skip

classify(
    "privacy.PolicyAcknowledgement",
    "Changes of policy that you have seen",
    activity=NOTICES,
    subject=ByUser(),
    keep=Keep("while you keep it", "retention.account"),
    fields={
        "id": ROW,
        "user": personal(Category.ACCOUNT),
        "version": personal(Category.COMMUNICATIONS),
        "at": personal(Category.COMMUNICATIONS),
    },
)

not_about_people("privacy.Policy", "the name of a policy", "id", "slug", "title")
not_about_people(
    "privacy.PolicyVersion",
    "a published text and its dates",
    "id", "policy", "number", "kind", "reason", "summary", "source_text", "rendered_html",
    "renderer", "claims_json", "posted_at", "posted_on", "effective_on", "imported", "previous_hash",
    "hash",
)  # fmt: skip
not_about_people(
    "privacy.PolicyEvent",
    "what happened to a published text; who did it is a keyed pseudonym",
    "id", "version", "kind", "at", "actor", "note",
)  # fmt: skip
not_about_people(
    "privacy.PolicyDraft",
    "a text in work; its author is cut off when the account goes",
    "id", "policy", "kind", "reason", "summary", "source_text", "post_on", "effective_on",
    "author", "reviewer", "review_asked_at", "created_at", "changed_at", "sealed_as",
)  # fmt: skip
not_about_people(
    "privacy.PromiseResult",
    "what a check of the site saw",
    "id", "claim_id", "kept", "words", "figures", "checked_at", "broken_since",
)  # fmt: skip
not_about_people(
    "cookie_consent.CookieGroup",
    "the catalogue of cookies, not who accepted them",
    "id", "varname", "name", "description", "is_required", "is_deletable", "ordering", "created",
)  # fmt: skip
not_about_people(
    "cookie_consent.Cookie",
    "the catalogue of cookies, not who accepted them",
    "id", "cookiegroup", "name", "description", "path", "domain", "created",
)  # fmt: skip
not_about_people(
    "cookie_consent.LogItem",
    "switched off; it would hold a choice without anybody's name",
    "id", "action", "cookiegroup", "version", "created",
)  # fmt: skip


# --- consent: no row of it names anybody ----------------------------------------------------------
def _by_its_number_only(subject: Subject) -> None:
    """Tell that a receipt cannot be found from a person: only their browser knows its number."""


classify(
    "privacy.ConsentReceipt",
    "Consent receipts",
    activity=CONSENT,
    subject=ByRule(_by_its_number_only),
    keep=Keep("three years after the consent ends", "retention.consent-receipts"),
    on_erase=OnErase.KEEP,
    ground="They prove the consent, and name nobody.",
    fields={
        "id": personal(Category.CONSENT, "held by the visitor's browser alone"),
        "at": personal(Category.CONSENT),
        "keep_until": personal(Category.CONSENT),
        "document": personal(Category.CONSENT),
        "digest": not_personal("digest of the receipt"),
        "replaces": personal(Category.CONSENT),
        "notice": not_personal("what was shown to everybody"),
    },
)
not_about_people(
    "privacy.ReceiptSeal",
    "digests that prove that no receipt was altered",
    "number", "receipt_id", "digest", "keep_until", "previous_hash", "hash",
)  # fmt: skip
not_about_people("privacy.NoticeSnapshot", "what was shown to everybody", "digest", "content")
not_about_people(
    "privacy.ServiceSwitch", "our account number at a vendor", "id", "key", "identifier"
)
not_about_people(
    "privacy.GroupVersion", "what a group offered", "id", "group", "version", "material", "at"
)
not_about_people(
    "privacy.EditorialNote",
    "a judgement about two texts; who made it is a keyed pseudonym",
    "id", "group", "earlier", "later", "reason", "actor", "at",
)  # fmt: skip
not_about_people("privacy.DailyChoice", "counts by day", "id", "day", "outcome", "count")


# --- requests: the outline stays for 36 months, the words for 12 ----------------------------------
REQUESTS = activity(
    "requests",
    title="Privacy requests",
    purpose=Purpose.RIGHTS,
    people=(People.CUSTOMERS, People.WRITERS, People.VISITORS),
    source=Source.YOU,
)
OUTLINE = Keep("36 months after closing", "retention.requests", after="closed_at", months=36)
TEXT = "12 months after closing"
WHY_KEPT = "type, dates and outcome stay, to prove that we answered"

classify(
    "privacy.SubjectRequest",
    "Your privacy requests",
    activity=REQUESTS,
    subject=ByAddress("email", "received_at"),
    keep=(
        Keep(
            TEXT,
            "retention.requests",
            after="closed_at",
            months=12,
            blank=("name", "email", "text", "fingerprint"),
        ),
        OUTLINE,
    ),
    on_erase=OnErase.BLANK,
    ground=WHY_KEPT,
    fields={
        "id": ROW,
        "reference": personal(Category.REQUEST),
        "kind": personal(Category.REQUEST),
        "channel": personal(Category.REQUEST),
        "received_at": personal(Category.REQUEST),
        "name": personal(Category.CONTACT, blank=""),
        "email": personal(Category.CONTACT, blank=""),
        "text": personal(Category.COMMUNICATIONS, blank=""),
        "fingerprint": secret(Category.COMMUNICATIONS, blank=""),
        "is_held": not_personal("a program's suspicion"),
        "due_on": personal(Category.REQUEST),
        "closed_at": personal(Category.REQUEST),
    },
)
OF_REQUEST = ByAddress("request__email", "request__received_at")
classify(
    "privacy.RequestEvent",
    "What happened to your requests",
    activity=REQUESTS,
    subject=OF_REQUEST,
    keep=Keep("36 months after closing", "retention.requests"),
    on_erase=OnErase.KEEP,
    ground="to prove that we answered",
    fields={
        "id": ROW,
        "request": personal(Category.REQUEST),
        "did": personal(Category.REQUEST),
        "at": personal(Category.REQUEST),
        "actor": not_personal("keyed pseudonym of staff"),
        "proof": personal(Category.REQUEST),
        "ground": personal(Category.REQUEST),
        "fact": not_personal("a stage, a date or a vendor"),
    },
)
classify(
    "privacy.RequestNote",
    "What we wrote about your requests",
    activity=REQUESTS,
    subject=ByAddress("event__request__email", "event__at"),
    keep=Keep(TEXT, "retention.requests", after="event__request__closed_at", months=12),
    fields={
        "id": ROW,
        "event": personal(Category.REQUEST),
        "text": personal(Category.COMMUNICATIONS),
    },
)
classify(
    "privacy.MailedLink",
    "Links that we mailed to you",
    activity=REQUESTS,
    subject=OF_REQUEST,
    keep=Keep(TEXT, "retention.requests", after="expires_at", days=30),
    fields={
        "id": ROW,
        "request": personal(Category.REQUEST),
        "purpose": personal(Category.REQUEST),
        "token_hash": secret(Category.CREDENTIALS),
        "created_at": personal(Category.REQUEST),
        "expires_at": personal(Category.REQUEST),
        "used_at": personal(Category.REQUEST),
    },
)
classify(
    "privacy.ExportFile",
    "Copies that wait for you",
    activity=REQUESTS,
    subject=OF_REQUEST,
    keep=Keep(TEXT, "retention.requests"),
    erase=erase_export_files,
    fields={
        "id": ROW,
        "request": personal(Category.REQUEST),
        "file_name": not_personal("random name of the file"),
        "made_at": personal(Category.REQUEST),
        "expires_at": personal(Category.REQUEST),
        "fetches": personal(Category.REQUEST),
    },
)
classify(
    "privacy.VendorTask",
    "What vendors had to do for your requests",
    activity=REQUESTS,
    subject=OF_REQUEST,
    keep=Keep(
        TEXT,
        "retention.requests",
        after="request__closed_at",
        months=12,
        blank=("evidence",),
    ),
    on_erase=OnErase.BLANK,
    ground=WHY_KEPT,
    fields={
        "id": ROW,
        "request": personal(Category.REQUEST),
        "vendor": personal(Category.REQUEST),
        "due_on": personal(Category.REQUEST),
        "done_at": personal(Category.REQUEST),
        "evidence": personal(Category.COMMUNICATIONS, blank=""),
    },
)
