"""A server that is away is asked by one thread alone, and one that is only busy by all."""

import threading
import time
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

from sens_site.lib.postgresql import base as ours
from sens_site.lib.postgresql import waits

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]
SECONDS = 30


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of a pool that has nothing to give, of the server, and of its fresh pool."""
    asked: list[str] = []

    def nothing(self: Any, conn_params: Any) -> Any:
        asked.append("pool")
        raise PoolTimeout

    monkeypatch.setattr(base.DatabaseWrapper, "get_new_connection", nothing)
    monkeypatch.setattr(ours.DatabaseWrapper, "close_pool", lambda self: asked.append("fresh pool"))
    monkeypatch.setattr(ours, "PROBED_EVERY", 0)
    return asked


def test_while_it_is_away_nobody_waits_until_it_answers(asked, monkeypatch):
    answers = iter([False, False, True])
    back = threading.Event()

    def answer(self: Any, conn_params: Any) -> bool:
        # The first look is that of the visitor who has waited; the others come from the thread.
        if len([one for one in asked if one == "server"]) == 1:
            assert back.wait(SECONDS)
        asked.append("server")
        return next(answers)

    monkeypatch.setattr(ours.DatabaseWrapper, "_answers", answer)
    wrapper: Any = connection.copy()
    with pytest.raises(PoolTimeout):
        wrapper.get_new_connection({})
    for _ in range(3):
        with pytest.raises(psycopg.OperationalError, match="away a moment ago"):
            wrapper.get_new_connection({})
    assert asked == ["pool", "server"]
    back.set()
    for thread in threading.enumerate():
        if thread.name == ours.WATCHER:
            thread.join(SECONDS)
    assert asked == ["pool", "server", "server", "server", "fresh pool"]
    assert not ours._away.is_set()


def test_one_that_answers_is_busy_and_is_waited_for(asked, monkeypatch):
    monkeypatch.setattr(ours.DatabaseWrapper, "_answers", lambda self, params: True)
    wrapper: Any = connection.copy()
    with pytest.raises(PoolTimeout):
        wrapper.get_new_connection({})
    assert asked == ["pool"] * 5
    assert not ours._away.is_set()


def test_whoever_notices_second_starts_no_second_watch(asked, monkeypatch):
    def noticed_by_another(self: Any, conn_params: Any) -> bool:
        ours._away.set()
        return False

    monkeypatch.setattr(ours.DatabaseWrapper, "_answers", noticed_by_another)
    wrapper: Any = connection.copy()
    try:
        with pytest.raises(PoolTimeout):
            wrapper.get_new_connection({})
        assert [t for t in threading.enumerate() if t.name == ours.WATCHER] == []
    finally:
        ours._away.clear()


def test_it_answers_where_it_can_be_connected_to():
    wrapper: Any = connection.copy()
    params = wrapper.get_connection_params()
    assert wrapper._answers(params)
    assert not wrapper._answers({**params, "port": 1})


@pytest.mark.parametrize(("is_silent", "ends"), [(False, "answered"), (True, "cut off")])
def test_a_wait_is_cut_off_where_the_server_is_silent_and_not_where_a_statement_takes_long(
    monkeypatch, is_silent, ends
):
    monkeypatch.setattr(waits, "_is_watched", True)
    monkeypatch.setattr(waits, "PATIENCE", 0.1)
    wrapper: Any = connection.copy()
    params = {k: v for k, v in wrapper.get_connection_params().items() if k != "context"}
    found = []

    def ask() -> None:
        with waits.Connection.connect(**params) as opened:
            try:
                opened.execute("SELECT pg_sleep(1)")
                found.append("answered")
            except psycopg.OperationalError:
                found.append("cut off")

    thread = threading.Thread(target=ask)
    thread.start()
    while thread.is_alive():
        waits.look(lambda: is_silent)
        time.sleep(0.05)
    assert found == [ends]
    assert waits._since == {}


def test_a_server_that_answers_others_is_not_asked_whether_it_does(monkeypatch):
    monkeypatch.setattr(waits, "_since", {object(): time.monotonic() - 5})
    monkeypatch.setattr(waits, "_heard", time.monotonic() - 1)
    waits.look(lambda: pytest.fail("was asked"))
