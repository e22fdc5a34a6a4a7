"""A copy of the database for a look that acts: what it writes would keep people waiting there."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections

from sens_site.lib.deploy.setup_lock import connection_apart

logger = logging.getLogger(__name__)
CACHE_KIBIBYTES = 64 * 1024


@contextmanager
def on_a_copy() -> Iterator[None]:
    """Have this thread read and write a copy of the database, which is gone afterwards.

    A rehearsal in the database itself would hold SQLite's write lock, or on PostgreSQL the locks of
    all rows that it changes, and people would wait for it. Within a transaction it is too late to
    copy.
    """
    if connection.in_atomic_block:
        yield
        return
    wrapper: Any = connections[DEFAULT_DB_ALIAS]  # `connection` has attributes of its own
    wrapper.ensure_connection()
    original = wrapper.connection
    with _sqlite_copy() if connection.vendor == "sqlite" else _postgresql_copy() as copy:
        try:
            wrapper.connection = copy
            vars(wrapper).update(
                # Closed, the copy would be lost, and whoever asked next would get the database.
                close=_stay_open,
                connect=_stay_away,
                # On a developer’s machine Django lists each statement: nobody reads a look's.
                make_debug_cursor=wrapper.make_cursor,
            )
            yield
        finally:
            for name in ("close", "connect", "make_debug_cursor"):
                vars(wrapper).pop(name, None)
            wrapper.connection = original


@contextmanager
def _sqlite_copy() -> Iterator[Any]:
    """Give a copy that has no name.

    SQLite holds it in memory, and what exceeds the cache in a file that is unlinked as it is opened:
    the people in it are gone with this process, however that ends.
    """
    wrapper: Any = connection
    nameless = {**wrapper.get_connection_params(), "database": "file:"}
    copy = wrapper.get_new_connection(nameless)
    try:
        copy.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
        wrapper.connection.backup(copy)
        yield copy
    finally:
        copy.close()


@contextmanager
def _postgresql_copy() -> Iterator[Any]:  # pragma: postgresql - SQLite has a file to copy
    """Give a connection of its own with temporary tables, or the usual one where none may be made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_database_privilege(current_database(), 'TEMPORARY')")
        may_copy = cursor.fetchone()[0]
    if not may_copy:
        logger.warning("Looks act on the tables themselves: the role lacks the right TEMPORARY")
        yield connection.connection
        return
    from sens_site.lib.postgresql.temporary_copy import copy_tables  # noqa: PLC0415 - needs its driver

    with connection_apart("site-looks") as cursor:
        copy = cursor.connection
        copy_tables(copy)
        yield copy


def _stay_open() -> None:
    """Do nothing."""


def _stay_away() -> NoReturn:
    raise OperationalError("The copy of the database is lost.")
