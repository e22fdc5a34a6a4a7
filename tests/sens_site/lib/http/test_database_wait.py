"""A request waits for SQLite's lock once; what is no lock costs it nothing."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import RequestFactory
from psycopg_pool import PoolTimeout

from sens_site.lib.http import database_wait
from sens_site.lib.http.database_wait import Allowance, DatabaseWaitMiddleware, at_once
from sens_site.lib.metrics import COUNTED


class Database:
    def execute(self, sql: str) -> None:
        self.told = sql


@pytest.mark.parametrize(("message", "left"), [("database is locked", 0.0), ("disk full", 3.0)])
def test_only_a_lock_uses_the_wait_up(message, left):
    def fail(*args: Any) -> None:
        raise OperationalError(message)

    before = given_up()
    allowance = Allowance(3.0)
    context = {"connection": SimpleNamespace(connection=Database())}
    with pytest.raises(OperationalError):
        allowance(fail, "SELECT 1", (), False, context)
    assert allowance.left == pytest.approx(left, abs=0.2)
    assert given_up() - before == (1 if message == "database is locked" else 0)


def test_a_statement_that_has_waited_is_timed_for_whoever_watches(monkeypatch):
    ticks = iter([0.0, 0.04, 10.0, 10.3])
    clock = SimpleNamespace(monotonic=lambda: next(ticks))
    monkeypatch.setattr("sens_site.lib.http.database_wait.time", clock)
    allowance = Allowance(3.0)
    context = {"connection": SimpleNamespace(connection=Database())}
    before = [waits(name) for name in ("count", "sum")]
    for _ in range(2):
        allowance(lambda *args: None, "SELECT 1", (), False, context)
    after = [waits(name) for name in ("count", "sum")]
    assert after == pytest.approx([before[0] + 1, before[1] + 0.3])


def given_up() -> float:
    return COUNTED.get_sample_value("site_database_waits_given_up_total") or 0.0


def waits(what: str) -> float:
    return COUNTED.get_sample_value(f"site_database_wait_seconds_{what}") or 0.0


def test_another_database_waits_by_its_own_rules(monkeypatch):
    monkeypatch.setattr(database_wait, "connection", SimpleNamespace(vendor="postgresql"))
    answer = HttpResponse("read")
    assert DatabaseWaitMiddleware(lambda request: answer)(RequestFactory().post("/")) is answer


def told() -> int:
    """How long SQLite has been told to wait for a lock, in milliseconds."""
    assert connection.connection is not None
    (milliseconds,) = connection.connection.execute("PRAGMA busy_timeout").fetchone()
    return int(milliseconds)


def look() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db
def test_what_must_not_wait_spends_nothing_of_what_the_request_may_wait():
    allowance = Allowance(3.0)
    with connection.execute_wrapper(allowance):
        look()
        assert told() == 3000
        with at_once():
            look()
            assert told() == 0
        look()
        assert (told(), allowance.left) == (3000, 3.0)
        with pytest.raises(OperationalError), at_once():
            raise OperationalError("database is locked")
        look()
        assert (told(), allowance.left) == (3000, 3.0)
    allowance.end()


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db
def test_outside_of_a_request_the_connection_gets_its_own_wait_back():
    look()
    usual = told()
    with at_once():
        look()
        assert told() == 0
    look()
    assert told() == usual == 20_000


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db
def test_a_server_is_told_not_to_wait_and_then_goes_on_as_it_was():
    def timeout() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return str(cursor.fetchone()[0])

    usual = timeout()
    with at_once():
        assert timeout() == "10ms"
    assert timeout() == usual
    with pytest.raises(OperationalError), at_once():
        raise OperationalError("canceling statement due to lock timeout")
    assert timeout() == usual


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_a_pool_that_has_nothing_to_give_is_not_waited_for(monkeypatch):
    connection.close()
    asked = []

    def nothing(timeout: float) -> None:
        asked.append(timeout)
        raise PoolTimeout("couldn't get a connection")

    pool: Any = getattr(connection, "pool")  # noqa: B009 - only PostgreSQL has one
    with monkeypatch.context() as down:
        down.setattr(pool, "getconn", nothing)
        with pytest.raises(OperationalError), at_once():
            pytest.fail("there is no connection")
    assert asked == [0.01]


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_a_pool_with_a_connection_gives_it():
    connection.close()
    with at_once():
        look()
    assert connection.is_usable()
