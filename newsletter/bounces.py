"""Addresses that mails do not reach: counted, and parked when it is clear. A parked one gets no issue.

A mailbox that does not exist is parked at once, one that was full only when that goes on.
"""

import re
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from newsletter.models import Subscriber
from sens_site.lib.email_address import as_stored

SOFT_BOUNCES = 5
WITHIN = timedelta(days=14)
_RETURN_PATH = re.compile(r"(\d{1,19})-([0-9a-f]{16})")


OF_THE_SENDER = ("5.1.7", "5.1.8")
"""What these say is wrong is our own address: they must park nobody."""


def is_hard(status: str) -> bool:
    """Tell whether a mail server says that there is no such mailbox (RFC 3463, 3.2: 5.1.X)."""
    return status.startswith("5.1.") and status not in OF_THE_SENDER


@transaction.atomic
def record_bounce(address: str, *, hard: bool) -> None:
    """Count that a mail did not reach an address."""
    rows = Subscriber.objects.select_for_update().filter(email=as_stored(address))
    reader = rows.first()
    if reader is None or reader.parked_at is not None:
        return
    now = timezone.now()
    since = reader.soft_bounces_since
    if not hard:
        if since is None or now - since > WITHIN:
            reader.soft_bounces, reader.soft_bounces_since = 0, now
        reader.soft_bounces += 1
    reader.bounced_at = now
    if hard or reader.soft_bounces >= SOFT_BOUNCES:
        reader.parked_at = now
        reader.parked_because = (
            Subscriber.Parked.HARD_BOUNCE if hard else Subscriber.Parked.SOFT_BOUNCES
        )
    reader.save(
        update_fields=[
            "soft_bounces", "soft_bounces_since", "bounced_at", "parked_at", "parked_because",
        ]
    )  # fmt: skip


@transaction.atomic
def unpark(reader: Subscriber) -> None:
    """Write to an address again: somebody has seen to it that it is read."""
    Subscriber.objects.filter(pk=reader.pk).update(
        soft_bounces=0, soft_bounces_since=None, parked_at=None, parked_because=""
    )


def return_path(reader: Subscriber) -> str:
    """Return where reports about the mail to a reader go, or nothing where no mailbox takes them.

    The reader stands in it (VERP), signed: a report names no address that anybody could make up.
    """
    local, _, domain = settings.NEWSLETTER_BOUNCES_TO.partition("@")
    return f"{local}+{reader.pk}-{_signature(reader.pk)}@{domain}" if local else ""


def reader_at(return_path: str) -> Subscriber | None:
    """Return the reader that an address for reports is made for."""
    found = _RETURN_PATH.fullmatch(return_path.partition("@")[0].rpartition("+")[2])
    if not found or not constant_time_compare(found[2], _signature(int(found[1]))):
        return None
    return Subscriber.objects.filter(pk=int(found[1])).first()


def _signature(number: int) -> str:
    signature = salted_hmac("newsletter.return-path", str(number), algorithm="sha256")
    return signature.hexdigest()[:16]
