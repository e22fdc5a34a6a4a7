"""How somebody becomes a reader: a sign-up, its confirmation by link or code, and its topics.

Nobody learns here whether an address is known. The same work is done for each, and is taken back
where the owner of the address wants no such mail: the answer and its time tell nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from newsletter import mails
from newsletter.links import CONFIRM, find_reader, is_code_of
from newsletter.models import Subscriber, SubscriberQuerySet, Subscription, Topic, Wording
from newsletter.models.readers import UNCONFIRMED, new_key
from newsletter.suppression import (
    NEWSLETTER,
    SIGN_UP,
    held_addresses,
    lift_suppression,
    may_be_asked,
)
from newsletter.wording import keep_wording, policy_version_now, words_shown
from privacy.consent.personal_services import accept_newsletter
from privacy.datamap.subjects import proven_addresses_of

State, Means, Source = Subscriber.State, Subscriber.Means, Subscriber.Source

WRITTEN_AGAIN = timedelta(hours=1)
"""How long an address is not written to again about a sign-up, whoever types it how often."""
REMIND_AFTER = timedelta(days=4)
REMINDERS_AT_ONCE = 500
MOST_WRONG_CODES = 5
NOBODYS_DOMAIN = "unconfirmed.invalid"
A_MOMENT = timedelta(minutes=10)
"""How long a button that is pressed twice gets the answer of the first press."""


@dataclass(frozen=True, slots=True)
class SignUp:
    """What a visitor typed and was shown, checked by the form."""

    email: str
    topics: tuple[Topic, ...]
    words: str


class NotYoursError(Exception):
    """The account has not confirmed the address."""


def sign_up(asked: SignUp, *, trapped: bool = False) -> None:
    """Store a sign-up and write to its address, or to who has the newsletter already.

    Of two at once with one new address, the second finds the row of the first.
    """
    try:
        _sign_up(asked, trapped)
    except IntegrityError:
        _sign_up(asked, trapped)


@transaction.atomic
def _sign_up(asked: SignUp, trapped: bool) -> None:
    reader = Subscriber.objects.select_for_update().filter(email=asked.email).first()
    if trapped:
        if reader is None:
            _keep(Subscriber(email=asked.email, state=State.HELD), asked)
        return
    if not may_be_asked(asked.email):
        _for_nobody(asked, write=True)
    elif reader is None or reader.state == State.HELD or _may_go_on(reader):
        _write(_keep(reader or Subscriber(email=asked.email), asked), mails.confirmation_mail)
    else:
        _for_nobody(asked, write=_just_written(reader))
        if reader.state == State.PENDING:
            _set_topics(reader, asked.topics)
        elif not _just_written(reader):
            _write(reader, mails.known_mail)


def _may_go_on(reader: Subscriber) -> bool:
    return reader.state == State.PENDING and not _just_written(reader)


def _for_nobody(asked: SignUp, *, write: bool) -> None:
    """Do what a new sign-up takes, and take it back: the time of the answer tells nothing.

    Something is written all the same, as the disk takes its time for what is committed.
    """
    wording = keep_wording(asked.words)
    Wording.objects.filter(pk=wording.pk).update(text=wording.text)
    with transaction.atomic():
        nobody = _keep(Subscriber(email=f"{new_key()}@{NOBODYS_DOMAIN}"), asked)
        if write:
            _write(nobody, mails.confirmation_mail)
        transaction.set_rollback(True)


@transaction.atomic
def mail_links(email: str) -> None:
    """Write to a reader who has no issue at hand. For others as much is done, and taken back."""
    reader = Subscriber.objects.confirmed().select_for_update().filter(email=email).first()
    if reader is None or _just_written(reader):
        _for_nobody(SignUp(email, (), words_shown()), write=True)
    else:
        _write(reader, mails.known_mail)


def _just_written(reader: Subscriber) -> bool:
    return reader.written_at is not None and reader.written_at > timezone.now() - WRITTEN_AGAIN


def _write(reader: Subscriber, mail: Any) -> None:
    mail(reader).send()
    reader.written_at = timezone.now()
    reader.save(update_fields=["written_at"])


def _keep(reader: Subscriber, asked: SignUp) -> Subscriber:
    """Store a sign-up as a new one: its seven days begin, and its code may be tried anew."""
    if reader.pk:
        reader.state = State.PENDING
    reader.created_at = timezone.now()
    reader.reminded_at = reader.written_at = None
    reader.code_tries = 0
    reader.wording = keep_wording(asked.words)
    reader.policy_version = policy_version_now()
    reader.save()
    _set_topics(reader, asked.topics)
    return reader


def _set_topics(reader: Subscriber, topics: Iterable[Topic]) -> None:
    wanted = {topic.pk for topic in topics}
    rows = Subscription.objects.filter(subscriber=reader)
    rows.exclude(topic__in=wanted).delete()
    known = set(rows.values_list("topic", flat=True))
    Subscription.objects.bulk_create(
        Subscription(subscriber=reader, topic_id=topic) for topic in sorted(wanted - known)
    )


@transaction.atomic
def confirm_by_link(token: str) -> Subscriber | None:
    """Confirm by the button behind a mailed link; None where the link is of no use.

    Pressed twice, the second press is told the same as the first, and changes nothing.
    """
    reader = _locked(find_reader(token, CONFIRM))
    if reader is None or is_over(reader):
        return _just_confirmed(reader)
    return _confirm(reader, Means.LINK)


@transaction.atomic
def confirm_by_code(email: str, typed: str) -> Subscriber | None:
    """Confirm by the mailed code; None where it is another, too old, or tried too often."""
    reader = _locked(Subscriber.objects.filter(email=email).first())
    if reader is None or reader.code_tries >= MOST_WRONG_CODES:
        return None
    if not is_code_of(reader, typed):
        reader.code_tries += 1
        reader.save(update_fields=["code_tries"])
        return None
    return _just_confirmed(reader) if is_over(reader) else _confirm(reader, Means.CODE)


def is_over(reader: Subscriber) -> bool:
    """Tell whether there is nothing (any more) to confirm."""
    too_old = reader.created_at < UNCONFIRMED.before(timezone.now())
    return reader.state != State.PENDING or too_old


def _just_confirmed(reader: Subscriber | None) -> Subscriber | None:
    at = None if reader is None else reader.confirmed_at
    return reader if at is not None and at > timezone.now() - A_MOMENT else None


def _locked(reader: Subscriber | None) -> Subscriber | None:
    """Read a row again under a lock: of two presses at once, one acts."""
    rows = Subscriber.objects.select_for_update()
    return None if reader is None else rows.filter(pk=reader.pk).first()


def _confirm(reader: Subscriber, by: Subscriber.Means) -> Subscriber:
    reader.state = State.CONFIRMED
    reader.confirmed_at = timezone.now()
    reader.confirmed_by = by
    reader.save()
    for purpose in (NEWSLETTER, SIGN_UP):
        lift_suppression(reader.email, purpose=purpose)
    mails.receipt_mail(reader).send()
    return reader


def subscribe_account(person: Any, asked: SignUp) -> Subscriber:
    """Let somebody who is logged in have the newsletter at an address that the account confirmed."""
    try:
        return _subscribe_account(person, asked)
    except IntegrityError:
        return _subscribe_account(person, asked)


@transaction.atomic
def _subscribe_account(person: Any, asked: SignUp) -> Subscriber:
    if asked.email not in proven_addresses_of(person):
        raise NotYoursError
    accept_newsletter(person)
    reader = Subscriber.objects.select_for_update().filter(email=asked.email).first()
    if reader is not None and reader.state == State.CONFIRMED:
        _set_topics(reader, asked.topics)
        return reader
    reader = reader or Subscriber(email=asked.email)
    reader.source = Source.ACCOUNT
    return _confirm(_keep(reader, asked), Means.ACCOUNT)


@transaction.atomic
def choose_topics(reader: Subscriber, topics: Iterable[Topic]) -> None:
    """Let a reader have these topics, and no other."""
    _set_topics(reader, topics)


@transaction.atomic
def release_held(reader: Subscriber) -> None:
    """Let a sign-up go on that a person has looked at: its seven days begin now.

    Raises Subscriber.DoesNotExist where a colleague was faster.
    """
    rows = Subscriber.objects.select_for_update()
    reader = rows.get(pk=reader.pk, state=State.HELD)
    reader.state = State.PENDING
    reader.created_at = timezone.now()
    reader.save(update_fields=["state", "created_at"])
    if may_be_asked(reader.email):
        _write(reader, mails.confirmation_mail)


def waiting_for_reminder() -> SubscriberQuerySet:
    """Return the sign-ups of which their owners have not been reminded yet."""
    now = timezone.now()
    return Subscriber.objects.pending().filter(
        reminded_at=None,
        created_at__lte=now - REMIND_AFTER,
        created_at__gt=UNCONFIRMED.before(now),
    )


@transaction.atomic
def remind() -> int:
    """Write once more to who has not confirmed for four days; return to how many."""
    rows = list(
        waiting_for_reminder()
        .select_for_update(skip_locked=True)
        .order_by("created_at")[:REMINDERS_AT_ONCE]
    )
    held, now, written = held_addresses(), timezone.now(), 0
    for reader in rows:
        if reader.email not in held and may_be_asked(reader.email):
            mails.reminder_mail(reader).send()
            written += 1
    Subscriber.objects.filter(pk__in=[reader.pk for reader in rows]).update(reminded_at=now)
    return written
