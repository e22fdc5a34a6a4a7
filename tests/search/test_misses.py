"""What is kept of words that found nothing, and when it is written."""

from typing import Any, ClassVar

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from search import misses
from search.misses import Waiting, note, worth_keeping, write_down
from search.models import Miss
from sens_site.lib.cache.rehearsal_cache import RehearsalCache, in_place_of_the_shared_cache


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Genset", "genset"),
        ("  two   words ", "two words"),
        ("A1C-24", "a1c-24"),
        ("PN 123456", "pn 123456"),
        ("Zürich", "zurich"),
        ("1234567", ""),
        ("303-555-0134", ""),
        ("+49 (0) 30 1234", ""),
        ("+49 30 123456", ""),
        ("ada@customer.test", ""),
        ("ada%40customer.test", ""),
        ("ada at customer dot test", ""),
        ("https://other.test/x", ""),
        ("www.other.test", ""),
        ("10.1.2.3", ""),
        ("2001:db8::1", ""),
        ("0123456789abcdef", ""),
        ("deadbeefdeadbeef", ""),
        ("one two three four five six seven", ""),
        ("x" * 81, ""),
        ("a\x07b", ""),
        ("", ""),
    ],
)
def test_what_may_be_somebodys_is_not_kept(typed, kept):
    assert worth_keeping(typed) == kept


@pytest.mark.django_db
def test_words_wait_in_memory_and_are_written_in_one_go(django_assert_num_queries):
    with django_assert_num_queries(0):
        for words in ("Genset", "genset", "ada@customer.test"):
            note(words)
    write_down()
    assert list(Miss.objects.values_list("day", "words", "count")) == [
        (timezone.localdate(), "genset", 2)
    ]
    write_down()
    assert Miss.objects.get().count == 2


@pytest.mark.django_db
def test_a_rehearsal_has_words_of_its_own():
    with in_place_of_the_shared_cache(RehearsalCache()):
        note("rehearsed")
    write_down()
    assert not Miss.objects.exists()
    with in_place_of_the_shared_cache(RehearsalCache()):
        note("rehearsed")
        note("again")
        write_down()
    assert set(Miss.objects.values_list("words", flat=True)) == {"rehearsed", "again"}


def test_what_the_database_does_not_take_waits_for_the_next_time(monkeypatch, caplog):
    taken: list[Any] = []

    def full(counts):
        raise DatabaseError("full")

    waiting = Waiting(timed=False)
    waiting.add("genset")
    monkeypatch.setattr(misses, "count_misses", full)
    waiting.write()
    monkeypatch.setattr(misses, "count_misses", taken.append)
    waiting.add("genset")
    waiting.write()
    assert [list(counts.values()) for counts in taken] == [[2]]
    assert "genset" not in caplog.text


def test_no_more_words_wait_than_fit(monkeypatch):
    taken: list[Any] = []
    monkeypatch.setattr(misses, "MOST_WAITING", 1)
    monkeypatch.setattr(misses, "count_misses", taken.append)
    waiting = Waiting(timed=False)
    for words in ("a", "b", "a"):
        waiting.add(words)
    waiting.write()
    assert {words: count for (_, words), count in taken[0].items()} == {"a": 2}


class Clock:
    """Stands for the timer: the test says when the time has come."""

    started: ClassVar[list["Clock"]] = []

    def __init__(self, seconds, act):
        self.seconds, self.act, self.cancelled = seconds, act, False
        self.daemon = False

    def start(self):
        self.started.append(self)

    def cancel(self):
        self.cancelled = True


@pytest.mark.django_db
def test_a_timer_writes_a_minute_after_the_first_words_and_can_be_forgotten(monkeypatch):
    taken: list[Any] = []
    monkeypatch.setattr(Clock, "started", [])
    monkeypatch.setattr(misses, "Timer", Clock)
    monkeypatch.setattr(misses, "count_misses", taken.append)
    monkeypatch.setattr(connection, "close", lambda: taken.append("closed"))
    waiting = Waiting(timed=True)
    waiting.add("genset")
    waiting.add("genset")
    (timer,) = Clock.started
    assert (timer.seconds, timer.daemon) == (60, True)
    timer.act()
    assert [list(taken[0].values()), taken[1]] == [[2], "closed"]
    waiting.add("ups")
    waiting.forget()
    assert ([one.cancelled for one in Clock.started[1:]], waiting._counts) == ([True], {})
    waiting.forget()


def test_what_is_written_down_at_once_leaves_no_timer_behind(monkeypatch):
    monkeypatch.setattr(Clock, "started", [])
    monkeypatch.setattr(misses, "Timer", Clock)
    monkeypatch.setattr(misses, "count_misses", lambda counts: None)
    waiting = Waiting(timed=True)
    waiting.add("genset")
    waiting.write()
    assert [one.cancelled for one in Clock.started] == [True]
