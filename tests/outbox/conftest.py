"""Mail as in production: stored by the outbox. What is handed on lands in Django's test mailbox."""

from collections.abc import Callable, Iterator

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from pytest_django import Settings

from outbox.models import OutboxMail
from tests.outbox.smtp_sink import SmtpSink


@pytest.fixture(autouse=True)
def _stored_mail(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "outbox.backend.OutboxBackend"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []


@pytest.fixture
def store(db: None) -> Callable[..., OutboxMail]:
    """Store one mail through Django's own API and return its row."""

    def store_one(to: str = "ann@example.com", **headers: str) -> OutboxMail:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        EmailMessage("Subject", "Body", to=[to], headers=named).send()
        return OutboxMail.objects.latest("pk")

    return store_one


@pytest.fixture
def sink(socket_enabled: None) -> Iterator[SmtpSink]:
    """A mail server on a loopback port that keeps what it gets."""
    with SmtpSink() as running:
        yield running


@pytest.fixture
def smtp(sink: SmtpSink, settings: Settings) -> SmtpSink:
    """The sink, as the mail server of this very process."""
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.EMAIL_TIMEOUT = 10
    return sink
