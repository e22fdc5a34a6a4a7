"""A fingerprint of every row of every table, to show that a request wrote nothing."""

import hashlib
from typing import Any

from django.db import connection

# The shared cache holds counters and the content stamp: no record of anything.
NOT_RECORDS = {"shared_cache", "sqlite_sequence"}


class Fingerprint(dict[str, str]):
    """For each table how many rows it has and a digest of them, and where writing stood then."""

    written: tuple[Any, ...] | None = None


def _written() -> tuple[Any, ...]:
    """Return what the engine counts: on SQLite also what other connections have committed.

    PostgreSQL counts what this transaction did, to each table, also what it has taken back.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            pragmas = [
                cursor.execute(f"PRAGMA {name}").fetchone()
                for name in ("data_version", "schema_version")
            ]
            return (connection.connection, connection.connection.total_changes, *pragmas)
        cursor.execute(
            "SELECT pg_current_xact_id_if_assigned()::text,"
            " array_agg((relid::bigint, n_tup_ins, n_tup_upd, n_tup_del)::text ORDER BY relid)"
            " FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        return (connection.connection, cursor.fetchone())


def fingerprint(since: Fingerprint | None = None) -> Fingerprint:
    """Return for each table how many rows it has and a digest of them.

    Where the engine itself says that nothing was written since an earlier one, that one stands.
    That is for many requests in a row: what another connection writes meanwhile is seen for sure
    by two fingerprints without `since`, before the first request and after the last.
    """
    written = _written()
    if since is not None and since.written == written:
        return since
    result = Fingerprint()
    result.written = written
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
