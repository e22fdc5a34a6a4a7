"""Reports about issues that did not arrive, and complaints, read from a mailbox: where one is named.

A report counts only where it proves to be about a mail of ours: it came to an address that is signed
for one reader (VERP), or it carries that address or the reader's own link in what it returns. All
else stays where it is, unread, but for answers of machines, which are no reports: nobody is parked
for being on vacation.
"""

import imaplib
import re
from collections.abc import Iterator
from email import message_from_bytes, message_from_string
from email.message import Message
from enum import Enum

from django.conf import settings

from newsletter.bounces import is_hard, reader_at, record_bounce
from newsletter.links import UNSUBSCRIBE, find_reader
from newsletter.models import Subscriber, Suppression
from newsletter.unsubscribing import end_subscription
from outbox.job_runs import note_done
from sens_site.checks import LOOPBACK
from sens_site.lib.mailbox import (
    MOST_BYTES,
    Account,
    head_of,
    mark_as_read,
    opened,
    unread,
    whole_of,
)

REPORTS_READ = "newsletter bounces: mailbox read"
_DELIVERED_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_ADDRESS = re.compile(r"[^\s<>,;:\"]+@[^\s<>,;:\"]+")
_WAY_OUT = re.compile(r"<https?://[^>\s]*/([0-9a-f]{16,200})/>")
NOT_SPAM = "not-spam"


class Kind(Enum):
    """What a mail in the mailbox says."""

    HARD = "there is no such mailbox"
    SOFT = "the mail was not taken"
    COMPLAINT = "its reader called it spam"
    NOTHING = "a machine answered, or the mail is only late"


def is_configured() -> bool:
    """Tell whether the company has named a mailbox."""
    return bool(settings.NEWSLETTER_IMAP_HOST)


def read_reports() -> int:
    """Act on all reports that are unread; return how many there were."""
    if not is_configured():
        return 0
    account = Account(
        settings.NEWSLETTER_IMAP_HOST,
        settings.NEWSLETTER_IMAP_PORT,
        settings.NEWSLETTER_IMAP_USER,
        settings.NEWSLETTER_IMAP_PASSWORD,
        settings.NEWSLETTER_IMAP_FOLDER,
        in_clear=settings.NEWSLETTER_IMAP_HOST in LOOPBACK,
    )
    with opened(account) as box:
        taken = sum(_take(box, number) for number in unread(box))
    note_done(REPORTS_READ)
    return taken


def _take(box: imaplib.IMAP4, number: str) -> bool:
    head, size = head_of(box, number)
    if size > MOST_BYTES or _is_by_a_person(message_from_bytes(head)):
        return False
    mail = message_from_bytes(whole_of(box, number))
    kind, reader = kind_of(mail), reader_of(mail)
    if kind is None or (reader is None and kind is not Kind.NOTHING):
        return False
    if reader is not None:
        act_on(kind, reader)
    mark_as_read(box, number)
    return kind is not Kind.NOTHING


def act_on(kind: Kind, reader: Subscriber) -> None:
    """Do what follows from a report."""
    if kind is Kind.COMPLAINT:
        end_subscription(reader, why=Suppression.Why.COMPLAINT)
    elif kind is not Kind.NOTHING:
        record_bounce(reader.email, hard=kind is Kind.HARD)


def _is_by_a_person(mail: Message) -> bool:
    return mail.get_content_type() != "multipart/report" and not _is_automatic(mail)


def _is_automatic(mail: Message) -> bool:
    said = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    return said != "no"


def kind_of(mail: Message) -> Kind | None:
    """Tell what a mail says; None for what a person has to look at."""
    report = str(mail.get_param("report-type", "")).lower()
    if report == "feedback-report":
        said = _fields(mail, "message/feedback-report")
        return Kind.NOTHING if said.get("feedback-type", "") == NOT_SPAM else Kind.COMPLAINT
    if report == "delivery-status":
        said = _fields(mail, "message/delivery-status")
        if said.get("action") == "failed":
            return Kind.HARD if is_hard(said.get("status", "")) else Kind.SOFT
        return Kind.NOTHING if said.get("action") else None
    return Kind.NOTHING if _is_automatic(mail) else None


def _fields(mail: Message, content_type: str) -> dict[str, str]:
    """Return the machine's own words of a report, in small letters (RFC 3464, RFC 5965)."""
    found: dict[str, str] = {}
    for part in mail.walk():
        if part.get_content_type() != content_type:
            continue
        payload = part.get_payload()
        groups = payload if isinstance(payload, list) else [message_from_string(str(payload))]
        for group in (one for one in groups if isinstance(one, Message)):
            found |= {name.lower(): str(value).strip().lower() for name, value in group.items()}
    return found


def reader_of(mail: Message) -> Subscriber | None:
    """Return the reader whose mail a report proves to be about."""
    for address in _addresses_in(mail):
        if (reader := reader_at(address)) is not None:
            return reader
    for returned in _returned(mail):
        for token in _WAY_OUT.findall(str(returned.get("List-Unsubscribe", ""))):
            if (reader := find_reader(token, UNSUBSCRIBE)) is not None:
                return reader
    return None


def _addresses_in(mail: Message) -> Iterator[str]:
    values = [str(value) for name in _DELIVERED_TO for value in mail.get_all(name, [])]
    values.append(_fields(mail, "message/feedback-report").get("original-mail-from", ""))
    values += [str(returned.get("Return-Path", "")) for returned in _returned(mail)]
    for value in values:
        yield from _ADDRESS.findall(value)


def _returned(mail: Message) -> Iterator[Message]:
    """Yield what a report returns of the mail: all of it, or its headers."""
    for part in mail.walk():
        payload = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(payload, list):
            yield from (one for one in payload if isinstance(one, Message))
        elif part.get_content_type() == "text/rfc822-headers":
            yield message_from_string(str(payload))
