"""The one query of every page of a signed-in visitor: the session, its user and what they refuse.

Django writes the SQL of a query anew each time, which costs more than the database takes to answer
it. This query never changes but for two values, so it is written once for each connection.
"""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.query import get_related_populators  # type: ignore[attr-defined]  # no public name
from django.utils import timezone

from accounts.models import Session
from sens_site.lib.written_query import converters_of, named_params, named_places

_written = threading.local()
_SOME_KEY = "the key stands here"
_SOME_TIME = datetime(2001, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WrittenQuery:
    """A query in SQL, and how a row of its answer becomes a session with its user."""

    sql: str
    key_first: bool
    compiler: Any
    converters: Any
    columns: slice
    names: list[str]
    related: list[Any]


def session_with_user(key: str, *only: str) -> Session | None:
    """Return the session with this key, its user at hand, unless it has ended.

    With the user comes what the person has refused (`privacy.consent.refusals`): whether a page
    may hold a tag depends on it. With `only`, Django's names of columns, all others wait until they
    are asked for: most of what the query takes is reading days and times.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    written: dict[tuple[str, ...], WrittenQuery] = vars(_written).setdefault("queries", {})
    query = written.get(only)
    if query is None or query.compiler.connection is not connection:
        query = written[only] = _write(only)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(query.sql, named_params((key, now) if query.key_first else (now, key)))
        row = cursor.fetchone()
    if row is None:
        return None
    (values,) = query.compiler.apply_converters([row], query.converters)
    session = Session.from_db(DEFAULT_DB_ALIAS, query.names, values[query.columns])
    for populator in query.related:
        populator.populate(values, session)
    return session


def _write(only: tuple[str, ...]) -> WrittenQuery:
    rows = Session.listed.select_related("user__refusals")
    rows = rows.only(*only) if only else rows
    query = rows.filter(session_key=_SOME_KEY, expire_date__gt=_SOME_TIME).query
    compiler = query.get_compiler(using=DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    columns: list[int] = compiler.klass_info["select_fields"]
    return WrittenQuery(
        sql=named_places(sql, ("p0", "p1")),
        key_first=params[0] == _SOME_KEY,
        compiler=compiler,
        converters=converters_of(compiler, [column[0] for column in compiler.select]),
        columns=slice(columns[0], columns[-1] + 1),
        names=[compiler.select[index][0].target.attname for index in columns],
        related=get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS),
    )
