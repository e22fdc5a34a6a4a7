"""A server that is away is asked by one thread alone: all others are told so at once.

Measured with the pool as it comes: each request waited five seconds for a connection and then five
more for the one of its error page, kept pages and files waited as long for the content stamp, and
the pool, whose tries grow apart, found the server again half a minute after it was back.
"""

import threading
import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

TRIES = 5
"""How often the pool is waited for, a second each (settings), while the server answers: it is busy."""
PROBED_EVERY = 0.5
PROBE_SECONDS = 2
WATCHER = "waits for the database"
_away = threading.Event()
_noticing = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):  # pragma: postgresql - SQLite has no server
    """See the module's docstring."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Take a connection from the pool, or fail at once while the server is known to be away."""
        if _away.is_set():
            raise psycopg.OperationalError("The server was away a moment ago.")
        for _ in range(TRIES - 1):
            try:
                return super().get_new_connection(conn_params)
            except PoolTimeout:
                if not self._answers(conn_params):
                    self._notice_that_it_is_away(conn_params)
                    raise
        return super().get_new_connection(conn_params)

    def _answers(self, conn_params: dict[str, Any]) -> bool:
        try:
            psycopg.connect(**{**conn_params, "connect_timeout": PROBE_SECONDS}).close()
        except psycopg.OperationalError:
            return False
        return True

    def _notice_that_it_is_away(self, conn_params: dict[str, Any]) -> None:
        with _noticing:
            if _away.is_set():
                return
            _away.set()
        watch = self._wait_for_it
        threading.Thread(name=WATCHER, target=watch, args=(conn_params,), daemon=True).start()

    def _wait_for_it(self, conn_params: dict[str, Any]) -> None:
        try:
            while not self._answers(conn_params):
                time.sleep(PROBED_EVERY)
            # Its pool goes on with tries that have grown far apart: a fresh one begins at once.
            wrapper: Any = self
            wrapper.close_pool()
        finally:
            _away.clear()
