"""The shared cache of a server that comes and goes, with its table in between."""

import logging
import socketserver
import threading
import time
from typing import ClassVar

import pytest
import redis
from django.core.cache.backends.db import DatabaseCache
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
    monkeypatch.setattr(
        served_cache, "away", served_cache._Away(clock=lambda: at[0], run=lambda work: work())
    )
    return at


@pytest.fixture
def server(monkeypatch):
    made = Server()
    monkeypatch.setattr(RedisCache, "_cache", made)
    return made


@pytest.fixture
def cache(settings):
    return made(NOBODY_LISTENS)


def made(address: str, *, seconds: float = 0.5) -> ServedCache:
    server = {"SERVER": address, "SERVER_SECONDS": seconds}
    return ServedCache("shared_cache", {**server, "OPTIONS": {"MAX_ENTRIES": 9}})


class HangingServer(socketserver.ThreadingUnixStreamServer):
    """Takes each connection, and answers nothing before it has come to itself."""

    daemon_threads = True

    def __init__(self, path: str):
        super().__init__(path, Commands)
        self.connections, self.answers = 0, threading.Event()


class Commands(socketserver.StreamRequestHandler):
    server: "HangingServer"
    ANSWERS: ClassVar = {
        b"HELLO": b"%1\r\n$5\r\nproto\r\n:3\r\n",
        b"DEL": b":0\r\n",
        b"GET": b"_\r\n",
    }

    def handle(self):
        self.server.connections += 1
        while head := self.rfile.readline():
            words = [
                self.rfile.read(int(self.rfile.readline()[1:]) + 2).strip()
                for _ in range(int(head[1:]))
            ]
            self.server.answers.wait(30)
            self.wfile.write(self.ANSWERS.get(words[0], b"+OK\r\n"))


@pytest.fixture
def hanging(tmp_path):
    with HangingServer(str(tmp_path / "s")) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.answers.set()
        server.shutdown()
        thread.join()


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


def test_a_server_that_never_answers_holds_one_request_for_its_time_and_no_other(
    hanging, clock, monkeypatch
):
    """Threat: it takes connections, so nobody is refused; each request would wait."""
    monkeypatch.setattr(served_cache.away, "run", served_cache._in_background)
    cache = made(f"unix://{hanging.server_address}", seconds=0.2)
    asking, look, may_ask = [], cache.look_whether_it_is_back, threading.Event()
    may_ask.set()

    def noted():
        asking.append(threading.current_thread())
        may_ask.wait(10)
        look()

    monkeypatch.setattr(cache, "look_whether_it_is_back", noted)
    begun = time.monotonic()
    cache.set("a", "in the table")
    assert time.monotonic() - begun >= 0.2
    for _ in range(20):
        assert cache.get("a") == "in the table"
    assert (hanging.connections, asking) == (1, [])
    clock[0] += ASKED_AGAIN_SECONDS
    assert cache.get("a") == "in the table"
    asked_in_background()
    assert hanging.connections == 2
    hanging.answers.set()
    may_ask.clear()  # a quick answer would come before this request has turned to the table
    clock[0] += ASKED_AGAIN_SECONDS
    assert cache.get("a") == "in the table"
    may_ask.set()
    asked_in_background()
    assert cache.get("a") is None
    assert (len(asking), threading.current_thread() in asking) == (2, False)


def asked_in_background():
    for thread in threading.enumerate():
        if thread.name == "is-the-cache-back":
            thread.join()


def test_only_the_first_who_finds_it_away_or_back_says_so(cache, server, caplog, monkeypatch):
    """Two requests may meet the same turn at once."""
    cache.look_whether_it_is_back()
    monkeypatch.setattr(served_cache.away, "turn", lambda *, is_away: False)
    server.is_up = False
    cache.set("a", 1)
    assert DatabaseCache.get_many(cache, ["a"]) == {"a": 1}
    assert caplog.messages == []
