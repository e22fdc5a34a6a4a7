"""A copy of an SQLite database for a look that acts: the database itself has one write lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

CACHE_KIBIBYTES = 64 * 1024


@contextmanager
def on_a_copy() -> Iterator[None]:
    """Have this thread read and write a copy of the database, which is gone afterwards.

    A rehearsal in the database itself would hold its write lock, and forms would wait for it. On
    PostgreSQL only who writes the very rows waits that a rehearsal has changed, as sealing does for
    the row of the policy. Within a transaction it is too late to copy.

    The copy has no name. SQLite holds it in memory, and what exceeds the cache in a file that is
    unlinked as it is opened: the people in it are gone with this process, however that ends.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    wrapper: Any = connection
    original = wrapper.connection
    nameless = {**wrapper.get_connection_params(), "database": "file:"}
    copy = wrapper.get_new_connection(nameless)
    try:
        copy.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
        original.backup(copy)
        wrapper.connection = copy
        # Closed, the copy would be lost, and whoever asked next would get the database.
        wrapper.close = _stay_open
        yield
    finally:
        vars(wrapper).pop("close", None)
        wrapper.connection = original
        copy.close()


def _stay_open() -> None:
    """Do nothing."""
