"""A server that is away is asked by one thread alone: all others are told so at once.

Measured with the pool as it comes: each request waited five seconds for a connection and then five
more for the one of its error page, kept pages and files waited as long for the content stamp, and
the pool, whose tries grow apart, found the server again half a minute after it was back.
"""

import threading
import time
from typing import Any

import psycopg
from django.db import connections
from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

from sens_site.lib.postgresql import waits

TRIES = 5
"""How often the pool is waited for, a second each (settings), while the server answers: it is busy."""
PROBED_EVERY = 0.5
PROBE_SECONDS = 1.2
"""How long a visitor waits for the answer whether the server answers: with what was waited for before,
an outage is told in less than three seconds to whoever meets it first."""
CONNECT_SECONDS = 2
"""For each server that `DATABASE_URL` names, while nobody waits. libpq knows no shorter time."""
FILL_SECONDS = 10
WATCHER = "waits for the database"
_away = threading.Event()
_noticing = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):  # pragma: postgresql - SQLite has no server
    """See the module's docstring."""

    @property
    def pool(self) -> Any:
        """Return the pool, whose connections tell since when they wait."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if options:
            options.setdefault("connection_class", waits.Connection)
        return super().pool  # type: ignore[misc]  # the stubs do not know of it

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Take a connection from the pool, or fail at once while the server is known to be away."""
        for _ in range(TRIES - 1):
            self.refuse_while_away()
            began = time.monotonic()
            try:
                return super().get_new_connection(conn_params)
            except PoolTimeout:
                if not waits.was_heard_since(began) and self.is_silent(conn_params):
                    raise
        return super().get_new_connection(conn_params)

    def refuse_while_away(self) -> None:
        """Raise where the server is known to be away."""
        if _away.is_set():
            raise psycopg.OperationalError("The server was away a moment ago.")

    def is_silent(self, conn_params: dict[str, Any]) -> bool:
        """Tell whether the server is away, and if so, let everybody know until it is back."""
        if _away.is_set():
            return True
        if self._answers_soon(conn_params):
            return False
        self._notice_that_it_is_away(conn_params)
        return True

    def _answers(self, conn_params: dict[str, Any]) -> bool:
        try:
            psycopg.connect(**{**conn_params, "connect_timeout": CONNECT_SECONDS}).close()
        except psycopg.OperationalError:
            return False
        return True

    def _answers_soon(self, conn_params: dict[str, Any]) -> bool:
        answers: list[bool] = []
        thread = threading.Thread(
            target=lambda: answers.append(self._answers(conn_params)), daemon=True
        )
        thread.start()
        thread.join(PROBE_SECONDS)
        return answers == [True]

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
            # The pool goes on with tries that have grown far apart: a fresh one begins at once, and
            # has a connection before anybody asks, even where the first of several servers hangs.
            self._renew_pool()
        finally:
            _away.clear()

    def _renew_pool(self) -> None:
        wrapper: Any = self
        wrapper.close_pool()
        wrapper.pool.open()
        wrapper.pool.wait(FILL_SECONDS)


def watch_waits() -> None:  # pragma: postgresql - as above
    """Let nothing in this process wait for a server that has fallen silent."""

    def is_silent() -> bool:
        wrapper: Any = connections["default"]
        return bool(wrapper.is_silent(wrapper.get_connection_params()))

    waits.watch(is_silent)
