"""Pictures, tables and the file say the same; the file starts no formula."""

import csv
from dataclasses import replace
from datetime import date
from io import StringIO

import pytest

from visits.figures import as_csv, figures
from visits.statistics import Cell, Statistics, Veiled, veil

NOTHING = Veiled((), None)


def cell(key: str, people: int) -> Cell:
    return Cell(
        key, people=people, views=2 * people, visits=people, visitors=people, seconds=20 * people
    )


@pytest.fixture
def found() -> Statistics:
    days = [cell("2026-03-08", 10), cell("2026-03-09", 4), cell("2026-03-10", 5)]
    return Statistics(
        first=date(2026, 3, 8),
        last=date(2026, 3, 10),
        total=cell("", 19),
        by_day=veil(days),
        by_week=None,
        pages=veil([cell("/", 20), cell("/a-very-long-address-of-a-page/with-more/", 10)]),
        entries=veil([cell("/", 9), cell("/x/", 6), cell("/y/", 1)]),
        hosts=veil([cell("", 9), cell("*", 8), cell("=evil.test", 7)]),
        answers=(cell("nothing", 6),),
    )


def by_key(found: Statistics):
    return {figure.key: figure for figure in figures(found)}


def test_there_is_a_picture_of_each_thing_with_its_table(found):
    pictures = by_key(found)
    assert list(pictures) == ["visits", "visitors", "pages", "entries", "hosts", "time", "answers"]
    assert pictures["visits"].rows == (
        ("2026-03-08", "10"), ("2026-03-09", "–"), ("2026-03-10", "–"),
    )  # fmt: skip
    assert pictures["pages"].columns == ("Page", "Views", "Visits")
    assert pictures["pages"].rows[0] == ("/", "40", "20")
    assert pictures["entries"].rows == (("/", "9"), ("Other pages", "7"))
    assert [row[0] for row in pictures["hosts"].rows] == [
        "No other site, or not told",
        "Sites beyond the fifty most frequent of a day",
        "=evil.test",
    ]
    assert pictures["time"].rows[0] == ("/", "10")
    assert pictures["answers"].rows == (("Nothing allowed", "12"),)


def test_a_day_that_is_hidden_has_no_bar_and_the_best_one_is_as_high_as_the_picture(found):
    (bar,) = by_key(found)["visits"].bars
    assert (bar.x, bar.y, bar.height) == (0, 0, 160)
    assert by_key(found)["visits"].said == "3 days, 2 of them hidden. The best: 10."


def test_a_year_is_drawn_by_weeks_and_its_file_has_days(found):
    weeks = veil([cell("2026-03-03 to 2026-03-03", 7), cell("2026-03-04 to 2026-03-10", 4)])
    last = date(2026, 3, 10)
    year = replace(
        found, first=date(2026, 3, 3), last=last, by_day=veil([cell("2026-03-10", 9)]),
        by_week=replace(weeks, shown=(cell("2026-03-04 to 2026-03-10", 14),)),
    )  # fmt: skip
    visits, visitors = figures(year)[:2]
    assert (visits.title, visits.columns) == ("Visits by week", ("Week", "Visits"))
    assert visits.rows == (("2026-03-03 to 2026-03-03", "–"), ("2026-03-04 to 2026-03-10", "14"))
    assert (len(visits.bars), visits.said) == (1, "2 weeks, 1 of them hidden. The best: 14.")
    assert (visitors.title, visitors.columns) == (
        "Visitors by week", ("Week", "Visitors, at least"),
    )  # fmt: skip
    rows = list(csv.reader(StringIO(as_csv(year))))
    assert ["2026-03-10", "9"] in rows
    assert ["2026-03-09", "–"] in rows
    assert [row[0] for row in rows if row and " to " in row[0]] == []


def test_visitors_of_a_week_are_its_people_and_never_the_visitors_of_its_days_in_all(found):
    week = Cell("2026-03-08 to 2026-03-10", people=9, views=30, visits=20, visitors=17)
    year = replace(found, by_week=Veiled((week,), None))
    assert figures(year)[1].rows == (("2026-03-08 to 2026-03-10", "9"),)


def test_bars_that_lie_are_as_long_as_what_they_stand_for(found):
    first, second = by_key(found)["pages"].bars
    assert (second.width * 2, second.y - first.y) == (first.width, 24)
    assert (first.end, first.baseline) == (first.x + first.width + 6, 16)
    assert second.label == "/a-very-long-address-of-a-page/wit…"
    assert (first.label, first.value) == ("/", "40")
    assert by_key(found)["pages"].view_box == "0 0 720 48"


def test_a_picture_is_told_in_words(found):
    pictures = by_key(found)
    assert pictures["pages"].said == "Most: /, 40."
    assert pictures["time"].said == "Longest: /, 10 seconds."


def test_where_nothing_can_be_shown_each_picture_says_so():
    empty = Statistics(
        date(2026, 3, 10), date(2026, 3, 10), None, veil([Cell("2026-03-10")]), None,
        NOTHING, NOTHING, NOTHING, (),
    )  # fmt: skip
    pictures = by_key(empty)
    assert pictures["visits"].said == "1 days, 0 of them hidden. The best: 0."
    assert {pictures[key].said for key in ("pages", "time")} == {"Nothing can be shown."}
    assert pictures["pages"].height > 0


def test_the_file_holds_the_rows_of_the_tables_and_nothing_that_a_table_hides(found):
    rows = list(csv.reader(StringIO(as_csv(found))))
    told = [tuple(row) for figure in figures(found) for row in figure.rows]
    assert [tuple(row) for row in rows if tuple(row) in told] == [
        row for row in told if row[0] != "=evil.test"
    ]
    assert ["'=evil.test", "7"] in rows
    assert ["Pages", "Views", "Visits"] in rows
