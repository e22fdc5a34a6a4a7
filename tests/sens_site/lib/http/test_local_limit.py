"""A limit that lies in no table: exact within one process, and forgotten with it."""

import pytest
from django.test import RequestFactory

from sens_site.lib.http import local_limit
from sens_site.lib.http.local_limit import LocalLimit

NOON = 1_800_000_000 - 1_800_000_000 % 3600


@pytest.fixture
def at(monkeypatch):
    """Say what time it is, in seconds after the beginning of a window."""

    def say(seconds):
        monkeypatch.setattr("sens_site.lib.http.local_limit.time.time", lambda: NOON + seconds)

    say(0)
    return say


def test_a_client_has_so_many_hits_in_a_window_and_the_next_one_begins_anew(at):
    limit = LocalLimit((2, 60))
    assert [limit.take("a") for _ in range(3)] == [0, 0, 60]
    assert limit.take("b") == 0
    at(59)
    assert limit.take("a") == 1
    at(60)
    assert limit.take("a") == 0


def test_the_longest_wait_counts_and_a_refused_hit_is_taken_from_no_window(at):
    limit = LocalLimit((1, 60), (2, 3600))
    assert limit.take("a") == 0
    assert [limit.take("a") for _ in range(5)] == [60] * 5
    at(60)
    assert limit.take("a") == 0
    assert limit.take("a") == 3540


def test_a_flood_of_clients_takes_no_more_memory_than_twenty_thousand(at, monkeypatch):
    monkeypatch.setattr(local_limit, "MAX_CLIENTS", 3)
    limit = LocalLimit((1, 60))
    assert [limit.take(client) for client in "abc"] == [0, 0, 0]
    assert limit.take("d") == 0
    assert limit.take("d") == 60


def test_a_client_has_one_name_in_a_process_and_no_address_is_in_it():
    def asked(address):
        return RequestFactory().post("/", REMOTE_ADDR=address)

    first, second = LocalLimit((1, 60)), LocalLimit((1, 60))
    name = first.client(asked("203.0.113.5"))
    assert name == first.client(asked("203.0.113.5"))
    assert name != first.client(asked("203.0.113.6"))
    assert name != second.client(asked("203.0.113.5"))
    assert b"203.0.113.5" not in name


def test_forgetting_begins_every_window_anew(at):
    limit = LocalLimit((1, 60))
    assert [limit.take("a"), limit.take("a")] == [0, 60]
    limit.forget()
    assert limit.take("a") == 0
