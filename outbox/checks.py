"""System checks of the outbox."""

from typing import Any

from django.conf import settings
from django.core import checks

BACKEND = "outbox.backend.OutboxBackend"
TERMINAL = "outbox.terminal.TerminalBackend"


@checks.register("mail")
def check_transport(**kwargs: Any) -> list[checks.CheckMessage]:
    """E001: what the worker sends through is not the outbox again, which would never end."""
    if settings.MAIL_TRANSPORT != BACKEND:
        return []
    return [
        checks.Error(
            "MAIL_TRANSPORT is the outbox itself: each mail would be stored again, for ever.",
            hint="Set it to a backend that sends, such as Django's SMTP backend.",
            id="outbox.E001",
        )
    ]


@checks.register("mail", deploy=True)
def check_terminal(**kwargs: Any) -> list[checks.CheckMessage]:
    """W001: a site on the internet sends its mails and does not print them into a log."""
    if settings.MAIL_TRANSPORT != TERMINAL or not settings.SITE_IS_HTTPS:
        return []
    return [
        checks.Warning(
            "MAIL_TRANSPORT prints mails to the terminal, and nobody gets them.",
            hint="Remove MAIL_TRANSPORT and set EMAIL_HOST.",
            id="outbox.W001",
        )
    ]
