"""Days as a drawing that is told by its shapes, and in words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from privacy.promises.days import PromiseDays, Stood
from privacy.promises.strip import length_words, stretches_of, strip_of, strip_of_all

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)
KEPT, BROKEN, BLIND, GAP = Stood.KEPT, Stood.BROKEN, Stood.NOT_CARRIED_OUT, Stood.NOT_LOOKED_AT


def june(day: int) -> date:
    return date(2026, 6, day)


def days(first: date, last: date = JUNE, **others: Stood) -> PromiseDays:
    return PromiseDays(
        first, last, [], {june(int(day[1:])): stood for day, stood in others.items()}
    )


def test_each_kind_of_day_has_a_path_of_its_own():
    strip = strip_of(days(june(27), d28=BROKEN, d29=BLIND, d30=GAP), JUNE)
    assert strip.paths == [
        ("kept", "M260 24h10"),
        ("broken", "M270 24h10"),
        ("blind", "M280 24h10"),
        ("unchecked", "M290 24h10"),
    ]


def test_days_in_a_row_are_one_run_and_the_newest_stands_at_the_end_of_the_third_row():
    thirty_one = strip_of(days(MAY, d2=BROKEN), JUNE)
    assert thirty_one.paths == [
        ("kept", "M290 14h10M0 24h10M20 24h280"),
        ("broken", "M10 24h10"),
    ]


def test_ninety_days_are_drawn_and_none_before_the_first_look():
    assert len(strip_of(days(date(2025, 1, 1)), JUNE).days) == 90
    assert [day for day, _ in strip_of(days(june(29)), JUNE).days] == [june(29), june(30)]


def test_the_summary_counts_them():
    strip = strip_of(days(june(21), d22=BROKEN, d23=BROKEN, d24=BLIND, d25=GAP), JUNE)
    assert strip.summary == (
        "Of the last 10 days: 6 kept, 2 not kept, 1 not carried out, 1 not looked at"
    )


def test_of_several_promises_the_worst_counts_each_within_its_own_days():
    strip = strip_of_all(
        [
            (days(june(26), d27=BLIND), JUNE),
            (days(june(28), june(28), d28=BROKEN), june(28)),
        ],
        JUNE,
    )
    assert [stood for _, stood in strip.days] == [KEPT, BLIND, BROKEN, KEPT, KEPT]


def test_nothing_is_drawn_of_a_site_that_was_never_looked_at():
    assert strip_of_all([], JUNE).days == []


def test_what_was_not_kept_is_said_in_words_the_newest_first():
    one = days(MAY, d2=BROKEN, d3=BROKEN, d5=GAP, d6=GAP, d7=BLIND)
    one.breaks.append(
        (datetime(2026, 6, 2, 12, tzinfo=UTC), datetime(2026, 6, 3, 7, 30, tzinfo=UTC))
    )
    said = [(s.first, s.last, s.words) for s in stretches_of(one, strip_of(one, JUNE))]
    assert said == [
        (june(7), june(7), "the check could not be carried out"),
        (june(5), june(6), "nobody looked"),
        (june(3), june(3), "not kept for 1 hour 30 minutes"),
        (june(2), june(2), "not kept for 18 hours"),
    ]


def test_a_promise_that_is_still_broken_says_so():
    one = days(june(30), d30=BROKEN)
    one.breaks.append((datetime(2026, 6, 30, 12, tzinfo=UTC), None))
    (stretch,) = stretches_of(one, strip_of(one, JUNE))
    assert stretch.words == "not kept when last looked at"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=2, minutes=20, seconds=59), "2 hours 20 minutes"),
        (timedelta(hours=24), "24 hours"),
    ],
)
def test_lengths_of_time(length, words):
    assert length_words(length) == words
