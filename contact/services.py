"""Everything that changes a message: it comes in, is answered, is judged, and goes."""

import re
import unicodedata
from dataclasses import dataclass, fields
from datetime import timedelta
from hashlib import sha256

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from contact import mails
from contact.departments import WEBMASTER
from contact.models import DETAILS, ContactMessage, Quarantine, State
from contact.photo_models import MessagePhoto
from privacy.rights.choices import Channel, Kind
from privacy.rights.services import open_request

LINKS_MAX = 5
LINK = re.compile(r"https?://|<a\s|\[url", re.IGNORECASE)
# The whole site: a flood from many addresses must not fill the webmaster's mailbox.
DELIVERED_PER_HOUR = 60
ALARM_AGAIN = timedelta(days=7)


class RefusedError(Exception):
    """A rule forbids what was asked for; the message says which, in words for people."""


class WrongState(Exception):  # noqa: N818 - it says what is wrong, and is caught by the admin
    """Somebody else was faster: the message is no longer in the state that the action needs."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What a visitor typed, checked by the form."""

    name: str
    email: str
    phone: str
    message: str
    wants_contact: bool
    topic: str = WEBMASTER
    company: str = ""
    order_number: str = ""
    model: str = ""
    serial_number: str = ""
    site: str = ""
    photos: tuple[bytes, ...] = ()

    @property
    def fingerprint(self) -> str:
        """A keyed hash that is equal when the same person says the same thing again."""
        said = (str(getattr(self, one.name)) for one in fields(self) if one.name != "photos")
        parts = [" ".join(unicodedata.normalize("NFC", part).split()).casefold() for part in said]
        content = "\x1f".join([*parts, *(sha256(photo).hexdigest() for photo in self.photos)])
        return salted_hmac("contact.fingerprint", content, algorithm="sha256").hexdigest()


@transaction.atomic
def receive_message(submission: Submission, *, trapped: bool = False) -> ContactMessage:
    """Store what a visitor sent, with its mails, or find it stored already.

    A suspicion never refuses a message, as privacy requests come this way, too: it is held for a
    person to look at, and no mail goes out. Who sends a held message again without whatever made
    it suspicious has it delivered.
    """
    reason = _suspicion(submission, trapped=trapped)
    known = _sent_before(submission)
    if known is None:
        known, created = ContactMessage.objects.get_or_create(
            fingerprint=submission.fingerprint,
            fingerprint_day=timezone.localdate(),
            defaults={
                "topic": submission.topic,
                "name": submission.name,
                "email": submission.email,
                "phone": submission.phone,
                "message": submission.message,
                "wants_contact": submission.wants_contact,
                **{name: getattr(submission, name) for name in DETAILS},
                "state": State.SPAM if reason else State.WAITING,
                "quarantined_because": reason,
            },
        )
        if created:
            MessagePhoto.objects.bulk_create(
                MessagePhoto(message=known, position=position, content=photo)
                for position, photo in enumerate(submission.photos, 1)
            )
            if not reason:
                _deliver(known, acknowledge=True)
            elif reason == Quarantine.LIMIT:
                _tell_of_flood(known)
            return known
    if known.is_held and not reason:
        current = locked(known)
        return _release(current) if current.is_held else current
    return known


def receive_request(submission: Submission, *, kind: Kind, trapped: bool = False) -> None:
    """Hand what is a privacy request to the request desk, where its clock runs.

    It is stored there alone: two copies of what somebody wrote are one too many.
    """
    also = {"Phone": submission.phone, "Company": submission.company}
    more = "".join(f"\n\n{called}: {said}" for called, said in also.items() if said)
    open_request(
        kind=kind,
        name=submission.name,
        email=submission.email,
        text=submission.message + more,
        channel=Channel.CONTACT,
        wants_contact=submission.wants_contact,
        trapped=trapped or _suspicion(submission, trapped=False) == Quarantine.LINKS,
    )


@transaction.atomic
def answer_message(
    message: ContactMessage, *, by: AbstractBaseUser, note: str = ""
) -> ContactMessage:
    """Record that a waiting message and its doubles have been answered, by whom and when."""
    current = locked(message)
    if not current.is_open:
        raise WrongState
    current.answer_note = note
    current.save(update_fields=["answer_note"])
    return close(current, by=by)


def close(message: ContactMessage, *, by: AbstractBaseUser) -> ContactMessage:
    """Close a message that is locked. Its doubles, which it answers, are closed with it."""
    message.state = State.ANSWERED
    message.answered_at = timezone.now()
    message.answered_by_id = by.pk
    message.being_answered_by = message.being_answered_until = None
    message.save(
        update_fields=[
            "state", "answered_at", "answered_by", "being_answered_by", "being_answered_until",
        ]
    )  # fmt: skip
    message.doubles.update(
        state=State.ANSWERED, answered_at=message.answered_at, answered_by_id=by.pk
    )
    return message


def reopen(message: ContactMessage) -> ContactMessage:
    """Let an answered message that is locked wait again. The alarm begins anew."""
    message.state = State.WAITING
    message.answered_at = message.answered_by = None
    message.alarmed_at = timezone.now()
    message.save(update_fields=["state", "answered_at", "answered_by", "alarmed_at"])
    message.doubles.update(state=State.WAITING, answered_at=None, answered_by=None)
    return message


@transaction.atomic
def mark_spam(message: ContactMessage) -> ContactMessage:
    """Put a waiting message away as spam, with its doubles, on the word of a person."""
    current = locked(message)
    if not current.is_open:
        raise WrongState
    current.state = State.SPAM
    current.save(update_fields=["state"])
    current.doubles.update(state=State.SPAM)
    return current


@transaction.atomic
def release_from_quarantine(message: ContactMessage) -> ContactMessage:
    """Put a message that is no spam among the waiting ones, and mail it if it was held.

    What a person had marked as spam was mailed when it came, and is not mailed again.
    """
    current = locked(message)
    if current.state != State.SPAM:
        raise WrongState
    current.doubles.update(state=State.WAITING)
    return _release(current)


@transaction.atomic
def announce_held_messages() -> int:
    """Tell the webmaster once of each held message, by number only. Return how many."""
    fresh = list(
        ContactMessage.objects.unannounced().select_for_update().values_list("pk", flat=True)
    )
    if fresh:
        ContactMessage.objects.filter(pk__in=fresh).update(announced_at=timezone.now())
        mails.held_mail(len(fresh)).send()
    return len(fresh)


@transaction.atomic
def raise_alarms() -> int:
    """Tell the webmaster of messages that wait too long, of each once a week. Return how many."""
    again = timezone.now() - ALARM_AGAIN
    late = ContactMessage.objects.late().exclude(alarmed_at__gt=again)
    fresh = list(late.select_for_update().values_list("pk", flat=True))
    if fresh:
        ContactMessage.objects.filter(pk__in=fresh).update(alarmed_at=timezone.now())
        mails.late_mail(len(fresh)).send()
    return len(fresh)


def _suspicion(submission: Submission, *, trapped: bool) -> Quarantine:
    if trapped:
        return Quarantine.HONEYPOT
    if len(LINK.findall(submission.message)) > LINKS_MAX:
        return Quarantine.LINKS
    an_hour_ago = timezone.now() - timedelta(hours=1)
    if ContactMessage.objects.delivered_since(an_hour_ago).count() >= DELIVERED_PER_HOUR:
        return Quarantine.LIMIT
    return Quarantine.NONE


def _sent_before(submission: Submission) -> ContactMessage | None:
    """Find the same content of the last 24 hours, so that midnight does not make it two."""
    yesterday = timezone.now() - timedelta(hours=24)
    return ContactMessage.objects.filter(
        fingerprint=submission.fingerprint, received_at__gt=yesterday
    ).first()


def _release(message: ContactMessage) -> ContactMessage:
    was_held = message.is_held
    message.state = State.WAITING
    message.quarantined_because = Quarantine.NONE
    message.save(update_fields=["state", "quarantined_because"])
    if was_held:
        _deliver(message, acknowledge=False)
    return message


def _tell_of_flood(message: ContactMessage) -> None:
    """Tell the webmaster once an hour that honest messages may be held just for coming too many."""
    an_hour_ago = timezone.now() - timedelta(hours=1)
    flood = ContactMessage.objects.filter(quarantined_because=Quarantine.LIMIT)
    if flood.filter(announced_at__gt=an_hour_ago).exists():
        return
    mails.flood_mail(DELIVERED_PER_HOUR).send()
    message.announced_at = timezone.now()
    message.save(update_fields=["announced_at"])


def _deliver(message: ContactMessage, *, acknowledge: bool) -> None:
    """Write the mails of a message into the outbox, in the running transaction.

    The acknowledgement goes only to who asked to be contacted, and once a day to one address:
    its owner may not be the one who typed it.
    """
    now = timezone.now()
    mails.message_mail(message).send()
    message.announced_at = now
    yesterday = now - timedelta(hours=24)
    if (
        acknowledge
        and message.wants_contact
        and not ContactMessage.objects.acknowledged_since(message.email, yesterday).exists()
    ):
        mails.acknowledgement_mail(message).send()
        message.acknowledged_at = now
    message.save(update_fields=["announced_at", "acknowledged_at"])


def locked(message: ContactMessage) -> ContactMessage:
    """Read the row again, so that of two colleagues who act at once one is told."""
    return ContactMessage.objects.select_for_update().get(pk=message.pk)
