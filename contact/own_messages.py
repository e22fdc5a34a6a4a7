"""What somebody has written to us and what was answered, for their own page of it."""

from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Count, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from contact.models import DETAILS, ContactMessage, MessageReply
from contact.photo_models import MessagePhoto
from privacy.datamap.subjects import Subject
from sens_site.lib.written_query import WrittenQuery, columns

ON_A_PAGE = 20
SHOWN = columns(
    ContactMessage,
    *("id", "reference", "topic", "message", "received_at", "state", "answered_at"),
    *DETAILS,
)
FIRST = (None, "", "1")


class Said(NamedTuple):
    """One mail of the conversation."""

    kind: str
    at: Any
    text: str


class OwnMessages(NamedTuple):
    """One page of messages, and the numbers of its neighbours."""

    messages: list[ContactMessage]
    newer: int | None = None
    older: int | None = None


def own_messages(subject: Subject, page: str | None) -> OwnMessages:
    """Return a page of what a person wrote from addresses that they have confirmed, newest first.

    The first one takes one query: whether there is an older one is told by one message too many.
    """
    if page in FIRST and subject.addresses and not subject.former:
        rows = _newest(sorted(subject.addresses))
        messages = _messages_in(rows)
        older = 2 if len(messages) > ON_A_PAGE else None
        return OwnMessages(messages[:ON_A_PAGE], older=older)
    mine = ContactMessage.objects.of(subject)
    shown = Paginator(mine, ON_A_PAGE).get_page(page)
    start = (shown.number - 1) * ON_A_PAGE
    return OwnMessages(
        _messages_in(list(_with_conversation(mine[start : start + ON_A_PAGE]))),
        newer=shown.previous_page_number() if shown.has_previous() else None,
        older=shown.next_page_number() if shown.has_next() else None,
    )


def _with_conversation(some: "QuerySet[ContactMessage]") -> "QuerySet[Any, Any]":
    """Read messages with how many photos came and with what people have written since, all at once."""
    people = (MessageReply.Kind.SENT, MessageReply.Kind.RECEIVED)
    photos = MessagePhoto.objects.order_by().filter(message=OuterRef("pk")).values("message")
    return (
        ContactMessage.objects.filter(pk__in=some.values("pk"))
        .annotate(
            said=FilteredRelation("replies", condition=Q(replies__kind__in=people)),
            photo_count=Subquery(photos.annotate(number=Count("pk")).values("number")),
        )
        .order_by("-received_at", "pk", "said__at", "said__pk")
        .values_list(*SHOWN, "photo_count", "said__kind", "said__at", "said__text")
    )


_newest = WrittenQuery(
    lambda addresses: _with_conversation(
        ContactMessage.objects.filter(email__in=addresses).order_by("-received_at", "pk")[
            : ON_A_PAGE + 1
        ]
    )
)


def _messages_in(rows: list[Any]) -> list[ContactMessage]:
    """Put together what one row each says of a message and a mail."""
    found: dict[int, Any] = {}
    for row in rows:
        *values, photos, kind, at, text = row
        message: Any = found.get(values[0])
        if message is None:
            message = ContactMessage.from_db(DEFAULT_DB_ALIAS, SHOWN, values)
            message.photo_count, message.conversation = photos, []
            found[values[0]] = message
        if kind is not None:
            message.conversation.append(Said(kind, at, text))
    return list(found.values())
