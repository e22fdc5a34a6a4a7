"""The stamp that tells every worker to forget its kept pages."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import DatabaseError, OperationalError

from sens_site.lib.cache import content_stamp
from sens_site.lib.cache.content_stamp import (
    content_changed,
    generation,
    read_stamp,
    renew_stamp,
    stamp_of_today,
)

pytestmark = pytest.mark.django_db


def test_a_change_renews_the_stamp_once_it_is_committed(django_capture_on_commit_callbacks):
    before = renew_stamp()
    with django_capture_on_commit_callbacks() as callbacks:
        content_changed()
    assert read_stamp() == before
    for callback in callbacks:
        callback()
    assert read_stamp() != before


def test_a_process_knows_of_its_own_change_at_once():
    before = generation()
    content_changed()
    assert generation() != before


def test_while_the_cache_cannot_be_read_the_last_stamp_stands(monkeypatch, caplog):
    stamp = renew_stamp()
    before = stamp_of_today()
    assert before.startswith(f"{stamp}|")

    def fail(key):
        raise DatabaseError("locked")

    monkeypatch.setattr(content_stamp, "cache", SimpleNamespace(get=fail))
    assert stamp_of_today() == before
    assert caplog.messages == ["The content stamp cannot be read; kept pages stay."]


def test_while_the_database_is_away_pages_stay_over_the_hour_and_not_over_the_date(monkeypatch):
    noon = datetime(2031, 5, 6, 12, 30, tzinfo=UTC)
    away = OperationalError("away")
    faults: dict[str, Exception | None] = {"reading": None, "database": None}

    def get(key):
        if faults["reading"]:
            raise faults["reading"]
        return "stamp"

    def answer(seconds):
        if faults["database"]:
            raise faults["database"]

    monkeypatch.setattr(content_stamp, "cache", SimpleNamespace(get=get))
    monkeypatch.setattr(content_stamp, "answer_within", answer)
    with time_machine.travel(noon, tick=False) as clock:
        before = stamp_of_today()
        for reading in (away, None):  # with a cache of its own the stamp can still be read
            faults |= {"reading": reading, "database": away}
            clock.move_to(noon + timedelta(hours=3))
            assert stamp_of_today() == before
        faults |= {"reading": None, "database": None}
        anew = stamp_of_today()
        assert anew != before
        faults |= {"reading": away, "database": away}
        clock.move_to(noon + timedelta(days=1))
        assert stamp_of_today() not in (before, anew)


def test_outside_of_a_request_it_gives_its_connection_back(monkeypatch):
    given_back = []
    outside = SimpleNamespace(
        in_atomic_block=False,
        close_if_unusable_or_obsolete=lambda: given_back.append(True),
    )
    monkeypatch.setattr(content_stamp, "connection", outside)
    stamp_of_today()
    assert given_back == [True]


def test_a_planned_change_counts_from_its_second_on_and_costs_no_query(
    monkeypatch, django_assert_num_queries
):
    noon = datetime(2031, 5, 6, 12, 30, tzinfo=UTC)  # within an hour: a new one asks the database
    monkeypatch.setattr(
        content_stamp, "_clock_sources", [lambda: [noon + timedelta(minutes=20)], lambda: [noon]]
    )
    with time_machine.travel(noon - timedelta(seconds=10), tick=False) as clock:
        renew_stamp()
        seen = []
        for seconds in (-10, -1, 0, 1, 1199, 1200):
            clock.move_to(noon + timedelta(seconds=seconds))
            with django_assert_num_queries(1):  # of the cache, which is in the database
                seen.append((stamp_of_today().split("|")[1], generation()[2]))
    assert seen == [("0", 0), ("0", 0), ("1", 1), ("1", 1), ("1", 1), ("2", 2)]


def test_a_change_counts_where_planned_ones_cannot_be_read(monkeypatch, caplog):
    def fail():
        raise DatabaseError("locked")

    before = renew_stamp()
    monkeypatch.setattr(content_stamp, "_clock_sources", [fail])
    assert renew_stamp() != before
    assert caplog.messages == [
        "The times of planned changes cannot be read; pages follow within the hour."
    ]
