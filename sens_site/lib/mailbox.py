"""A mailbox that the worker reads by IMAP: what is unread and recent, and nothing else."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

LOOK_BACK = timedelta(days=14)
MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
"""In IMAP's own words (RFC 3501, 9), whatever the locale."""
MOST_AT_ONCE = 200
MOST_BYTES = 2_000_000
"""A mail that is larger stays in the mailbox: what makes it so large is no text."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where a mailbox is. `in_clear` is for this machine itself alone."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    in_clear: bool


@contextmanager
def opened(account: Account) -> Iterator[imaplib.IMAP4]:
    """Open the folder of a mailbox. Raises imaplib.IMAP4.error where that is refused."""
    box = connect(account)
    try:
        box.login(account.user, account.password)
        if box.select(f'"{account.folder}"')[0] != "OK":
            raise imaplib.IMAP4.error("The mailbox does not open.")
        yield box
    finally:
        box.shutdown()


def connect(account: Account) -> imaplib.IMAP4:
    host, port = account.host, account.port
    if account.in_clear:
        return imaplib.IMAP4(host, port, timeout=settings.EMAIL_TIMEOUT)
    # Its usual context verifies neither name nor certificate.
    context = ssl.create_default_context()
    return imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=settings.EMAIL_TIMEOUT)


def unread(box: imaplib.IMAP4) -> list[str]:
    """Return the numbers of what nobody has read, the newest last."""
    since = timezone.now() - LOOK_BACK
    day = f"{since.day}-{MONTHS[since.month - 1]}-{since.year}"
    _, found = box.uid("SEARCH", "UNSEEN", "SINCE", day)
    numbers = (found[0] or b"").decode("ascii").split()
    return numbers[-MOST_AT_ONCE:]


def head_of(box: imaplib.IMAP4, number: str) -> tuple[bytes, int]:
    """Return the headers of a mail and its size, without marking it as read."""
    about, head = _fetched(box, number, "(RFC822.SIZE BODY.PEEK[HEADER])")
    found = re.search(rb"RFC822\.SIZE (\d+)", about)
    return head, int(found[1]) if found else MOST_BYTES + 1


def whole_of(box: imaplib.IMAP4, number: str) -> bytes:
    """Return all of a mail, without marking it as read."""
    return _fetched(box, number, "(BODY.PEEK[])")[1]


def mark_as_read(box: imaplib.IMAP4, number: str) -> None:
    box.uid("STORE", number, "+FLAGS", r"(\Seen)")


def _fetched(box: imaplib.IMAP4, number: str, what: str) -> tuple[bytes, bytes]:
    """Return what the server says of a mail, and the bytes that it sends."""
    _, parts = box.uid("FETCH", number, what)
    return next((part for part in parts if isinstance(part, tuple)), (b"", b""))
