"""The limit is exact for all workers together, and looking at it writes nothing."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from sens_site.lib.http.rate_limit import allow, seconds_left

# The first second of a window of ten minutes and of a day.
MOMENT = "2026-03-05T00:00:00+00:00"


@pytest.fixture(autouse=True)
def _empty_cache(db):
    cache.clear()


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


def hit(peer="192.0.2.1", *, token=None, scope="test", limit=3):
    request = RequestFactory().post("/", REMOTE_ADDR=peer)
    return allow(request, scope=scope, limit=limit, window_seconds=600, token=token)


def test_the_limit_is_reached_and_not_passed():
    assert [hit() for _ in range(5)] == [True, True, True, False, False]


def test_each_client_and_each_scope_has_its_own_limit():
    assert [hit() for _ in range(4)] == [True, True, True, False]

    assert hit("192.0.2.2") is True
    assert hit(scope="other") is True


def test_a_new_window_begins_anew(clock):
    assert [hit() for _ in range(4)] == [True, True, True, False]
    clock.shift(599)
    assert hit() is False
    assert seconds_left(600) == 1
    clock.shift(1)
    assert hit() is True
    assert seconds_left(600) == 600


def test_an_equal_token_counts_once():
    assert [hit(token="same") for _ in range(5)] == [True] * 5
    assert [hit(token=t) for t in ("b", "c", "d", "same")] == [True, True, False, True]


def test_a_client_over_its_limit_costs_one_read_and_no_write():
    for _ in range(3):
        hit()

    with CaptureQueriesContext(connection) as queries:
        assert hit() is False

    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]


def test_no_address_stands_in_the_cache():
    hit("198.51.100.77")

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM shared_cache")
        rows = cursor.fetchall()

    assert len(rows) == 1
    assert "198.51.100.77" not in str(rows)


def at_once(count, call):
    """Run `call(number)` in `count` threads that start together; return what they returned."""
    barrier = Barrier(count)

    def run(number):
        try:
            barrier.wait(timeout=30)
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_threads_together_do_not_pass_the_limit():
    answers = at_once(12, lambda number: hit(limit=5))

    assert sorted(answers) == [False] * 7 + [True] * 5


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_by_many_threads_is_one_hit():
    answers = at_once(10, lambda number: hit(token="same", limit=2))

    assert answers == [True] * 10
    assert [hit(token=t, limit=2) for t in ("b", "c")] == [True, False]


class UnwritableCache:
    """What DatabaseCache does while another process holds the write lock too long."""

    def get_many(self, keys):
        return {}

    def add(self, key, value, timeout):
        return False

    def get(self, key):
        return None


def test_a_cache_that_cannot_write_refuses_nobody(monkeypatch):
    monkeypatch.setattr("sens_site.lib.http.rate_limit.cache", UnwritableCache())

    assert [hit() for _ in range(5)] == [True] * 5
