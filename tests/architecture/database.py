"""A fingerprint of every row of every table, to show that a request wrote nothing."""

import hashlib

from django.db import connection

# The shared cache holds counters and the content stamp: no record of anything.
NOT_RECORDS = {"shared_cache", "sqlite_sequence"}


def fingerprint() -> dict[str, str]:
    """Return for each table how many rows it has and a digest of them."""
    result = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - NOT_RECORDS):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a table's own name
            rows = sorted(map(repr, cursor.fetchall()))
            digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()[:12]
            result[table] = f"{len(rows)} rows, {digest}"
    return result


def changed(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    """Return the tables that differ, with what they were and are."""
    return {t: f"{before[t]} -> {after[t]}" for t in before if before[t] != after[t]}
