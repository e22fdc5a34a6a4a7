"""Over a real SMTP connection to a server on this machine."""

import logging
import smtplib
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from pytest_django import Settings

from outbox.delivery import TransportDownError, deliver_due
from outbox.models import LEASE, MOST_TRIES, OutboxMail
from tests.outbox.smtp_sink import SmtpSink

Store = Callable[..., OutboxMail]


def test_bytes_on_the_wire_are_the_bytes_that_were_stored(smtp: SmtpSink, db: None) -> None:
    message = EmailMessage(
        "Größe " * 30,
        ".dot first\nümlaut\n" + "x" * 1200,
        to=["ann@example.com"],
        headers={"DKIM-Signature": "v=1; a=rsa-sha256; " + "b=" + "A" * 200},
    )
    message.attach("a.bin", bytes(range(256)), "application/octet-stream")
    message.send()
    stored = bytes(OutboxMail.objects.get().message)
    assert deliver_due() == 1
    (received,) = smtp.received
    # The dot that SMTP doubles, and the line end that it puts before the final dot.
    assert received.raw.replace(b"\r\n..", b"\r\n.").rstrip(b"\r\n") == stored.rstrip(b"\r\n")
    assert received.recipients == ("ann@example.com",)
    assert received.sender == "webmaster@company.test"


def test_one_bad_mail_does_not_stop_the_others(
    smtp: SmtpSink, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store("first@example.com")
    store("refused@example.com")
    store("later@example.com")
    store("last@example.com")
    with caplog.at_level(logging.DEBUG):
        assert deliver_due() == 2
    assert [r.recipients for r in smtp.received] == [("first@example.com",), ("last@example.com",)]
    rows = {row.recipient.partition("@")[0]: row for row in OutboxMail.objects.all()}
    assert {name: (row.state, row.attempts, row.last_error) for name, row in rows.items()} == {
        "first": ("sent", 1, ""),
        "refused": ("waiting", 1, "SMTPRecipientsRefused 550"),
        "later": ("waiting", 1, "SMTPRecipientsRefused 451"),
        "last": ("sent", 1, ""),
    }
    assert "example.com" not in caplog.text
    assert "SMTPRecipientsRefused 550" in caplog.text


def test_message_that_cannot_be_read_is_one_bad_mail(smtp: SmtpSink, store: Store) -> None:
    row = store("first@example.com")
    OutboxMail.objects.filter(pk=row.pk).update(recipient="two\nlines@example.com")
    store("last@example.com")
    assert deliver_due() == 1
    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == ("waiting", 1, "ValueError")


def test_server_that_is_down_costs_no_mail_a_try(
    smtp: SmtpSink, store: Store, settings: Settings
) -> None:
    row = store()
    other = store("bob@example.com")
    settings.EMAIL_PORT = unused_port()
    with pytest.raises(TransportDownError, match="ConnectionRefusedError"):
        deliver_due()
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.attempts, row.state, row.last_error) == (0, "waiting", "ConnectionRefusedError")
    assert (other.attempts, other.last_error) == (0, "")
    settings.EMAIL_PORT = smtp.port
    assert deliver_due() == 2


def unused_port() -> int:
    """Return a loopback port on which nobody listens."""
    with SmtpSink() as closed:
        return closed.port


def test_stops_between_two_mails(store: Store) -> None:
    store()
    store("bob@example.com")
    answers = iter([True, False])
    assert deliver_due(keep_going=lambda: next(answers)) == 1
    assert OutboxMail.objects.waiting().count() == 1
    assert [message.to for message in mail.outbox] == [["ann@example.com"]]


def test_transport_that_takes_nothing_is_a_failure(store: Store, settings: Settings) -> None:
    settings.MAIL_TRANSPORT = f"{__name__}.LazyBackend"
    row = store()
    assert deliver_due() == 0
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("waiting", "NotTakenError")


class LazyBackend(BaseEmailBackend):
    """Sends nothing and says so."""

    def send_messages(self, email_messages: object) -> int:
        return 0


def test_mails_whose_worker_never_came_back_are_told_by_their_number(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    row = store()
    past = timezone.now() - LEASE
    OutboxMail.objects.filter(pk=row.pk).update(attempts=MOST_TRIES, claim="x", lease_until=past)
    assert deliver_due() == 0
    assert "1 mails parked: their worker never came back from the last try." in caplog.text
    assert "example.com" not in caplog.text


def test_how_the_mail_server_hangs_up_is_no_matter(
    store: Store, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAIL_TRANSPORT = f"{__name__}.RudeBackend"
    row = store()
    with caplog.at_level(logging.DEBUG):
        assert deliver_due() == 1
    row.refresh_from_db()
    assert row.state == "sent"
    assert "closing the mail connection: SMTPServerDisconnected" in caplog.text


class RudeBackend(BaseEmailBackend):
    """Takes every mail and ends the connection without a word."""

    def send_messages(self, email_messages: object) -> int:
        return 1

    def close(self) -> None:
        raise smtplib.SMTPServerDisconnected("ann@example.com")
