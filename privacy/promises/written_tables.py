"""Watching what requests write, whatever other visitors do meanwhile."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db import OperationalError, connection

_WRITES = re.compile(
    r"(?:\s|/\*.*?\*/|--[^\n]*\n)*"
    r"(?:WITH\b.*?\)\s*)?"
    r"(?:INSERT(?: OR \w+)? INTO|REPLACE INTO|MERGE INTO|UPDATE(?: ONLY)?|DELETE FROM"
    r"|CREATE(?: TEMP| TEMPORARY)? TABLE(?: IF NOT EXISTS)?)"
    r"\s+(?:ONLY\s+)?\"?(?:\w+\"?\.\"?)?(\w+)",
    re.IGNORECASE | re.DOTALL,
)
"""Comments and what is named before it may stand in front; a schema before the table."""


@dataclass(frozen=True, slots=True)
class Written:
    """One statement that writes: into which table, and which values."""

    table: str
    values: tuple[Any, ...]
    statement: str


@contextmanager
def rows_written() -> Iterator[list[str]]:
    """Collect the tables into which this thread writes. The shared cache is none of them."""
    tables: list[str] = []
    cache = settings.CACHES["default"]["LOCATION"]

    def watch(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        tables.extend(one.table for one in written_by(sql, (), many=False) if one.table != cache)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield tables


@contextmanager
def noted_in_the_cache() -> Iterator[list[str]]:
    """Collect the keys under which the shared cache holds something else afterwards. In a rehearsal."""
    cache: Any = caches["default"]
    before, keys = dict(cache.held()), list[str]()
    yield keys
    keys.extend(key for key, value in cache.held() if before.get(key) != value)


@contextmanager
def nothing_can_be_written() -> Iterator[None]:
    """Refuse whatever this thread would write, as a database does that is locked or full."""

    def refuse(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        if _WRITES.match(sql):
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


def written_by(sql: str, params: Any, *, many: bool) -> Iterator[Written]:
    """Yield what a statement writes; nothing for one that reads."""
    found = _WRITES.match(sql)
    if found is None:
        return
    for row in params if many else (params,):
        values = tuple(row.values()) if isinstance(row, dict) else tuple(row or ())
        yield Written(found[1], tuple(map(_unwrapped, values)), sql)


def _unwrapped(value: Any) -> Any:
    """Return bytes and JSON out of what the driver of PostgreSQL is handed them in."""
    return getattr(value, "obj", value)
