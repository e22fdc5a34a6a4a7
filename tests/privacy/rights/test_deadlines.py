"""The clocks of the request desk, over every day of ten years in three time zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from privacy.datamap.vendors import VENDORS
from privacy.rights.deadlines import (
    Alarm,
    alarm_due,
    days_left,
    deadline_for,
    due_on,
    is_late,
    latest_on,
    may_extend,
)
from privacy.rights.forms import VendorForm

ZONES = [ZoneInfo(name) for name in ("America/Denver", "Europe/Berlin", "Pacific/Kiritimati")]
FIRST, LAST = date(2024, 1, 1), date(2034, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]

moments = st.datetimes(datetime(2024, 1, 1), datetime(2034, 12, 31, 23, 59), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
zones = st.sampled_from(ZONES)


def same_day_next_month(day: date, months: int) -> date:
    """Say it otherwise than the code does: count down from the day until the month has it."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError(day)


def test_due_is_never_past_thirty_days_nor_one_month_on_any_day_of_ten_years():
    assert len(DAYS) == 4018
    for day in DAYS:
        assert due_on(day) == min(day + timedelta(days=30), same_day_next_month(day, 1))
        assert latest_on(day) == same_day_next_month(day, 3)
        assert 89 <= (latest_on(day) - day).days <= 92


def test_both_limits_bite():
    by_month = sum(due_on(day) < day + timedelta(days=30) for day in DAYS if day.year == 2027)
    by_days = sum(due_on(day) < same_day_next_month(day, 1) for day in DAYS if day.year == 2027)
    assert (by_month, by_days) == (30, 210)


@given(moments, zones)
def test_counting_begins_on_the_local_day_of_receipt(moment, zone):
    deadline = deadline_for(moment, zone)
    assert deadline.received_on == moment.astimezone(zone).date()
    assert deadline.due_on > moment.astimezone(zone).date()


@given(moments, zones, st.booleans())
def test_late_begins_on_the_day_after(moment, zone, extended):
    deadline = deadline_for(moment, zone, extended=extended)
    assert is_late(deadline, deadline.in_force) is False
    assert is_late(deadline, deadline.in_force + timedelta(days=1)) is True
    assert days_left(deadline, deadline.in_force) == 0


@given(moments, zones)
def test_extension_is_possible_once_and_until_the_first_date(moment, zone):
    deadline = deadline_for(moment, zone)
    assert may_extend(deadline, deadline.due_on) is True
    assert may_extend(deadline, deadline.due_on + timedelta(days=1)) is False
    extended = deadline_for(moment, zone, extended=True)
    assert may_extend(extended, deadline.received_on) is False
    assert extended.in_force > deadline.in_force


@given(moments, zones)
def test_alarms_rise_and_never_fall(moment, zone):
    deadline = deadline_for(moment, zone)
    days = [deadline.received_on + timedelta(days=n) for n in range(40)]
    stages = [alarm_due(deadline, day) or 0 for day in days]
    assert stages == sorted(stages)
    assert set(stages) == {0, 50, 75, 90, 100}


@pytest.mark.parametrize(
    ("day", "alarm"),
    [(0, None), (14, None), (15, Alarm.HALF), (23, Alarm.THREE_QUARTERS), (27, Alarm.NEARLY),
     (30, Alarm.NEARLY), (31, Alarm.LATE), (90, Alarm.LATE)],
)  # fmt: skip
def test_alarms_of_one_request(day, alarm):
    deadline = deadline_for(datetime(2026, 3, 1, 12, tzinfo=UTC), ZONES[0])
    assert alarm_due(deadline, date(2026, 3, 1) + timedelta(days=day)) == alarm


@time_machine.travel("2026-11-25 12:00-07:00", tick=False)
@pytest.mark.parametrize(("day", "valid"), [("2026-11-24", False), ("2026-11-25", True)])
def test_a_vendor_cannot_be_told_to_act_by_a_day_that_has_passed(day, valid):
    form = VendorForm({"vendor": VENDORS[0].key, "due_on": day})
    assert form.is_valid() is valid
    assert valid or form.errors["due_on"] == ["Choose a day that has not passed."]
