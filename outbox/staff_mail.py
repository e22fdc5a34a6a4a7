"""Which colleagues a mail about a matter goes to. Who does what is known by the room of accounts.

Each may have such mails once a day instead of at once; nobody can have none. What waits for the
morning is stored like any mail and due then, so that it goes out by itself if the summary is never
written.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from enum import StrEnum

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone

from outbox.models import OutboxMail
from sens_site.lib.email_address import as_stored

MATTER_HEADER = "X-Matter"
MORNING = 7
"""The hour at which a summary is due, in the company's time."""
BEFORE = timedelta(minutes=30)
DAILY = "daily-"


class Matter(StrEnum):
    """What a mail to staff is about."""

    REQUESTS = "requests"
    PROMISES = "promises"
    REVIEWS = "reviews"
    SEALING = "sealing"
    MESSAGES = "messages"
    JOBS = "jobs"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where a colleague reads mail, and whether once a day."""

    address: str
    daily: bool = False


_rules: list[Callable[[Matter], Iterable[Mailbox]]] = []


def register_staff(rule: Callable[[Matter], Iterable[Mailbox]]) -> None:
    """Say whose matter is what. Called once, by the room of the accounts."""
    _rules[:] = [rule]


def mailboxes(matter: Matter) -> list[Mailbox]:
    """Return those of the colleagues who see to a matter; the company's own where nobody does."""
    found = [box for rule in _rules for box in rule(matter)]
    return found or [Mailbox(settings.WEBMASTER_EMAIL)]


def staff_recipients(matter: Matter) -> list[str]:
    """Return the addresses for a mail about a matter. Give it the header `X-Matter` as well."""
    return [box.address for box in mailboxes(matter)]


def due_for(matter: str, address: str, now: datetime) -> datetime:
    """Return when a mail is due: at once, or the next morning for whoever reads once a day."""
    daily = {as_stored(box.address) for box in mailboxes(Matter(matter)) if box.daily}
    return next_morning(now) if address in daily else now


def next_morning(now: datetime) -> datetime:
    """Return the next time at which summaries are due: never more than a day ahead."""
    local = timezone.localtime(now)
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    if morning <= local:
        morning += timedelta(days=1)
    return min(morning, now + timedelta(hours=23))


def waiting_for_a_summary() -> dict[str, list[OutboxMail]]:
    """Return by recipient what is due this morning and was put off for it."""
    soon = timezone.now() + BEFORE
    found: dict[str, list[OutboxMail]] = {}
    mails = OutboxMail.objects.waiting().filter(
        dedupe_key__startswith=DAILY, due_at__lte=soon, attempts=0, claim=""
    )
    for mail in mails.order_by("created_at", "pk"):
        found.setdefault(mail.recipient, []).append(mail)
    return {address: mails for address, mails in found.items() if len(mails) > 1}


def write_summaries() -> int:
    """Put what waits for the morning into one mail for each colleague; return how many."""
    written = 0
    for address, mails in waiting_for_a_summary().items():
        with transaction.atomic():
            keys = [mail.pk for mail in mails]
            held = OutboxMail.objects.select_for_update().filter(pk__in=keys, claim="")
            if held.count() != len(keys):
                continue  # one of them is on its way
            _summary(address, mails).send()
            held.delete()
            written += 1
    return written


def left_out_of_summaries() -> int:
    """Count where colleagues got several mails of a day one by one, though all were there in time."""
    sent = OutboxMail.objects.sent().filter(
        dedupe_key__startswith=DAILY,
        sent_at__gt=timezone.now() - timedelta(days=1),
        created_at__lt=F("due_at") - 2 * BEFORE,
    )
    mornings = sent.values("recipient", "due_at").annotate(mails=Count("pk"))
    return mornings.order_by().filter(mails__gt=1).count()


def _summary(address: str, mails: list[OutboxMail]) -> EmailMessage:
    parts = [f"{mail.subject}\n{'-' * min(len(mail.subject), 70)}\n{_text(mail)}" for mail in mails]
    return EmailMessage(
        subject=f"{len(mails)} mails of the last day",
        body="\n\n".join(parts),
        to=[address],
        headers={"X-Purpose": mails[0].purpose},
    )


def _text(mail: OutboxMail) -> str:
    parsed = message_from_bytes(bytes(mail.message), policy=policy.default)
    body = parsed.get_body(("plain",))
    return "" if body is None else str(body.get_content()).strip()
