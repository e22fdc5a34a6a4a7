"""What a person is shown of the tables of all rooms, asked for in one statement.

Each room says in its `own_rows.py` which of its rows are a person's, all in one shape, and makes of
them what its template says. So no room knows another's tables, and the page costs one query however
many rooms there are. The rows come in no order.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import DateTimeField, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from sens_site.lib.written_query import WrittenQuery


class Person(NamedTuple):
    """For whom rows are asked: the account, and its confirmed addresses as a subquery."""

    user_id: int
    addresses: "QuerySet[Any, Any]"
    now: datetime


class OwnRow(NamedTuple):
    """One row. What stands where is the affair of the room that asked for it."""

    title: str = ""
    detail: str = ""
    more: str = ""
    number: int = 0
    at: datetime | None = None
    until: datetime | None = None


OwnRows = dict[str, list[OwnRow]]
Columns = dict[str, str | Combinable]
Source = Callable[[Person], "tuple[QuerySet[Any, Any], Columns]"]
_sources: dict[str, Source] = {}


def own_rows(name: str) -> Callable[[Source], Source]:
    """Register which rows of a table are a person's, and which column of them stands where."""

    def register(source: Source) -> Source:
        _sources[name] = source
        return source

    return register


def written_rows(addresses_of: Callable[[int], "QuerySet[Any, Any]"]) -> Callable[..., OwnRows]:
    """Return what asks for all rows of a person at a moment, by the names of their sources."""

    def make(user_id: int, now: datetime) -> "QuerySet[Any, Any]":
        person = Person(user_id, addresses_of(user_id), now)
        first, *others = (
            _in_shape(at, *source(person)) for at, source in enumerate(_sources.values())
        )
        return first.union(*others, all=True)

    ask = WrittenQuery(make)

    def rows_of(user_id: int, now: datetime) -> OwnRows:
        names = list(_sources)
        found: OwnRows = {name: [] for name in names}
        for at, *row in ask(user_id, now):
            found[names[at]].append(OwnRow(*row))
        return found

    return rows_of


def _in_shape(at: int, rows: "QuerySet[Any, Any]", columns: Columns) -> "QuerySet[Any, Any]":
    """Select the number of a source, and its columns in the order of an `OwnRow`."""
    # PostgreSQL takes a bare NULL for a text.
    never: Any = Cast(Value(None), DateTimeField())
    empty: Columns = {
        "title": Value(""),
        "detail": Value(""),
        "more": Value(""),
        "number": Value(0),
        "at": never,
        "until": never,
    }
    return rows.order_by().values_list(Value(at), *(columns.get(one, empty[one]) for one in empty))
