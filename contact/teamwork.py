"""How colleagues share the inbox: who answers, what they tell each other, what belongs together."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from contact import mails
from contact.models import ContactMessage, MessageNote, ReplyDraft
from contact.services import RefusedError, WrongState, locked

ANSWERING = timedelta(minutes=30)
"""How long "somebody is answering" stands without another sign of it."""


def colleagues() -> QuerySet[Any]:
    """Return the staff who may answer messages."""
    people: QuerySet[Any] = get_user_model()._default_manager.with_perm(
        "contact.change_contactmessage"
    )
    return people.filter(is_staff=True).order_by("username")


@transaction.atomic
def assign(message: ContactMessage, *, by: AbstractBaseUser, to: AbstractBaseUser | None) -> None:
    """Say who is to answer, and tell them. Nobody is told of what they took themselves."""
    current = locked(message)
    current.assigned_to_id = to.pk if to else None
    current.save(update_fields=["assigned_to"])
    address = str(getattr(to, "email", "") or "")
    if to is not None and to.pk != by.pk and address:
        mails.assigned_mail(current, to=address).send()


def add_note(message: ContactMessage, *, by: AbstractBaseUser, text: str) -> MessageNote:
    """Tell colleagues something."""
    return MessageNote.objects.create(message=message, by_id=by.pk, text=text)


@transaction.atomic
def remind(message: ContactMessage, *, on: date | None) -> None:
    """Have the front page of the desk name the message from a day on, or no longer."""
    current = locked(message)
    current.remind_on = on
    current.save(update_fields=["remind_on"])


@transaction.atomic
def start_answering(message: ContactMessage, *, by: AbstractBaseUser) -> None:
    """Show colleagues that somebody is answering. It ends by itself."""
    current = locked(message)
    if not current.is_open or current.being_answered:
        raise WrongState
    note_answering(current, by=by)


def note_answering(message: ContactMessage, *, by: AbstractBaseUser) -> None:
    """Write down on a locked message who is answering, and until when that stands."""
    message.being_answered_by_id = by.pk
    message.being_answered_until = timezone.now() + ANSWERING
    message.save(update_fields=["being_answered_by", "being_answered_until"])


@transaction.atomic
def merge(message: ContactMessage, *, into: str) -> None:
    """Let another waiting message of the same sender stand for this one, by its reference."""
    current = locked(message)
    if not current.is_open:
        raise WrongState
    others = ContactMessage.objects.waiting().filter(email=current.email).exclude(pk=current.pk)
    other = others.select_for_update().filter(reference=into.strip().upper()).first()
    if other is None:
        raise RefusedError("No other message from this address waits under that reference.")
    if current.wants_contact and not other.wants_contact:
        raise RefusedError("Only this message asks to be contacted: merge the other into this one.")
    if ReplyDraft.objects.filter(message=current).exists():
        raise RefusedError(
            "A reply to this message is being written: merge the other into this one."
        )
    current.doubles.update(duplicate_of=other)
    current.duplicate_of = other
    current.save(update_fields=["duplicate_of"])


@transaction.atomic
def separate(message: ContactMessage) -> None:
    """Let a message stand for itself again."""
    current = locked(message)
    current.duplicate_of = None
    current.save(update_fields=["duplicate_of"])
