"""What staff are told of a period, and that no number tells of one to four people."""

from datetime import date, timedelta

import pytest
import time_machine

from privacy.consent.models import DailyChoice
from visits.models import DailyCount, Reach
from visits.statistics import Cell, added_up, statistics, veil

LAST = date(2026, 3, 10)
pytestmark = pytest.mark.django_db


def cell(key: str, people: int, views: int = 0) -> Cell:
    return Cell(key, people=people, views=views or people, visits=people, visitors=people)


def of(one: Cell | None) -> Cell:
    assert one is not None
    return one


def names(cells) -> list[str]:
    return [one.key for one in cells]


def test_a_cell_of_four_people_is_hidden_and_so_is_the_smallest_other_one():
    found = veil([cell("a", 9), cell("b", 5), cell("c", 4)])
    assert (names(found.shown), found.hidden) == (["a"], 2)
    assert (of(found.rest).people, of(found.rest).views) == (5, 9)
    assert names(found.cells) == ["a", ""]


def test_nothing_is_hidden_where_all_cells_are_of_five_or_of_nobody():
    found = veil([cell("a", 5), cell("b", 5), cell("zero", 0)])
    assert (names(found.cells), found.hidden, found.rest) == (["a", "b", "zero"], 0, None)


def test_where_all_cells_are_small_not_even_their_sum_is_shown():
    found = veil([cell("a", 4), cell("b", 3), cell("zero", 0)])
    assert (names(found.cells), found.hidden, found.rest) == (["zero"], 2, None)


@pytest.mark.parametrize("sizes", [(1, 5), (4, 7, 30), (3, 3, 6, 8), (1, 2, 3, 4, 5)])
def test_no_hidden_cell_follows_from_the_total(sizes):
    found = veil([cell(str(n), people) for n, people in enumerate(sizes)])
    assert found.hidden >= 2
    left = sum(sizes) - sum(one.views for one in found.shown)
    assert left == of(found.rest).views
    assert left > max(size for size in sizes if size < 5)


def test_a_long_list_ends_with_what_the_others_come_to():
    cells = [cell(str(n), 9) for n in range(25)]
    found = veil(cells, most=20)
    assert (len(found.shown), of(found.rest).views, found.hidden) == (20, 45, 5)
    # The small one is hidden among those beyond the list, so nothing else has to be.
    found = veil([*cells, cell("small", 1)], most=20)
    assert (len(found.shown), of(found.rest).views) == (20, 46)


def test_people_are_never_added_up():
    assert added_up([cell("a", 3), cell("b", 4)]).people == 4
    assert added_up([cell("a", 3)], people=6).people == 6
    assert added_up([]) == Cell("")


def count(kind: str, key: str, *, back: int = 0, **numbers: int) -> None:
    values = {"views": 6, "visits": 6, "visitors": 6, "seconds": 60, **numbers}
    DailyCount.objects.create(day=LAST - timedelta(days=back), kind=kind, key=key, **values)


def reach(days: int, kind: str, key: str, people: int) -> None:
    Reach.objects.create(day=LAST, days=days, kind=kind, key=key, people=people)


@pytest.mark.parametrize(
    ("days", "views"), [(7, 12), (30, 18), (365, 24)], ids=["week", "month", "year"]
)
def test_a_period_ends_with_the_last_day_that_was_counted_and_holds_no_day_before_it(days, views):
    reach(7, "total", "", 6)
    for back in (0, 6, 29, 364, 365):
        count("total", "", back=back)
        count("page", "/", back=back)
    count("total", "", back=-1)
    views = {7: 12, 30: 18, 365: 24}[days]
    found = statistics(days)
    assert (found.last, found.first) == (LAST, LAST - timedelta(days=days - 1))
    assert of(found.total).views == views
    assert [(one.key, one.views) for one in found.pages.shown] == [("/", views)]
    assert len(list(found.days)) == days


def test_before_the_first_count_the_period_ends_yesterday_and_is_empty():
    with time_machine.travel("2026-03-11T12:00:00Z", tick=False):
        found = statistics(7)
    assert (found.last, found.total) == (LAST, Cell(""))
    assert all(one == Cell(day.isoformat()) for day, one in found.days)
    assert found.refused_share is None


def test_a_day_of_four_visitors_is_hidden_with_the_smallest_other_day():
    reach(7, "total", "", 9)
    for back, visitors in ((0, 9), (1, 4), (2, 6)):
        count("total", "", back=back, visitors=visitors, visits=visitors)
    shown = {day.day: one.visits if one else None for day, one in statistics(7).days}
    assert shown == {10: 9, 9: None, 8: None, 7: 0, 6: 0, 5: 0, 4: 0}


def test_a_page_that_a_few_see_each_day_is_shown_once_five_people_have_seen_it():
    reach(7, "page", "/rare/", 4)
    reach(30, "page", "/rare/", 5)
    reach(30, "total", "", 9)
    for back in range(10):
        count("page", "/rare/", back=back, views=1, visits=1, visitors=1)
        count("page", "/", back=back)
    assert names(statistics(7).pages.shown) == []
    assert names(statistics(30).pages.shown) == ["/", "/rare/"]
    # Further back nobody knows who came twice; the last month is sure.
    assert names(statistics(365).pages.shown) == ["/", "/rare/"]


def test_people_of_other_days_than_the_last_ones_count_for_nothing():
    Reach.objects.create(day=LAST, days=7, kind="total", key="", people=9)
    Reach.objects.create(day=LAST - timedelta(days=1), days=7, kind="page", key="/rare/", people=50)
    count("page", "/rare/", visitors=1)
    assert names(statistics(7).pages.shown) == []


def test_a_total_of_four_people_is_not_shown():
    reach(7, "total", "", 4)
    for back in range(3):
        count("total", "", back=back, visitors=4)
    found = statistics(7)
    assert (found.total, found.by_day.rest) == (None, None)


def test_pages_entries_and_hosts_are_listed_by_size_and_apart():
    count("page", "/a/", views=9, seconds=90)
    count("page", "/b/", visits=8, views=20)
    count("entry", "/a/")
    count("host", "a.test")
    found = statistics(365)
    assert names(found.pages.shown) == ["/b/", "/a/"]
    assert names(found.entries.shown) == ["/a/"]
    assert names(found.hosts.shown) == ["a.test"]
    assert found.pages.shown[1].seconds_a_view == 10


def answers(**counts: int) -> None:
    for outcome, number in counts.items():
        DailyChoice.objects.create(day=LAST, outcome=outcome, count=number)
    reach(7, "total", "", 9)


def test_the_share_of_refusals_is_that_of_the_answers_which_were_given():
    answers(all=10, some=6, nothing=8, withdrawn=5)
    DailyChoice.objects.create(day=LAST - timedelta(days=7), outcome="nothing", count=99)
    found = statistics(7)
    assert found.refused_share == 33
    assert {one.key: one.views for one in found.answers} == {
        "all": 10, "some": 6, "nothing": 8, "withdrawn": 5,
    }  # fmt: skip


def test_where_an_answer_came_from_one_to_four_neither_it_nor_the_share_is_shown():
    answers(all=10, some=4, nothing=8)
    found = statistics(7)
    assert (names(found.answers), found.refused_share) == (["all", "nothing", "withdrawn"], None)
