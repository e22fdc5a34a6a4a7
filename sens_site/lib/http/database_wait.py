"""How long a request waits for SQLite's one write lock: three seconds in all (law 9).

Each statement that meets the lock waits for itself, and a form makes several: the limiter, its
count, what is stored. A thread that waits for all of them serves nobody else for a minute. So the
waits of one request share one allowance, and once that is spent nothing in it waits again.
Commands and the worker have no request, and wait as long as the settings say.

What must not wait at all, because the visitor has the answer coming whatever becomes of a count,
is written in `at_once()`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse

from sens_site.lib.metrics import DATABASE_GIVEN_UP, DATABASE_WAIT_SECONDS

SECONDS = 3.0
NO_WAIT = 0.05
"""What a statement may take without being taken for one that has waited, in seconds."""
AT_ONCE = 0.01
"""How long PostgreSQL may look for a free connection or a lock, in seconds, before it gives up."""
READ_AT_ONCE = 0.2
"""How long PostgreSQL may take for a statement whose answer is welcome and not needed."""


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
                DATABASE_GIVEN_UP.inc()
            raise
        finally:
            waited = time.monotonic() - begin
            if waited > NO_WAIT:
                self.left = max(0.0, self.left - waited)
                DATABASE_WAIT_SECONDS.observe(waited)

    def _tell(self, database: Any, seconds: float) -> None:
        # A connection that was opened anew begins with the settings' own timeout.
        if self._told is None or self._told[0] is not database or self._told[1] != seconds:
            database.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
            self._told = database, seconds

    def end(self) -> None:
        """Give the connection its own timeout back, for what uses it outside of a request."""
        if self._told and self._told[0] is connection.connection:
            self._tell(connection.connection, connection.settings_dict["OPTIONS"]["timeout"])


@contextmanager
def at_once() -> Iterator[None]:
    """Be a transaction that waits for nobody: no lock, and no database that does not answer.

    Raises OperationalError instead.
    """
    if connection.vendor == "sqlite":
        with _no_allowance(), transaction.atomic():
            yield
    else:  # pragma: postgresql - what a server is told
        _reach_server()
        # A server knows no wait of no time at all.
        with transaction.atomic(), _for_now("lock_timeout", AT_ONCE):
            yield


@contextmanager
def read_at_once() -> Iterator[None]:
    """Read what is welcome and not needed. Raises OperationalError where that would take long."""
    if connection.vendor == "sqlite":  # whoever reads there waits for nobody (WAL)
        yield
    else:  # pragma: postgresql - what a server is told
        _reach_server()
        with transaction.atomic(), _for_now("statement_timeout", READ_AT_ONCE):
            yield


def answer_within(seconds: float) -> None:
    """Read a row that every site has. Raises an error of the database where that takes longer."""
    if connection.vendor != "sqlite":  # pragma: postgresql - SQLite has no server
        _reach_server(seconds)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")


@contextmanager
def _no_allowance() -> Iterator[None]:
    wrappers = connection.execute_wrappers
    outer = next((w for w in wrappers if isinstance(w, Allowance)), None)
    if outer is None:
        allowance = Allowance(0.0)
        try:
            with connection.execute_wrapper(allowance):
                yield
        finally:
            allowance.end()
    else:
        left, outer.left = outer.left, 0.0
        try:
            yield
        finally:
            outer.left = left


def _reach_server(seconds: float = AT_ONCE) -> None:  # pragma: postgresql - SQLite has no server
    """Raise OperationalError where the pool has no working connection to give in so many seconds."""
    pool: Any = getattr(connection, "pool", None)
    if connection.connection is not None or pool is None:
        return
    wrapper: Any = connection
    with connection.wrap_database_errors:
        wrapper.refuse_while_away()
        pool.open()
        pool.putconn(pool.getconn(timeout=seconds))


@contextmanager
def _for_now(name: str, seconds: float) -> Iterator[None]:  # pragma: postgresql - as above
    """Tell the server how long something may take, until this ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        (usual,) = cursor.fetchone()
        set_timeout = "SELECT set_config(%s, %s, true)"
        cursor.execute(set_timeout, [name, f"{int(seconds * 1000)}ms"])
        yield
        # An outer transaction goes on as it was.
        cursor.execute(set_timeout, [name, usual])


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
