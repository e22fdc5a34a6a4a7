"""What staff are told of a period, and that no number tells of one to four people."""

from datetime import date, timedelta
from random import Random

import pytest
import time_machine

from privacy.consent.models import DailyChoice
from visits.models import DailyCount, Reach
from visits.statistics import Cell, Statistics, added_up, statistics, veil

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
    assert names(found.shown) == ["a"]
    assert (of(found.rest).people, of(found.rest).views) == (5, 9)
    assert names(found.cells) == ["a", ""]


def test_nothing_is_hidden_where_all_cells_are_of_five_or_of_nobody():
    found = veil([cell("a", 5), cell("b", 5), cell("zero", 0)])
    assert (names(found.cells), found.rest) == (["a", "b", "zero"], None)


def test_where_all_cells_are_small_not_even_their_sum_is_shown():
    found = veil([cell("a", 4), cell("b", 3), cell("zero", 0)])
    assert (names(found.cells), found.rest) == (["zero"], None)


@pytest.mark.parametrize("sizes", [(1, 5), (4, 7, 30), (3, 3, 6, 8), (1, 2, 3, 4, 5)])
def test_no_hidden_cell_follows_from_the_total(sizes):
    found = veil([cell(str(n), people) for n, people in enumerate(sizes)])
    assert len(sizes) - len(found.shown) >= 2
    left = sum(sizes) - sum(one.views for one in found.shown)
    assert left == of(found.rest).views
    assert left > max(size for size in sizes if size < 5)


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
    assert all(one == Cell(day) for day, one in found.days)
    assert found.refused_share is None


def test_a_day_of_four_visitors_is_hidden_with_the_smallest_other_day():
    reach(7, "total", "", 9)
    for back, visitors in ((0, 9), (1, 4), (2, 6)):
        count("total", "", back=back, visitors=visitors, visits=visitors)
    shown = {int(day[-2:]): one.visits if one else None for day, one in statistics(7).days}
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


def weeks_of(found: Statistics) -> list[int | None]:
    """The visits of the weeks, the newest first; None where they are hidden."""
    return [one.visits if one else None for _, one in found.weeks][::-1]


def days_of(found: Statistics) -> list[int | None]:
    return [one.visits if one else None for _, one in found.days][::-1]


def people_came(*visitors: int) -> None:
    """Have so many visitors on the last day, on the day before, and so on."""
    for back, number in enumerate(visitors):
        if number:
            count("total", "", back=back, visitors=number, visits=number, views=number)


def test_a_year_is_52_weeks_and_a_day_and_the_last_week_ends_with_the_last_day():
    reach(7, "total", "", 9)
    people_came(9)
    names_of_weeks = [name for name, _ in statistics(365).weeks]
    assert len(names_of_weeks) == 53
    assert names_of_weeks[-2:] == ["2026-02-25 to 2026-03-03", "2026-03-04 to 2026-03-10"]
    assert names_of_weeks[0] == "2025-03-11 to 2025-03-11"
    assert names_of_weeks[1] == "2025-03-12 to 2025-03-18"
    assert [list(statistics(days).weeks) for days in (7, 30)] == [[], []]


def test_a_week_holds_as_many_people_as_its_best_day_and_the_last_one_as_many_as_were_counted():
    reach(7, "total", "", 14)
    people_came(6, 8, 0, 0, 0, 0, 0, 7, 7, 9)
    people = [one.people if one else None for _, one in statistics(365).weeks][::-1]
    assert people[:3] == [14, 9, 0]


def test_days_that_are_all_small_are_a_week_that_can_be_shown_where_five_people_came():
    reach(7, "total", "", 5)
    people_came(3, 3, 3)
    found = statistics(365)
    assert weeks_of(found)[:2] == [9, 0]
    assert days_of(found)[:4] == [None, None, None, 0]


def test_a_week_of_four_people_is_hidden_with_the_smallest_other_week_and_so_are_their_days():
    reach(7, "total", "", 4)
    people_came(4, 0, 0, 0, 0, 0, 0, 9, 9, 0, 0, 0, 0, 0, 6, 5, 0, 0, 0, 0, 0, 20)
    found = statistics(365)
    assert weeks_of(found)[:5] == [None, 18, None, 20, 0]
    assert days_of(found)[:22] == [*[None] * 7, 9, 9, 0, 0, 0, 0, 0, *[None] * 7, 20]


def test_a_day_that_is_hidden_in_the_year_is_hidden_in_the_month_and_the_week_too():
    reach(7, "total", "", 20)
    # Each week has a small day; the smallest other day of the month is in the second week.
    people_came(20, 4, 10, 0, 0, 0, 0, 30, 3, 8)
    hidden = {days: days_of(statistics(days))[:10] for days in (7, 30, 365)}
    assert hidden[365] == [20, None, None, 0, 0, 0, 0, 30, None, None]
    assert hidden[30] == hidden[365]
    assert hidden[7] == hidden[365][:7]


@pytest.mark.parametrize("seed", range(20))
def test_no_day_follows_from_its_week_and_no_week_from_the_year(seed):
    dice = Random(seed)  # noqa: S311 - the same days each time
    visitors = [dice.choice([0, 0, 1, 3, 4, 5, 6, 40]) for _ in range(365)]
    visitors[8:80] = [dice.choice([5, 6, 40]) for _ in range(72)]
    last_week = max(visitors[:7])
    reach(7, "total", "", last_week)
    people_came(*visitors)
    found = statistics(365)
    days, weeks = days_of(found), weeks_of(found)
    assert all(told in (None, true) for told, true in zip(days, visitors, strict=True))
    assert all(told is None for told, true in zip(days, visitors, strict=True) if 0 < true < 5)
    for number, week in enumerate(weeks):
        place = slice(number * 7, number * 7 + 7)
        unknown = sum(1 for day in days[place] if day is None)
        assert week in (None, sum(visitors[place]))
        assert unknown == len(days[place]) if week is None else unknown != 1
        assert week is None or not 0 < max(visitors[place]) < 5
    assert weeks.count(None) != 1


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


def test_a_long_list_ends_with_what_the_others_come_to():
    for number in range(25):
        count("host", f"{number:02}.test", visitors=9, visits=9, views=9)
        count("page", f"/{number:02}/", visitors=9, visits=50 - number, views=9)
    found = statistics(365)
    assert names(found.hosts.shown) == [f"{number:02}.test" for number in range(20)]
    assert (of(found.hosts.rest).views, of(found.hosts.rest).people) == (45, 9)
    assert of(found.pages.rest).visits == 30 + 29 + 28 + 27 + 26
    # The small one is hidden among those beyond the list, so nothing else has to be.
    count("host", "small.test", visitors=1, visits=99, views=99)
    found = statistics(365)
    assert names(found.hosts.shown) == [f"{number:02}.test" for number in range(20)]
    assert of(found.hosts.rest).views == 45 + 99


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
