"""Django's e-mail backend that stores instead of sending."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from outbox.services import store_mail


class OutboxBackend(BaseEmailBackend):
    """Stores each message in the running transaction; the worker sends it.

    A mail server that is down or hanging therefore costs no request anything, and a transaction
    that is rolled back takes its mails with it. `fail_silently` changes nothing: a mail that can't
    be stored means that the data it speaks of can't be either.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store the messages and return how many."""
        for message in email_messages:
            store_mail(message)
        return len(email_messages)
