"""The outbox's own system checks."""

from django.core.checks import run_checks
from pytest_django import Settings

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def ids(*, deploy: bool = False) -> list[str | None]:
    """Return the ids of what the checks find."""
    return [found.id for found in run_checks(tags=["mail"], include_deployment_checks=deploy)]


def test_outbox_does_not_send_into_itself(settings: Settings) -> None:
    settings.MAIL_TRANSPORT = SMTP
    assert ids() == []
    settings.MAIL_TRANSPORT = "outbox.backend.OutboxBackend"
    assert ids() == ["outbox.E001"]


def test_site_on_the_internet_does_not_print_its_mails(settings: Settings) -> None:
    settings.MAIL_TRANSPORT = SMTP
    assert ids(deploy=True) == []
    settings.MAIL_TRANSPORT = "outbox.terminal.TerminalBackend"
    assert ids(deploy=True) == ["outbox.W001"]
    settings.SITE_IS_HTTPS = False
    assert ids(deploy=True) == []
