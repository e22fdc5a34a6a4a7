"""The test database as the site's content left it, put back after a test that cannot be rolled back.

Django empties all tables after such a test (`flush`), which sealed policy versions refuse, and the
content then has to be loaded again: a second of processor time where a copy takes none.
"""

import os
import sqlite3
import time
from contextlib import closing
from typing import Any

import psycopg
from django.db import connection
from psycopg.sql import SQL, Identifier

PATIENCE_SECONDS = 30


class KeptDatabase:
    """A copy of the test database: in memory on SQLite, beside it on PostgreSQL."""

    def __init__(self) -> None:
        self._wrapper: Any = connection
        self._name = str(self._wrapper.settings_dict["NAME"])
        if connection.vendor == "sqlite":
            self._copy = sqlite3.connect(":memory:", check_same_thread=False)
            connection.ensure_connection()
            self._wrapper.connection.backup(self._copy)
        else:
            self._remake(f"{self._name}_kept", self._name)

    def put_back(self) -> None:
        """Undo all that has been committed since the copy was made."""
        if connection.vendor == "sqlite":
            connection.close()
            with closing(sqlite3.connect(self._name)) as tested:
                self._copy.backup(tested, progress=_patience())
        else:
            self._remake(self._name, f"{self._name}_kept")

    def remove(self) -> None:
        """Leave nothing of the copy behind."""
        if connection.vendor == "sqlite":
            self._copy.close()
        else:
            self._on_server("DROP DATABASE {} WITH (FORCE)", f"{self._name}_kept")

    def _remake(self, name: str, template: str) -> None:
        connection.close()
        self._wrapper.close_pool()  # PostgreSQL copies only what nobody is looking at
        self._on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self._on_server("CREATE DATABASE {} TEMPLATE {}", name, template)

    def _on_server(self, sql: Any, *names: str) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(SQL(sql).format(*map(Identifier, names)))


def _patience() -> Any:
    """Fail where a thread that a test left behind holds the database: a copy would wait for ever."""
    ends = time.monotonic() + PATIENCE_SECONDS

    def look(*_: int) -> None:
        if time.monotonic() > ends:
            raise TimeoutError("Somebody still writes to the test database.")

    return look
