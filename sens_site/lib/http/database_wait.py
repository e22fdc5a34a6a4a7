"""How long a request waits for SQLite's one write lock: three seconds in all (law 9).

Each statement that meets the lock waits for itself, and a form makes several: the limiter, its
count, what is stored. A thread that waits for all of them serves nobody else for a minute. So the
waits of one request share one allowance, and once that is spent nothing in it waits again.
Commands and the worker have no request, and wait as long as the settings say.
"""

import time
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse

SECONDS = 3.0
NO_WAIT = 0.05
"""What a statement may take without being taken for one that has waited, in seconds."""


class Allowance:
    """Wraps the statements of one request and tells SQLite how long each may wait."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds
        self._told: tuple[Any, float] | None = None

    def __call__(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        self._tell(context["connection"].connection, self.left)
        begin = time.monotonic()
        try:
            return execute(sql, params, many, context)
        except OperationalError as error:
            if "locked" in str(error):
                self.left = 0.0
            raise
        finally:
            waited = time.monotonic() - begin
            if waited > NO_WAIT:
                self.left = max(0.0, self.left - waited)

    def _tell(self, database: Any, seconds: float) -> None:
        # A connection that was opened anew begins with the settings' own timeout.
        if self._told is None or self._told[0] is not database or self._told[1] != seconds:
            database.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
            self._told = database, seconds

    def end(self) -> None:
        """Give the connection its own timeout back, for what uses it outside of a request."""
        if self._told and self._told[0] is connection.connection:
            self._tell(connection.connection, connection.settings_dict["OPTIONS"]["timeout"])


class DatabaseWaitMiddleware:
    """Gives each request its allowance."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # What is only read waits for no lock (WAL), and need not pay for asking.
        if connection.vendor != "sqlite" or request.method in ("GET", "HEAD"):
            return self.get_response(request)
        allowance = Allowance(SECONDS)
        try:
            with connection.execute_wrapper(allowance):
                return self.get_response(request)
        finally:
            allowance.end()
