"""Handing stored mails to the mail server: outside any transaction, one at a time."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from outbox.error_names import short_name
from outbox.models import MOST_TRIES, OutboxMail
from outbox.services import claim_next, park_lost, record_failure, record_sent, release_mail
from sens_site.lib.metrics import MAILS
from sens_site.lib.request_id import under
from sens_site.lib.tracing import span

logger = logging.getLogger(__name__)


class TransportDownError(Exception):
    """No mail server could be reached: no mail's fault, so no mail's try is spent."""


class NotTakenError(Exception):
    """The transport raised nothing but says that it sent nothing."""


def deliver_one(mail: OutboxMail, *, connection: BaseEmailBackend) -> bool:
    """Send one claimed mail and record how that went, under the number of what has written it."""
    with under(mail.request_id), span("mail", **{"mail.purpose": mail.purpose}):
        try:
            taken = connection.send_messages([mail.as_message()])
        except Exception as error:  # noqa: BLE001 - whatever one mail does, the next one goes out
            return _failed(mail, error)
        if taken == 0:
            return _failed(mail, NotTakenError())
        record_sent(mail)
        logger.debug("%s sent, purpose %s", mail, mail.purpose)
    MAILS.labels("sent").inc()
    return True


def deliver_due(*, keep_going: Callable[[], bool] = lambda: True) -> int:
    """Send everything that is due, over one connection as long as it holds; return how many.

    Raises TransportDownError when no connection can be made.
    """
    if lost := park_lost():
        logger.error("%d mails parked: their worker never came back from the last try.", lost)
        MAILS.labels("parked").inc(lost)
    sent = 0
    connection: BaseEmailBackend | None = None
    try:
        while keep_going() and (mail := claim_next()) is not None:
            if connection is None:
                connection = _connect(mail)
            if deliver_one(mail, connection=connection):
                sent += 1
            else:
                # What state a refusal leaves the session in is the server's secret: start afresh.
                _close(connection)
                connection = None
    finally:
        if connection is not None:
            _close(connection)
    return sent


def _failed(mail: OutboxMail, error: Exception) -> bool:
    logger.warning("%s, try %d: %s", mail, mail.attempts, short_name(error))
    record_failure(mail, error=error)
    MAILS.labels("failed" if mail.attempts < MOST_TRIES else "parked").inc()
    return False


def _connect(mail: OutboxMail) -> BaseEmailBackend:
    connection: BaseEmailBackend = get_connection(settings.MAIL_TRANSPORT)
    try:
        connection.open()
    except Exception as error:
        release_mail(mail, error=error)
        MAILS.labels("no server").inc()
        _close(connection)
        raise TransportDownError(short_name(error)) from error
    return connection


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except Exception as error:  # noqa: BLE001 - the mails are sent; how it hangs up is no matter
        logger.debug("closing the mail connection: %s", short_name(error))
