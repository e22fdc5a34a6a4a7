"""One message to very many people: stored in batches, with flat memory.

Making a message anew for each of 100,000 recipients would take minutes. So it is made once, and only
the line that names the recipient differs. Each batch is a transaction: on SQLite all in one would
hold the write lock for many seconds, and forms and other mails would wait for it.
"""

import copy
import re
from collections.abc import Callable, Iterable, Iterator
from email.utils import make_msgid
from itertools import islice

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from outbox.models import NOTICE, OutboxMail
from outbox.services import as_automatic
from outbox.silence import without_silenced
from sens_site.lib.email_address import as_stored

BATCH = 500
_PLACEHOLDER = "recipient@placeholder.invalid"
# What fits in a To line as it stands; anything else is left to Django's careful ways.
_PLAIN_ADDRESS = re.compile(r"[!-;=?-~]{1,200}@[A-Za-z0-9.-]{1,200}")


def store_copies(
    message: EmailMessage,
    recipients: Iterable[str],
    *,
    dedupe_key: str,
    purpose: str = NOTICE,
    note: Callable[[int], object] = lambda stored: None,
) -> int:
    """Store one copy of a message for each recipient; return how many were stored.

    Each is stored once for a key: a run that was broken off is finished by the next one. `note` is
    told in the transaction of each batch how many that stored, so that a caller can remember how
    far it came. Without a transaction around it `recipients` has to be read by pages, not from an
    open cursor: SQLite does not let a connection write whose cursor reads what is out of date.
    """
    message_id = make_msgid(domain=settings.SITE_HOST)
    message = copy.copy(message)
    message.extra_headers = {
        "List-Id": f"<{purpose}.{settings.SITE_HOST}>",
        "Precedence": "bulk",
        **as_automatic(message.extra_headers),
    }
    template = _mime(message, _PLACEHOLDER, message_id)
    rows = (
        OutboxMail(
            message_id=message_id,
            dedupe_key=dedupe_key,
            purpose=purpose,
            sender=message.from_email,
            recipient=as_stored(address),
            subject=str(message.subject),
            message=_for(address, template, message, message_id),
        )
        for address in recipients
    )
    return store_rows(rows, dedupe_key=dedupe_key, note=note)


def store_rows(
    rows: Iterable[OutboxMail],
    *,
    dedupe_key: str,
    note: Callable[[int], object] = lambda stored: None,
) -> int:
    """Store mails that differ from each other in more than their recipient, by the same rules."""
    stored = 0
    for batch in _batches(rows):
        with transaction.atomic():
            stored += (new := _store(batch, dedupe_key))
            note(new)
    return stored


def _store(batch: list[OutboxMail], dedupe_key: str) -> int:
    """Store what is not there yet; the database does not say how many that were."""
    recipients = [mail.recipient for mail in batch]
    addresses = set(without_silenced(recipients, purpose=batch[0].purpose))
    batch = [mail for mail in batch if mail.recipient in addresses]
    known = OutboxMail.objects.filter(dedupe_key=dedupe_key, recipient__in=addresses)
    before = known.count()
    OutboxMail.objects.bulk_create(batch, ignore_conflicts=True)
    return known.count() - before


def _for(address: str, template: bytes, message: EmailMessage, message_id: str) -> bytes:
    if _PLAIN_ADDRESS.fullmatch(address):
        return template.replace(_PLACEHOLDER.encode(), address.encode(), 1)
    return _mime(message, address, message_id)


def _mime(message: EmailMessage, address: str, message_id: str) -> bytes:
    outgoing = copy.copy(message)
    outgoing.to = [address]
    outgoing.extra_headers = {**message.extra_headers, "Message-ID": message_id}
    mime: bytes = outgoing.message().as_bytes(linesep="\r\n")
    return mime


def _batches(rows: Iterable[OutboxMail]) -> Iterator[list[OutboxMail]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch
