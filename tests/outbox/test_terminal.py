"""A mail printed for a person."""

import io

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from outbox.models import StoredMail, StoredMime
from outbox.terminal import TerminalBackend


def printed(message: EmailMessage) -> list[str]:
    """Return the lines between the two rules."""
    stream = io.StringIO()
    backend: BaseEmailBackend = TerminalBackend(stream=stream)
    assert backend.send_messages([message]) == 1
    lines = stream.getvalue().splitlines()
    assert (lines[0], lines[-1]) == ("", "-" * 72)
    return lines[2:-1]


def test_text_and_links_can_be_read_and_copied() -> None:
    link = "http://127.0.0.1:8000/accounts/confirm/" + "k" * 120 + "/"
    message = EmailMultiAlternatives(
        "Bestätigen – bitte",
        f"Grüße!\n\nPlease follow {link}.\nThanks",
        "site@company.test",
        ["ann@example.com"],
    )
    message.attach_alternative("<p>not this</p>", "text/html")
    message.attach("manual.pdf", b"%PDF", "application/pdf")
    assert printed(message) == [
        "To:      ann@example.com",
        "Subject: Bestätigen – bitte",
        "",
        "Grüße!",
        "",
        f"Please follow {link}.",
        "Thanks",
        "[attached: manual.pdf]",
        "",
        f"  Open:  {link}",
    ]


def test_stored_mail_prints_alike() -> None:
    message = EmailMessage("Grüße", "Öl\n", "site@company.test", ["ann@example.com"])
    stored = StoredMail(
        mime=message.message().as_bytes(linesep="\r\n"),
        sender="site@company.test",
        recipient="ann@example.com",
        subject="Grüße",
    )
    assert printed(stored) == printed(message)


def test_visitors_text_cannot_drive_the_terminal() -> None:
    message = EmailMessage("S", "a\x1b[2Jb\x07\x9b", "site@company.test", ["ann@example.com"])
    assert printed(message)[3] == "a\ufffd[2Jb\ufffd\ufffd"


def test_a_mail_without_a_text_says_so() -> None:
    message = EmailMessage("Manual", "", "site@company.test", ["ann@example.com"])
    message.content_subtype = "calendar"
    assert printed(message)[3] == "[no text]"


def test_line_ends_are_those_that_a_transport_asks_for() -> None:
    mime = StoredMime()
    mime.stored = b"Subject: x\r\n\r\nText\r\n"
    assert mime.as_bytes() == b"Subject: x\r\n\r\nText\r\n"
    assert mime.as_bytes(linesep="\n") == b"Subject: x\n\nText\n"
