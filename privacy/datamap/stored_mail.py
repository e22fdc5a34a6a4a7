"""How a stored mail is read, and which mails are about a person without being addressed to them."""

from collections.abc import Callable, Iterable, Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message

from django.db.models import Q

from outbox.bulk import bulk_purposes
from outbox.models import OutboxMail
from privacy.datamap.subjects import Subject
from sens_site.lib.email_address import found_in

_marks: list[Callable[[Subject], Iterable[str]]] = []


def mails_also_name(marks: Callable[[Subject], Iterable[str]]) -> None:
    """Say by what else a mail is about a person: the reference of a message that it brings."""
    _marks.append(marks)


def mail_text(stored: bytes | memoryview) -> str:
    """Return what a stored mail says, whatever its transfer encoding.

    Not by the newer policies of the library: these read the grammar of each header, which takes ten
    times as long, and an erasure reads every mail that waits.
    """
    message = message_from_bytes(bytes(stored))
    return "\n".join([*(_header(str(value)) for value in message.values()), *_parts(message)])


def _header(value: str) -> str:
    unfolded = "".join(value.splitlines())
    return str(make_header(decode_header(unfolded))) if "=?" in unfolded else unfolded


def _parts(message: Message) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_maintype() == "text":
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)  # noqa: S101 - no text has parts of its own
            yield content.decode(part.get_content_charset("utf-8"), "replace")


def mails_naming(subject: Subject) -> Q | None:
    """Select mails to others that still have their text and name the person, or what is theirs.

    The mail that brings a message to the webmaster is one, also where it gives no address, as its
    sender wants no answer. A sent mail has no text any more, and one to many goes to its own
    recipient only.
    """
    if not subject.names:
        return None
    unsent = OutboxMail.objects.filter(sent_at=None).exclude(purpose__in=bulk_purposes())
    if subject.before is not None:
        unsent = unsent.filter(created_at__lte=subject.before)
    theirs = [mark for marks in _marks for mark in marks(subject)]
    keys = [
        pk
        for pk, stored in unsent.values_list("pk", "message").iterator()
        for text in (mail_text(stored),)
        if any(found_in(address, text) for address in subject.names)
        or any(mark in text for mark in theirs)
    ]
    return Q(pk__in=keys)
