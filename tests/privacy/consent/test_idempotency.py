"""Copies of one act are one, and what tells them apart from others is gone after ten seconds."""

import threading
import uuid
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from privacy.consent import idempotency
from privacy.consent.idempotency import Act, RecentActs, number_after
from privacy.datamap.stores import cached_items
from tests.client import SAME_ORIGIN, SiteClient
from tests.privacy.consent.conftest import answer


def press(choice="accept", address="203.0.113.5", **headers):
    return RequestFactory().post(
        "/cookies/choose/", {"choice": choice}, headers=headers, REMOTE_ADDR=address
    )


@pytest.fixture
def clock(monkeypatch):
    """Let time pass without waiting, and timers end when they are told to."""
    timers = []

    class Timer:
        def __init__(self, seconds, function):
            self.seconds, self.function, self.daemon = seconds, function, False

        def start(self):
            timers.append(self)

    now = [1000.0]
    monkeypatch.setattr(idempotency, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr("privacy.consent.idempotency.threading.Timer", Timer)

    def passes(seconds):
        now[0] += seconds

    return SimpleNamespace(passes=passes, timers=timers)


def test_a_copy_has_the_number_of_the_first_and_says_that_it_is_one(clock):
    acts = RecentActs()
    first, copy = acts.of(press()), acts.of(press())
    assert (first.again, copy.again) == (False, True)
    assert first.number == copy.number


@pytest.mark.parametrize(
    "other",
    [
        press("reject"),
        press(address="203.0.113.6"),
        press(**{"user-agent": "another"}),
        press(**{"accept-language": "fr"}),
        press(cookie="a=b"),
        press(**{"sec-gpc": "1"}),
    ],
    ids=["choice", "address", "browser", "language", "cookie", "signal"],
)
def test_whatever_differs_is_another_act(clock, other):
    acts = RecentActs()
    assert acts.of(press()).number != acts.of(other).number


def test_numbers_are_drawn_by_chance_and_made_from_nothing(clock):
    """Whoever knows the address, the browser and every key of the site cannot make one again."""
    numbers = {RecentActs().of(press()).number for _ in range(50)}
    assert len(numbers) == 50
    assert {number.version for number in numbers} == {4}


def test_after_ten_seconds_the_same_is_a_new_act(clock):
    acts = RecentActs()
    first = acts.of(press()).number
    clock.passes(9.9)
    assert acts.of(press()).number == first
    clock.passes(0.1)
    assert acts.of(press()).number != first


def test_what_is_remembered_is_gone_after_ten_seconds_though_nobody_comes(clock):
    acts = RecentActs()
    acts.of(press())
    clock.passes(4)
    acts.of(press("reject"))
    (timer,) = clock.timers
    assert (timer.seconds, timer.daemon) == (10, True)
    clock.passes(6)
    timer.function()
    assert len(acts._acts) == 1
    clock.passes(10)
    clock.timers[1].function()
    assert acts._acts == {}
    assert len(clock.timers) == 2
    acts.of(press())
    assert len(clock.timers) == 3


def test_memory_holds_ten_thousand_acts_at_most_and_drops_the_oldest(clock, monkeypatch):
    monkeypatch.setattr(idempotency, "MAX_REMEMBERED", 2)
    acts = RecentActs()
    numbers = [acts.of(press(address=f"203.0.113.{n}")).number for n in range(3)]
    assert acts.of(press(address="203.0.113.2")).number == numbers[2]
    assert acts.of(press(address="203.0.113.0")).number != numbers[0]


def test_all_copies_take_one_of_the_receipts_of_a_client(clock, monkeypatch):
    asked = []

    def take(client):
        asked.append(client)
        return 7

    monkeypatch.setattr(idempotency.LIMIT, "take", take)
    acts = RecentActs()
    assert [acts.of(press()).seconds_to_wait() for _ in range(3)] == [7, 7, 7]
    assert len(asked) == 1


def test_twelve_threads_at_once_are_one_act():
    acts, start, found = RecentActs(), threading.Barrier(12), list[Act]()

    def send():
        start.wait()
        found.append(acts.of(press()))

    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({act.number for act in found}) == 1
    assert sorted(act.again for act in found) == [False] + [True] * 11


def test_a_number_that_follows_another_is_the_same_in_every_process():
    """It is made from what the browser and the form bring, not from who sends them."""
    earlier = uuid.UUID("5a0f4b0e-3b5c-4a53-9a4f-6f2f3f0f4f10")
    other = uuid.UUID("5a0f4b0e-3b5c-4a53-9a4f-6f2f3f0f4f11")

    def chosen(cookie, gpc=False):
        return SimpleNamespace(cookie=cookie, before=SimpleNamespace(gpc=gpc))

    refused = chosen({"analytics": "-1"})
    number = number_after(earlier, refused)
    assert number == number_after(earlier, chosen({"analytics": "-1"}))
    assert len(
        {
            number,
            number_after(other, refused),
            number_after(earlier, chosen({"analytics": "8c1f2a90"})),
            number_after(earlier, chosen({"analytics": "-1"}, gpc=True)),
        }
    ) == 4  # fmt: skip


@pytest.mark.django_db
def test_nothing_of_a_choice_is_left_in_the_shared_cache(full_offer):
    cache.clear()
    before = dict(cached_items())
    for choice in ("accept", "reject"):
        SiteClient(REMOTE_ADDR="203.0.113.77").post(
            "/cookies/choose/", answer(choice), headers=SAME_ORIGIN
        )
    assert {key for key, _ in cached_items()} - before.keys() <= {":1:content-stamp"}
