"""What this room holds about people."""

from contact.departments import label_of
from contact.models import ContactMessage, State
from privacy.datamap.columns import not_personal, personal, secret, staff_link
from privacy.datamap.periods import Period
from privacy.datamap.registry import ASK_US, Keep, activity, classify, not_about_people
from privacy.datamap.stored_mail import mails_also_name
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
        "company": personal(Category.EMPLOYMENT),
        "order_number": personal(Category.TRANSACTION),
        "model": personal(Category.TRANSACTION),
        "serial_number": personal(Category.TRANSACTION),
        "site": personal(Category.TRANSACTION),
        "wants_contact": personal(Category.COMMUNICATIONS),
        "received_at": personal(Category.COMMUNICATIONS),
        "state": personal(Category.COMMUNICATIONS),
        "quarantined_because": WORKFLOW,
        "announced_at": WORKFLOW,
        "acknowledged_at": personal(Category.COMMUNICATIONS),
        "answered_at": personal(Category.COMMUNICATIONS),
        "answered_by": staff_link("the member of staff who answered"),
        "answer_note": secret(Category.COMMUNICATIONS),
        "assigned_to": staff_link("the member of staff who is to answer"),
        "remind_on": WORKFLOW,
        "alarmed_at": WORKFLOW,
        "being_answered_by": staff_link("the member of staff who is answering"),
        "being_answered_until": WORKFLOW,
        "duplicate_of": not_personal("the message that says the same"),
        "fingerprint": secret(Category.COMMUNICATIONS),
        "fingerprint_day": WORKFLOW,
    },
    words={"topic": label_of},
)

mails_also_name(
    lambda subject: ContactMessage.objects.of(subject).values_list("reference", flat=True)
)

ROW = not_personal("number of the row")
OF_MESSAGE = ByAddress("message__email", "message__received_at")
# None has a clock of its own: what belongs to a message goes with it.
WITH_MESSAGE = Keep("retention.messages", CLOSED, since="the matter is closed")

classify(
    "contact.MessagePhoto",
    "Photos that you added to messages",
    activity=MESSAGES,
    subject=OF_MESSAGE,
    keep=WITH_MESSAGE,
    attached={"content": lambda photo: f"photos/{photo.file_name}"},
    fields={
        "id": ROW,
        "message": personal(Category.COMMUNICATIONS),
        "position": not_personal("which of the photos of a message it is"),
        "content": personal(Category.COMMUNICATIONS),
    },
)
classify(
    "contact.MessageReply",
    "Replies to your messages, and yours",
    activity=MESSAGES,
    subject=OF_MESSAGE,
    keep=WITH_MESSAGE,
    fields={
        "id": ROW,
        "message": personal(Category.COMMUNICATIONS),
        "kind": personal(Category.COMMUNICATIONS),
        "at": personal(Category.COMMUNICATIONS),
        "by": staff_link("the member of staff who wrote"),
        "text": personal(Category.COMMUNICATIONS),
        "header_id": not_personal("random name of the mail"),
    },
)
classify(
    "contact.MessageNote",
    "Notes on your messages",
    activity=MESSAGES,
    subject=OF_MESSAGE,
    keep=WITH_MESSAGE,
    fields={
        "id": ROW,
        "message": personal(Category.COMMUNICATIONS),
        "at": personal(Category.COMMUNICATIONS),
        "by": staff_link("the member of staff who wrote"),
        "text": personal(Category.COMMUNICATIONS),
    },
)
classify(
    "contact.ReplyDraft",
    "Drafts of replies",
    activity=MESSAGES,
    subject=OF_MESSAGE,
    keep=WITH_MESSAGE,
    fields={
        "id": ROW,
        "message": personal(Category.COMMUNICATIONS),
        "text": secret(Category.COMMUNICATIONS),
        "edited_at": personal(Category.COMMUNICATIONS),
        "edited_by": staff_link("the member of staff who wrote"),
    },
)
ORDERS = activity(
    "orders",
    title="State of orders",
    purpose=Purpose.REQUESTED,
    people=(People.CUSTOMERS,),
    source=Source.US,
)
classify(
    "contact.OrderState",
    "State of your orders, as our order system told it last",
    activity=ORDERS,
    subject=ByAddress("email", "listed_at"),
    # Each list takes the place of the one before; how long orders are kept is no matter of this site.
    keep=Keep("retention.other-records", said=ASK_US),
    fields={
        "id": ROW,
        "order_number": personal(Category.TRANSACTION),
        "email": personal(Category.CONTACT),
        "state": personal(Category.TRANSACTION),
        "ordered_on": personal(Category.TRANSACTION),
        "ships_on": personal(Category.TRANSACTION),
        "shipped_on": personal(Category.TRANSACTION),
        "listed_at": not_personal("when the list was loaded"),
    },
)
not_about_people(
    "contact.CannedAnswer",
    "an answer that is needed often, with gaps where it speaks of somebody",
    "id", "title", "text",
)  # fmt: skip
