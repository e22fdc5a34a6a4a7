"""Mails as the witness sees them: rows of the outbox, taken apart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import getaddresses
from typing import Any

from privacy.promises.written_tables import Written
from sens_site.lib.email_address import as_stored

TABLE = "outbox_outboxmail"
_LINK = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_COLUMNS = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one recipient: its headers, and each of its parts with its kind."""

    subject: str
    recipient: str
    """To whom it is handed over, which no header need say."""
    headers: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str], ...]

    @property
    def links(self) -> list[str]:
        """The addresses that its text names."""
        return [link.rstrip(".,:;)") for _, text in self.parts for link in _LINK.findall(text)]

    def said_in(self, *names: str) -> list[str]:
        """Return what headers of some names say."""
        return [value for name, value in self.headers if name.lower() in names]

    def addresses_in(self, *names: str) -> list[str]:
        """Return the addresses that stand in headers of some names, without what people are called."""
        return [as_stored(address) for _, address in getaddresses(self.said_in(*names)) if address]


def mail_of(message: bytes, recipient: str) -> Mail:
    """Take a stored message apart."""
    read = message_from_bytes(message, policy=policy.default)
    parts = [
        (part.get_content_type(), str(part.get_content()))
        for part in read.walk()
        if not part.is_multipart()
    ]
    return Mail(
        subject=str(read["Subject"] or ""),
        recipient=recipient,
        headers=tuple((name, str(value)) for name, value in read.items()),
        parts=tuple(parts),
    )


def mails_in(written: Written) -> Iterator[Mail]:
    """Yield the mails that a statement stores: as many as it has rows."""
    if written.table != TABLE or not written.statement.lstrip().upper().startswith("INSERT"):
        return
    found = _COLUMNS.search(written.statement)
    columns = [one.strip().strip('"') for one in found[1].split(",")] if found else []
    if not {"message", "recipient"} <= set(columns):
        return
    width = len(columns)
    for first in range(0, len(written.values), width):
        values = written.values[first : first + width]
        row: dict[str, Any] = dict(zip(columns, values, strict=True))
        if row["message"]:  # one that was sent is blank
            yield mail_of(bytes(row["message"]), str(row["recipient"]))
