"""Replies that come back by email, read from a mailbox: only where the company has named one.

A mail is taken only where it names a mail of ours and comes from the address that the message came
from. All else stays where it is, unread, for the people who read that mailbox: this is no second
inbox. Of what is left alone nothing is stored or logged.

Machines answer, too: what one has sent is filed with the message, and nothing is sent to it (RFC
3834). No mail at all follows from what is read here, so that two machines can never go on for ever.
"""

import imaplib
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr
from hashlib import sha256
from html import unescape

from django.conf import settings

from contact.mails import first_id
from contact.models import REFERENCE_LENGTH, REFERENCE_SIGNS, ContactMessage, MessageReply
from contact.replies import receive_reply
from outbox.job_runs import note_done
from sens_site.checks import LOOPBACK
from sens_site.lib.email_address import as_stored
from sens_site.lib.mailbox import (
    MOST_BYTES,
    Account,
    head_of,
    mark_as_read,
    opened,
    unread,
    whole_of,
)

REPLIES_READ = "replies: mailbox read"
MOST_NAMES = 50
NAME = re.compile(r"<[^<>\s]{1,250}>")
"""How mails name each other (RFC 5322, 3.6.4), as long as a column is."""
MACHINES = frozenset({"bulk", "junk", "list", "auto_reply"})
BY_MACHINES = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "List-Id", "X-Loop")
NO_TEXT = "(This mail holds no text. It is in the mailbox.)"


def is_configured() -> bool:
    """Tell whether the company has named a mailbox."""
    return bool(settings.REPLIES_IMAP_HOST)


def read_replies() -> int:
    """File all replies that have come and are unread; return how many there were."""
    if not is_configured():
        return 0
    account = Account(
        settings.REPLIES_IMAP_HOST,
        settings.REPLIES_IMAP_PORT,
        settings.REPLIES_IMAP_USER,
        settings.REPLIES_IMAP_PASSWORD,
        settings.REPLIES_IMAP_FOLDER,
        in_clear=settings.REPLIES_IMAP_HOST in LOOPBACK,
    )
    with opened(account) as box:
        taken = sum(_take(box, number) for number in unread(box))
    note_done(REPLIES_READ)
    return taken


def _take(box: imaplib.IMAP4, number: str) -> bool:
    """File one mail and mark it as read, in this order: what is cut off is filed once all the same."""
    head, size = head_of(box, number)
    message = message_of(message_from_bytes(head))
    if message is None or size > MOST_BYTES:
        return False
    mail = message_from_bytes(whole_of(box, number))
    receive_reply(
        message, text=text_of(mail), header_id=name_of(mail, head), automatic=is_automatic(mail)
    )
    mark_as_read(box, number)
    return True


def message_of(mail: Message) -> ContactMessage | None:
    """Return the message that a mail replies to, if its sender may have written it."""
    named = NAME.findall(f"{mail.get('References', '')} {mail.get('In-Reply-To', '')}")
    named = [*named[:1], *named[-MOST_NAMES:]]  # the first and the last are what a thread needs
    ours = MessageReply.objects.filter(kind=MessageReply.Kind.SENT, header_id__in=named)
    reply = ours.select_related("message__duplicate_of").last()
    message = reply.message if reply else _begun_by(named)
    sender = as_stored(parseaddr(str(mail.get("From", "")))[1])
    if message is None or message.email != sender:
        return None
    return message.duplicate_of or message


def _begun_by(named: list[str]) -> ContactMessage | None:
    """Return the message whose acknowledgement is named."""
    pattern = rf"<message\.([{REFERENCE_SIGNS}]{{{REFERENCE_LENGTH}}})@"
    references = [found[1] for name in named if (found := re.match(pattern, name))]
    messages = ContactMessage.objects.select_related("duplicate_of")
    begun = messages.filter(reference__in=references)
    return next((one for one in begun if first_id(one) in named), None)


def name_of(mail: Message, head: bytes) -> str:
    """Return the name of a mail: its own, or where it has none that fits one made of its headers."""
    name = str(mail.get("Message-ID", "")).strip()
    return name if NAME.fullmatch(name) else f"<{sha256(head).hexdigest()}@{settings.SITE_HOST}>"


def is_automatic(mail: Message) -> bool:
    """Tell whether a machine has sent a mail, by all signs that are in use for it."""
    automatic = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    return (
        automatic != "no"
        or str(mail.get("Precedence", "")).strip().lower() in MACHINES
        or str(mail.get("Return-Path", "")).strip() == "<>"
        or mail.get_content_type() == "multipart/report"
        or any(name in mail for name in BY_MACHINES)
    )


def text_of(mail: Message) -> str:
    """Return what a mail says as text, whatever it is made of."""
    plain = next(_parts(mail, "text/plain"), "")
    if not plain.strip():
        import nh3  # noqa: PLC0415 - for mails that are HTML alone

        html = next(_parts(mail, "text/html"), "")
        # What ends a line in HTML is a tag; without it all words would run together.
        lines = re.sub(r"(?i)<br\s*/?>|</(?:p|div|tr|li|h[1-6])\s*>", "\n", html)
        plain = unescape(nh3.clean(lines, tags=set()))
    # PostgreSQL stores no NUL.
    text = plain.replace("\x00", "").replace("\r\n", "\n").strip()
    return text or NO_TEXT


def _parts(mail: Message, kind: str) -> Iterator[str]:
    for part in mail.walk():
        payload = part.get_payload(decode=True)
        attached = part.get_content_disposition() == "attachment"
        if part.get_content_type() == kind and isinstance(payload, bytes) and not attached:
            try:
                yield payload.decode(part.get_content_charset() or "utf-8", "replace")
            except LookupError:  # a charset that nobody knows
                yield payload.decode("utf-8", "replace")
