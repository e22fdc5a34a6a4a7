"""Mails as the witness sees them: rows of the outbox, taken apart."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy

from privacy.promises.written_tables import Written

TABLE = "outbox_outboxmail"
_BEGINNING = re.compile(rb"(?i)(?:content-type|mime-version|subject|from|to|message-id):")
_LINK = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True, slots=True)
class Mail:
    """One message: its headers, and each of its parts with its kind."""

    subject: str
    recipient: str
    headers: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str], ...]

    @property
    def links(self) -> list[str]:
        """The addresses that its text names."""
        return [link.rstrip(".,)") for _, text in self.parts for link in _LINK.findall(text)]


def mail_in(written: Written) -> Mail | None:
    """Return the mail that a statement stores, if it stores one."""
    if written.table != TABLE or not written.statement.lstrip().upper().startswith("INSERT"):
        return None
    stored = [bytes(v) for v in written.values if isinstance(v, bytes | bytearray | memoryview)]
    if not stored:
        return None
    message = message_from_bytes(stored[0], policy=policy.default)
    parts = [
        (part.get_content_type(), str(part.get_content()))
        for part in message.walk()
        if not part.is_multipart()
    ]
    return Mail(
        subject=str(message["Subject"] or ""),
        recipient=str(message["To"] or ""),
        headers=tuple((name, str(value)) for name, value in message.items()),
        parts=tuple(parts),
    )
