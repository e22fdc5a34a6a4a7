"""What this room holds about people."""

from contact.models import State
from privacy.datamap.columns import not_personal, personal, secret, staff_link
from privacy.datamap.periods import Period
from privacy.datamap.registry import Keep, activity, classify
from privacy.datamap.subjects import ByAddress
from privacy.datamap.terms import Category, People, Purpose, Source

MESSAGES = activity(
    "messages",
    title="Messages to the company",
    purpose=Purpose.ANSWER,
    people=(People.WRITERS,),
    source=Source.YOU,
)
CLOSED = Period(months=24)
WORKFLOW = not_personal("state of the work on the message")

classify(
    "contact.ContactMessage",
    "Messages to us",
    activity=MESSAGES,
    subject=ByAddress("email", "received_at"),
    keep=(
        Keep(
            "retention.messages",
            CLOSED,
            since="the matter is closed",
            after="answered_at",
            where={"state": State.ANSWERED},
        ),
        Keep(
            "retention.messages",
            CLOSED,
            since="the matter is closed",
            after="received_at",
            where={"state": State.SPAM},
        ),
    ),
    fields={
        "id": not_personal("number of the row"),
        "reference": personal(Category.COMMUNICATIONS),
        "topic": personal(Category.COMMUNICATIONS),
        "name": personal(Category.CONTACT),
        "email": personal(Category.CONTACT),
        "phone": personal(Category.CONTACT),
        "message": personal(Category.COMMUNICATIONS),
        "wants_contact": personal(Category.COMMUNICATIONS),
        "received_at": personal(Category.COMMUNICATIONS),
        "state": personal(Category.COMMUNICATIONS),
        "quarantined_because": WORKFLOW,
        "announced_at": WORKFLOW,
        "acknowledged_at": personal(Category.COMMUNICATIONS),
        "answered_at": personal(Category.COMMUNICATIONS),
        "answered_by": staff_link("the member of staff who answered"),
        "answer_note": secret(Category.COMMUNICATIONS),
        "fingerprint": secret(Category.COMMUNICATIONS),
        "fingerprint_day": WORKFLOW,
    },
)
