"""How each promise stood on each day, in the site's time zone (America/Denver)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from privacy.promises.days import Change, Stood, Turn, read_history, worst_of
from privacy.promises.history import append_run
from privacy.promises.models import State
from privacy.promises.registry import Look

pytestmark = pytest.mark.django_db
CLAIM, OTHER = "policy.last-updated", "policy.breadcrumb"
NOW, ROWS, OUTSIDE = Look.NOW, Look.ROWS, Look.OUTSIDE
KEPT, BROKEN, BLIND = State.KEPT, State.BROKEN, State.NOT_CARRIED_OUT
DENVER = ZoneInfo("America/Denver")


def at(day: int, hour: int = 3, minute: int = 0, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=DENVER)


def june(day: int) -> date:
    return date(2026, 6, day)


def run(moment: datetime, state: State | None = KEPT, look: Look = NOW, *, claim=CLAIM, gone=()):
    states = {} if state is None else {(claim, look): state}
    append_run(states, gone=gone, found={claim: ["It is not so."]}, at=moment)


def days(claim: str = CLAIM):
    return read_history().promises[claim]


def count(today: date) -> tuple[int, int]:
    one = days()
    return one.count(one.until(today))


def stood(*numbers: int, claim: str = CLAIM) -> list[str]:
    return [str(days(claim).on(june(number))) for number in numbers]


def test_a_site_without_runs_claims_no_day():
    assert (read_history().promises, read_history().changes) == ({}, ())


def test_days_count_from_the_first_look_on_and_today_once_it_was_seen():
    for day in (10, 11, 12):
        run(at(day))
    assert days().first == june(10)
    assert count(june(12)) == (3, 3)
    assert count(june(13)) == (3, 3)
    assert count(june(14)) == (3, 4)
    assert stood(10, 12, 13) == ["kept", "kept", "not looked at"]


def test_days_are_those_of_the_site():
    run(datetime(2026, 6, 11, 5, 59, 59, tzinfo=UTC))  # a second before midnight in Denver
    assert (days().first, days().last) == (june(10), june(10))
    run(datetime(2026, 6, 11, 6, 0, 0, tzinfo=UTC))
    assert days().last == june(11)


def test_a_day_on_which_nobody_looked_is_not_a_kept_one():
    run(at(10))
    run(at(13))
    assert stood(10, 11, 12, 13) == ["kept", "not looked at", "not looked at", "kept"]
    assert count(june(13)) == (2, 4)


def test_a_day_of_both_is_a_broken_one_for_as_long_as_it_was():
    run(at(10, 3))
    run(at(10, 9, 15), BROKEN)
    run(at(10, 11, 45))
    assert stood(10) == ["broken"]
    assert days().broken_for(june(10)) == timedelta(hours=2, minutes=30)
    assert count(june(10)) == (0, 1)


def test_a_break_lasts_until_a_look_finds_it_mended():
    run(at(10, 21), BROKEN)
    run(at(11), BROKEN)
    run(at(12))
    run(at(13))
    assert stood(10, 11, 12, 13) == ["broken", "broken", "broken", "kept"]
    assert [days().broken_for(june(day)) for day in (10, 11, 12)] == [
        timedelta(hours=3),
        timedelta(hours=24),
        timedelta(hours=3),
    ]


def test_two_breaks_of_a_day_add_up():
    for hour, state in ((1, BROKEN), (2, KEPT), (5, BROKEN), (8, KEPT)):
        run(at(10, hour), state)
    assert days().broken_for(june(10)) == timedelta(hours=4)


def test_how_long_is_not_said_while_the_last_look_found_it_broken():
    run(at(10, 21), BROKEN)
    assert days().broken_for(june(10)) is None
    run(at(11), BROKEN)
    assert days().broken_for(june(10)) == timedelta(hours=3)
    assert days().broken_for(june(11)) is None


@pytest.mark.parametrize(("day", "month", "hours"), [(8, 3, 23), (1, 11, 25)])
def test_the_days_of_the_clock_change_have_their_own_length(day, month, hours):
    run(at(day, 0, month=month) - timedelta(hours=5), BROKEN)
    run(at(day, 12, month=month), BROKEN)
    run(at(day + 1, 3, month=month))
    assert days().broken_for(date(2026, month, day)) == timedelta(hours=hours)


def test_a_break_that_ends_at_midnight_does_not_touch_the_day_it_begins():
    run(at(10, 21), BROKEN)
    run(at(11, 0))
    assert stood(10, 11) == ["broken", "kept"]


def test_who_could_not_look_has_mended_nothing():
    run(at(10), BROKEN)
    run(at(11), BLIND)
    run(at(12))
    assert stood(10, 11, 12) == ["broken", "broken", "broken"]


def test_between_two_looks_far_apart_nobody_knows():
    run(at(10), BROKEN)
    run(at(13))
    assert stood(10, 11, 12, 13) == ["broken", "not looked at", "not looked at", "broken"]
    assert days().broken_for(june(13)) == timedelta(hours=3)


def test_a_look_that_could_not_be_carried_out_all_day_leaves_the_day_not_carried_out():
    run(at(10), BLIND)
    run(at(11), BLIND)
    run(at(11, 9), KEPT)
    run(at(12))
    assert stood(10, 11, 12) == ["not carried out", "kept", "kept"]


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ({NOW: KEPT, ROWS: BLIND}, "not carried out"),
        ({NOW: KEPT, OUTSIDE: BLIND}, "kept"),
        ({OUTSIDE: BLIND}, "not carried out"),
        ({NOW: BLIND, OUTSIDE: KEPT}, "not carried out"),
        ({NOW: KEPT, OUTSIDE: BROKEN}, "broken"),
        ({NOW: BLIND, ROWS: BROKEN}, "broken"),
        ({NOW: KEPT, OUTSIDE: KEPT}, "kept"),
    ],
)
def test_the_looks_of_a_day_come_to_one_word(looks, expected):
    for minute, (look, state) in enumerate(looks.items()):
        run(at(10, minute=minute), state, look)
    assert stood(10) == [expected]


def test_a_break_of_two_looks_ends_with_the_second():
    run(at(10, 1), BROKEN)
    run(at(10, 2), BROKEN, ROWS)
    run(at(10, 3), KEPT)
    run(at(10, 6), KEPT, ROWS)
    assert days().broken_for(june(10)) == timedelta(hours=5)
    assert [change.turn for change in read_history().changes] == [Turn.BROKEN, Turn.MENDED]


def test_each_break_and_each_mending_is_a_change_with_what_was_found():
    run(at(10, 1), BROKEN)
    run(at(10, 2), BROKEN)
    run(at(10, 3), KEPT)
    run(at(10, 4), BROKEN, claim=OTHER)
    assert read_history().changes == (
        Change(1, at(10, 1), CLAIM, Turn.BROKEN, ("It is not so.",)),
        Change(3, at(10, 3), CLAIM, Turn.MENDED),
        Change(4, at(10, 4), OTHER, Turn.BROKEN, ("It is not so.",)),
    )


def test_taking_the_check_away_mends_nothing():
    run(at(10, 1), BROKEN)
    run(at(10, 5), None, gone=[(CLAIM, NOW)])
    assert [(one.at, one.turn) for one in read_history().changes] == [
        (at(10, 1), Turn.BROKEN),
        (at(10, 5), Turn.NO_LONGER),
    ]
    assert stood(10, 11) == ["broken", "not looked at"]
    assert count(june(12)) == (0, 2)


def test_taking_it_away_a_day_later_claims_nothing_of_that_day():
    run(at(10, 1), BROKEN)
    run(at(11, 5), None, gone=[(CLAIM, NOW), ("never.seen", ROWS)])
    assert stood(10, 11) == ["broken", "not looked at"]
    assert count(june(11)) == (0, 1)


def test_a_new_run_is_seen_at_once(django_assert_num_queries):
    run(at(10))
    read_history()
    with django_assert_num_queries(1):
        assert count(june(10)) == (1, 1)
    run(at(11))
    assert count(june(11)) == (2, 2)


@pytest.mark.parametrize(
    ("several", "expected"),
    [
        ([Stood.KEPT, Stood.KEPT], Stood.KEPT),
        ([Stood.KEPT, Stood.NOT_LOOKED_AT], Stood.NOT_LOOKED_AT),
        ([Stood.NOT_CARRIED_OUT, Stood.NOT_LOOKED_AT], Stood.NOT_CARRIED_OUT),
        ([Stood.KEPT, Stood.BROKEN, Stood.NOT_CARRIED_OUT], Stood.BROKEN),
        ([], None),
    ],
)
def test_the_worst_of_several(several, expected):
    assert worst_of(several) is expected
