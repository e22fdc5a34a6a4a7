"""What rehearsals of the promises need of this room: messages, and a mailbox that is not full."""

from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F
from django.utils import timezone

from contact.models import ContactMessage
from contact.services import DELIVERED_PER_HOUR, Submission, receive_message
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import makes_rows, sets_aside

MOST_OF_A_REHEARSAL = 40
"""How many messages a rehearsal may send."""


@makes_rows
def messages(user: AbstractBaseUser, person: Canary, staff: AbstractBaseUser) -> None:
    """Write both, from the address of the account."""
    for trapped in (False, True):
        receive_message(
            Submission(
                name=person.name,
                email=person.email,
                phone=person.phone,
                message=f"{person.text} {trapped}",
                wants_contact=True,
            ),
            trapped=trapped,
        )


@sets_aside
def messages_of_visitors() -> int:
    """Let the messages of the last hour count as older ones: only so many are delivered in one."""
    an_hour = timedelta(hours=1)
    recent = ContactMessage.objects.delivered_since(timezone.now() - an_hour)
    if recent.count() + MOST_OF_A_REHEARSAL <= DELIVERED_PER_HOUR:
        return 0  # and on PostgreSQL nobody waits for a row of theirs
    return recent.update(received_at=F("received_at") - an_hour)
