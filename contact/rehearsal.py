"""What rehearsals of the promises need of this room: messages, and a mailbox that is not full.

One message has a conversation behind it, and a draft before it.
"""

from datetime import timedelta
from typing import Any, cast

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F
from django.utils import timezone

from contact.departments import DETAIL_MAX, with_forms
from contact.models import DETAILS, CannedAnswer, ContactMessage
from contact.order_models import OrderState
from contact.replies import receive_reply, save_draft, send_reply
from contact.services import DELIVERED_PER_HOUR, Submission, receive_message
from contact.teamwork import add_note, assign, merge
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import makes_rows_of_each, sets_aside

MOST_OF_A_REHEARSAL = 40
"""How many messages a rehearsal may send."""


@makes_rows_of_each
def messages(user: AbstractBaseUser, person: Canary, staff: AbstractBaseUser) -> None:
    """Write both, from the address of the account."""

    def wrote(what: str, *, trapped: bool = False, **more: Any) -> ContactMessage:
        submission = Submission(
            name=person.name,
            email=person.email,
            phone=person.phone,
            message=f"{person.text} {what}",
            wants_contact=True,
            photos=(f"A photo of {person.text}".encode(),),
            **more,
        )
        return receive_message(submission, trapped=trapped)

    wrote("by a machine", trapped=True)
    wrote(
        "to a department",
        topic=next(iter(with_forms())),
        **cast("Any", dict.fromkeys(DETAILS, person.text[:DETAIL_MAX])),
    )
    double, message = wrote("again"), wrote("first")
    merge(double, into=message.reference)
    add_note(message, by=staff, text=f"{person.name} called")
    assign(message, by=staff, to=staff)
    save_draft(message, by=staff, text=f"To {person.name}")
    send_reply(message, by=staff)
    for automatic in (True, False):
        receive_reply(
            message, text=person.text, header_id=f"<{automatic}@example.com>", automatic=automatic
        )
    save_draft(message, by=staff, text=f"Again to {person.name}")
    OrderState.objects.create(
        order_number=person.text[:DETAIL_MAX], email=person.email, state="In production"
    )
    CannedAnswer.objects.get_or_create(title="A check of the promises", text="Dear [name]")


@sets_aside
def messages_of_visitors() -> int:
    """Let the messages of the last hour count as older ones: only so many are delivered in one."""
    an_hour = timedelta(hours=1)
    recent = ContactMessage.objects.delivered_since(timezone.now() - an_hour)
    if recent.count() + MOST_OF_A_REHEARSAL <= DELIVERED_PER_HOUR:
        return 0  # and on PostgreSQL nobody waits for a row of theirs
    return recent.update(received_at=F("received_at") - an_hour)
