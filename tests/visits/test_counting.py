"""The nightly count: the same numbers however often it runs, and nobody in them."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError

from tests.visits.conftest import make_view
from visits import counting
from visits.counting import count_day, count_days, count_people
from visits.models import DailyCount, PageView, Reach, start_of
from visits.services import add_time, forget_visitor

DAY = date(2026, 3, 10)
NIGHT = "2026-03-11T12:00:00Z"
"""The day after DAY in every zone."""
pytestmark = pytest.mark.django_db


def stored(day=DAY) -> dict[tuple[str, str], tuple[int, ...]]:
    rows = DailyCount.objects.filter(day=day).values_list(
        "kind", "key", "views", "visits", "visitors", "seconds"
    )
    return {(kind, key): tuple(numbers) for kind, key, *numbers in rows}


def people(days: int) -> dict[tuple[str, str], int]:
    rows = Reach.objects.filter(days=days).values_list("kind", "key", "people")
    return {(kind, key): number for kind, key, number in rows}


@pytest.fixture
def views(db):
    """Two visitors: one with two visits and three views, one with one visit of one view."""
    ada, charles = uuid4(), uuid4()
    morning = uuid4()
    make_view(DAY, visitor=ada, visit=morning, path="/", seconds=10, referring_host="a.test")
    make_view(DAY, visitor=ada, visit=morning, path="/contact/", seconds=5, entry=False)
    make_view(DAY, visitor=ada, path="/", seconds=1)
    make_view(DAY, visitor=charles, path="/contact/", seconds=4, referring_host="a.test")
    return {"ada": ada, "charles": charles}


COUNTED = {
    ("total", ""): (4, 3, 2, 20),
    ("page", "/"): (2, 2, 1, 11),
    ("page", "/contact/"): (2, 2, 2, 9),
    ("entry", "/"): (2, 2, 1, 11),
    ("entry", "/contact/"): (1, 1, 1, 4),
    ("host", "a.test"): (2, 2, 2, 14),
    ("host", ""): (1, 1, 1, 1),
}


def test_a_day_comes_to_views_visits_visitors_and_seconds_by_page_entry_and_host(views):
    count_day(DAY)
    assert stored() == COUNTED


def test_a_day_that_is_counted_again_comes_to_the_same(views):
    for _ in range(3):
        count_day(DAY)
    assert stored() == COUNTED


def test_a_count_that_is_ended_midway_leaves_what_was_there_before(views, monkeypatch):
    count_day(DAY)
    make_view(DAY)
    with monkeypatch.context() as patch:
        patch.setattr(counting, "_rows", lambda day, views: [DailyCount(day=day, kind="total")])
        with pytest.raises(IntegrityError):
            count_day(DAY)
    assert stored() == COUNTED
    count_day(DAY)
    assert stored()["total", ""] == (5, 4, 3, 20)


def test_only_the_day_itself_is_counted_in_the_companys_zone(db):
    first = start_of(DAY)
    for moment in (
        first - timedelta(seconds=1),
        first,
        first + timedelta(hours=23, minutes=59, seconds=59),
        first + timedelta(days=1),
    ):
        make_view(seen_at=moment)
    count_day(DAY)
    assert stored()["total", ""] == (2, 2, 2, 0)


@time_machine.travel(NIGHT, tick=False)
def test_the_first_night_counts_each_day_of_which_views_may_be_kept_and_the_next_run_none(views):
    make_view(DAY - timedelta(days=30))
    make_view(DAY + timedelta(days=1))  # today is not over
    assert (count_days(), count_days()) == (31, 0)
    assert stored() == COUNTED
    assert stored(DAY - timedelta(days=30))["total", ""] == (1, 1, 1, 0)
    assert stored(DAY - timedelta(days=1)) == {("total", ""): (0, 0, 0, 0)}
    assert stored(DAY + timedelta(days=1)) == {}


def test_each_night_counts_the_two_newest_days_and_what_was_missed(views):
    with time_machine.travel(NIGHT, tick=False):
        count_days()
    late = make_view(DAY, path="/late/")
    with time_machine.travel("2026-03-12T12:00:00Z", tick=False):
        assert count_days() == 2
        assert stored()["page", "/late/"] == (1, 1, 1, 0)
    PageView.objects.filter(pk=late.pk).delete()
    with time_machine.travel("2026-03-16T12:00:00Z", tick=False):
        assert count_days() == 4
    assert stored()["page", "/late/"] == (1, 1, 1, 0)


def test_the_time_that_a_page_reports_after_midnight_is_in_the_next_nights_count(db):
    visitor = uuid4()
    late = start_of(DAY) + timedelta(hours=23, minutes=59)
    make_view(visitor=visitor, seen_at=late)
    with time_machine.travel(late + timedelta(minutes=5), tick=False):
        count_days()
        assert stored()["total", ""] == (1, 1, 1, 0)
    with time_machine.travel(late + timedelta(hours=1), tick=False):
        assert add_time(visitor=visitor, path="/", seconds=60)
    with time_machine.travel(late + timedelta(days=1, minutes=5), tick=False):
        assert not add_time(visitor=visitor, path="/", seconds=60)
        count_days()
        assert stored()["total", ""] == (1, 1, 1, 60)


def test_who_takes_consent_back_is_in_no_count_that_is_made_afterwards(views):
    assert forget_visitor(visitor=views["ada"]) == 3
    count_day(DAY)
    assert stored()["total", ""] == (1, 1, 1, 4)


def test_what_is_beyond_the_fifty_most_frequent_hosts_of_a_day_is_counted_as_one(db):
    both = uuid4()
    for number in range(52):
        for _ in range(2 if number < 50 else 1):
            make_view(DAY, referring_host=f"h{number:02}.test", visitor=both, seconds=1)
    count_day(DAY)
    hosts = {key: numbers for (kind, key), numbers in stored().items() if kind == "host"}
    assert len(hosts) == 51
    assert hosts["*"] == (2, 2, 1, 2)
    assert "h50.test" not in hosts
    assert hosts["h49.test"] == (2, 2, 1, 2)


def test_people_are_counted_once_in_a_week_and_in_a_month(db):
    ada, charles = uuid4(), uuid4()
    for back, visitor in ((0, ada), (3, ada), (6, ada), (7, charles), (29, charles), (30, uuid4())):
        make_view(DAY - timedelta(days=back), visitor=visitor, referring_host="a.test")
    for _ in range(2):
        count_people(DAY)
    assert people(7) == dict.fromkeys(
        (("total", ""), ("page", "/"), ("entry", "/"), ("host", "a.test")), 1
    )
    assert people(30) == dict.fromkeys(people(7), 2)
    assert set(Reach.objects.values_list("day", flat=True)) == {DAY}


def test_the_job_counts_visits_and_is_done_once_a_night(views):
    from outbox.jobs import registered_jobs

    (job,) = [job for job in registered_jobs() if job.name == "count visits"]
    with time_machine.travel(NIGHT, tick=False):
        assert (job.every_seconds, job.run(), job.run()) == (3600, 31, 0)
