"""The shared cache of a server that comes and goes, with its table in between."""

import logging

import pytest
import redis
from django.core.cache.backends.redis import RedisCache

from sens_site.lib.cache import served_cache
from sens_site.lib.cache.content_stamp import KEY as CONTENT_STAMP
from sens_site.lib.cache.served_cache import ASKED_AGAIN_SECONDS, ServedCache

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NOBODY_LISTENS = "redis://127.0.0.1:1/0"


class Server:
    """What lies on a server, in as much of Django's own client as is asked for."""

    def __init__(self):
        self.rows, self.is_up, self.asked = {}, True, 0

    def answer(self):
        self.asked += 1
        if not self.is_up:
            raise redis.ConnectionError("Connection refused.")

    def get(self, key, default):
        self.answer()
        return self.rows.get(key, default)

    def set(self, key, value, timeout):
        self.answer()
        self.rows[key] = value

    def delete(self, key):
        self.answer()
        return self.rows.pop(key, None) is not None


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    at = [100.0]
    monkeypatch.setattr(served_cache, "away", served_cache._Away(clock=lambda: at[0]))
    return at


@pytest.fixture
def server(monkeypatch):
    made = Server()
    monkeypatch.setattr(RedisCache, "_cache", made)
    return made


@pytest.fixture
def cache(settings):
    return ServedCache("shared_cache", {"SERVER": NOBODY_LISTENS, "OPTIONS": {"MAX_ENTRIES": 9}})


def test_the_server_holds_what_is_shared_while_it_is_up(cache, server, django_assert_num_queries):
    with django_assert_num_queries(0):
        cache.set("a", 1)
        assert cache.get("a") == 1
    assert list(server.rows.values()) == [1]


def test_where_nobody_has_started_the_server_the_table_does_all_that_a_cache_does(cache):
    assert (cache.add("slot", "mine"), cache.add("slot", "other")) == (True, False)
    assert cache.get_many(["slot", "free"]) == {"slot": "mine"}
    cache.set_many({"a": 1, "b": 2})
    assert (cache.incr("a"), cache.has_key("b"), cache.touch("b", 60)) == (2, True, True)
    cache.delete_many(["a"])
    assert (cache.get("a"), cache.delete("b")) == (None, True)
    cache.clear()
    assert cache.get("slot") is None


def test_while_it_is_away_one_request_a_second_asks_it(cache, server, clock, caplog):
    server.is_up = False
    for _ in range(5):
        cache.get("a")
    assert server.asked == 1
    clock[0] += ASKED_AGAIN_SECONDS
    for _ in range(5):
        cache.get("a")
    assert server.asked == 2
    assert caplog.messages == ["The cache is away (ConnectionError): its table is used."]


def test_a_server_that_is_back_is_used_within_a_second(cache, server, clock, caplog):
    caplog.set_level(logging.WARNING)
    server.is_up = False
    cache.set("a", "in the table")
    server.is_up = True
    assert cache.get("a") == "in the table"
    clock[0] += ASKED_AGAIN_SECONDS
    assert cache.get("a") is None
    cache.set("a", "on the server")
    assert list(server.rows.values()) == ["on the server"]
    assert caplog.messages[-1] == "The cache is back."


def test_at_each_turn_the_content_stamp_of_the_other_place_is_forgotten(cache, server, clock):
    """What it says there may be of the last time: a page that has changed since would stay."""
    cache.set(CONTENT_STAMP, "first on the server")
    server.is_up = False
    assert cache.get(CONTENT_STAMP) is None
    cache.set(CONTENT_STAMP, "first in the table")
    server.is_up = True
    clock[0] += ASKED_AGAIN_SECONDS
    cache.get("anything")
    assert cache.get(CONTENT_STAMP) is None
    cache.set(CONTENT_STAMP, "second on the server")
    server.is_up = False
    assert cache.get(CONTENT_STAMP) is None
