"""Watching what requests write, whatever other visitors do meanwhile."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

_WRITES = re.compile(
    r"\s*(?:INSERT(?: OR \w+)? INTO|REPLACE INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE
)


@contextmanager
def rows_written() -> Iterator[list[str]]:
    """Collect the tables into which this thread writes. The shared cache is none of them."""
    tables: list[str] = []
    cache = settings.CACHES["default"]["LOCATION"]

    def watch(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        found = _WRITES.match(sql)
        if found is not None and found[1] != cache:
            tables.append(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield tables
