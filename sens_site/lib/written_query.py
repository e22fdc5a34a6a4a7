"""Queries that are asked on each page of somebody, written once for each connection.

Django writes the SQL of a query anew each time, which costs ten times what SQLite takes to answer
it. What is written here differs from one time to the next in its parameters alone.
"""

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet

Single = int | str | datetime
Parameter = Single | Sequence[str]
Row = Sequence[Any]
_PLACE = re.compile(r"(?<!%)%s")
_SINGLE = (int, str, datetime)
_SOME_NUMBER = -1_000_000_007
_SOME_TIME = datetime(2001, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Written:
    """A query in SQL. `constant` holds what never differs, by the names of its places."""

    sql: str
    constant: Mapping[str, Any]
    compiler: Any
    converters: Any


class WrittenQuery:
    """A query by `values_list`, given as a function of its parameters, asked by calling this.

    A parameter is a number, a time, a text, or some texts, in the spelling in which they are stored:
    they go to the database as they are. Of some texts each number of them is a query of its own.
    """

    def __init__(self, make: Callable[..., "QuerySet[Any, Any]"]) -> None:
        self.make = make
        self._written = threading.local()

    def __call__(self, *asked: Parameter) -> list[Row]:
        """Return the rows."""
        shape = tuple(map(_shape, asked))
        connection = connections[DEFAULT_DB_ALIAS]
        written: dict[Any, Written] = vars(self._written).setdefault("queries", {})
        query = written.get(shape)
        if query is None or query.compiler.connection is not connection:
            try:
                query = written[shape] = self._write(asked)
            except EmptyResultSet:  # Django sees that nothing can be found
                return []
        params = named_params(_stored(one) for one in _flat(asked))
        with connection.cursor() as cursor:
            cursor.execute(query.sql, {**query.constant, **params})
            rows = cursor.fetchall()
        return list(query.compiler.apply_converters(rows, query.converters))

    def _write(self, asked: Sequence[Parameter]) -> Written:
        """Have Django write it for values that stand nowhere else in it."""
        stand_ins = [_stand_in(one, at) for at, one in enumerate(_flat(asked))]
        left = iter(stand_ins)
        given = [
            next(left) if isinstance(one, _SINGLE) else [next(left) for _ in one] for one in asked
        ]
        stored = [_stored(one) for one in stand_ins]
        compiler = self.make(*given).query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        columns = [column[0] for column in compiler.select[: compiler.col_count]]
        names = _names_of(params, stored)
        return Written(
            sql=named_places(sql, names),
            constant={
                name: param
                for name, param in zip(names, params, strict=True)
                if param not in stored
            },
            compiler=compiler,
            converters=converters_of(compiler, columns),
        )


def columns(model: type[Model], *names: str) -> tuple[str, ...]:
    """Return names of columns in the order in which `Model.from_db` takes their values."""
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname in names)


def named_places(sql: str, names: Iterable[str]) -> str:
    """Give each place for a parameter a name: SQLite's cursor puts names in without searching for them.

    Django looks for places without a name in the whole text, each time that it is asked.
    """
    left = iter(names)
    return _PLACE.sub(lambda _: f"%({next(left)})s", sql)


def named_params(params: Iterable[Any]) -> dict[str, Any]:
    """Return parameters by the names of their places."""
    return {f"p{number}": param for number, param in enumerate(params)}


def _names_of(params: Sequence[Any], asked: Sequence[Any]) -> list[str]:
    """Name places: by the number of what is asked for, and one for all places of the same constant."""
    constant: dict[tuple[type, Any], str] = {}
    return [
        f"p{asked.index(param)}"
        if param in asked
        else constant.setdefault((type(param), param), f"c{len(constant)}")
        for param in params
    ]


def converters_of(compiler: Any, columns: Sequence[Any]) -> Any:
    """Return what makes values of columns, with a quick way for the times of SQLite, which have no zone."""
    converters = compiler.get_converters(columns)
    of_sqlite = getattr(compiler.connection.ops, "convert_datetimefield_value", None)
    for made_by, _ in converters.values():
        made_by[:] = [_moment if one == of_sqlite else one for one in made_by]
    return converters


def _moment(value: Any, expression: Any, connection: Any) -> datetime | None:
    """Make of a time, which is a text in a union, what Django makes; anything else is left to it."""
    if value is None:
        return None
    moment = _read(value) if type(value) is str else value
    if type(moment) is datetime and moment.tzinfo is None:
        return moment.replace(tzinfo=connection.timezone)
    other: datetime | None = connection.ops.convert_datetimefield_value(
        value, expression, connection
    )
    return other


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _shape(one: Parameter) -> type | int:
    return type(one) if isinstance(one, _SINGLE) else len(one)


def _stand_in(one: Single, at: int) -> Single:
    if isinstance(one, datetime):
        return _SOME_TIME + timedelta(microseconds=1 + at)
    return _SOME_NUMBER - at if isinstance(one, int) else f"some-{at}@written.invalid"


def _stored(one: Single) -> Any:
    if not isinstance(one, datetime):
        return one
    return connections[DEFAULT_DB_ALIAS].ops.adapt_datetimefield_value(one)


def _flat(asked: Sequence[Parameter]) -> list[Single]:
    values: list[Single] = []
    for one in asked:
        values.extend([one] if isinstance(one, _SINGLE) else one)
    return values
