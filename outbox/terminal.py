"""A transport for one's own machine: it prints mails so that a person can read and follow them."""

import re
import sys
from collections.abc import Iterator, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage
from typing import TextIO

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

RULE = "-" * 72
LINK = re.compile(r"https?://[^\s<>\"]+")


class TerminalBackend(BaseEmailBackend):
    """Prints subject, recipients and plain text, and each link once more on a line of its own."""

    def __init__(self, fail_silently: bool = False, stream: TextIO | None = None) -> None:
        super().__init__(fail_silently=fail_silently)
        self.stream = stream or sys.stdout

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Print the messages and return how many."""
        for message in email_messages:
            # In one piece, so that the lines of the web server don't get in between.
            self.stream.write("\n".join(_lines(message)) + "\n")
        self.stream.flush()
        return len(email_messages)


def _lines(message: EmailMessage) -> Iterator[str]:
    raw = message.message().as_bytes()
    parsed = message_from_bytes(raw, _class=ParsedMessage, policy=policy.default)
    text = _text(parsed)
    yield ""
    yield f"{RULE[:4]} mail {RULE[10:]}"
    yield f"To:      {_printable(', '.join(message.recipients()))}"
    yield f"Subject: {_printable(str(parsed['Subject'] or ''))}"
    yield ""
    yield text
    for attachment in parsed.iter_attachments():
        yield f"[attached: {_printable(attachment.get_filename() or 'without a name')}]"
    links = dict.fromkeys(link.rstrip(".,;:!?)") for link in LINK.findall(text))
    if links:
        yield ""
        yield from (f"  Open:  {link}" for link in links)
    yield RULE


def _text(parsed: ParsedMessage) -> str:
    body = parsed.get_body(preferencelist=("plain", "html"))
    if body is None:
        return "[no text]"
    return _printable(body.get_content().replace("\r\n", "\n").strip())


def _printable(text: str) -> str:
    """Show control characters instead of obeying them: a visitor's text may try the terminal."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text
    )
