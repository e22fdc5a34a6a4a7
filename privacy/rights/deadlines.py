"""When a request has to be answered. Pure functions over dates; nothing here reads a clock.

The policy counts in days of the company's calendar: within 30 days of receipt or one calendar
month, whichever ends first, and three months at most. Counting begins with the receipt and does not
wait for a proof of identity. A due day ends at midnight where the company is.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from sens_site.lib.months import add_months

DAYS = 30
MONTHS_AT_MOST = 3
STAGES = (50, 75, 90)


class Alarm(IntEnum):
    """How far the time has run, in percent; LATE is each day after it."""

    HALF = 50
    THREE_QUARTERS = 75
    NEARLY = 90
    LATE = 100


@dataclass(frozen=True, slots=True)
class Deadline:
    """The days by which a request is to be answered."""

    received_on: date
    due_on: date
    latest_on: date
    extended: bool

    @property
    def in_force(self) -> date:
        """The day that counts now."""
        return self.latest_on if self.extended else self.due_on


def due_on(received_on: date) -> date:
    """Return the last day for the answer: 30 days or one month later, the earlier of both."""
    return min(received_on + timedelta(days=DAYS), add_months(received_on, 1))


def latest_on(received_on: date) -> date:
    return add_months(received_on, MONTHS_AT_MOST)


def deadline_for(received_at: datetime, zone: ZoneInfo, *, extended: bool = False) -> Deadline:
    return deadline_on(received_at.astimezone(zone).date(), extended=extended)


def deadline_on(received_on: date, *, extended: bool = False) -> Deadline:
    return Deadline(received_on, due_on(received_on), latest_on(received_on), extended)


def days_left(deadline: Deadline, today: date) -> int:
    """Return how many days are left; negative when it is late."""
    return (deadline.in_force - today).days


def is_late(deadline: Deadline, today: date) -> bool:
    return today > deadline.in_force


def may_extend(deadline: Deadline, today: date) -> bool:
    """Tell whether the time can still be extended: once, and before it is over."""
    return not deadline.extended and today <= deadline.due_on


def percent_run(deadline: Deadline, today: date) -> int:
    """Return how much of the time has run, in whole percent."""
    whole = (deadline.in_force - deadline.received_on).days
    return (today - deadline.received_on).days * 100 // whole


def alarm_due(deadline: Deadline, today: date) -> Alarm | None:
    """Return the highest alarm that the day calls for."""
    if is_late(deadline, today):
        return Alarm.LATE
    run = percent_run(deadline, today)
    reached = [stage for stage in STAGES if run >= stage]
    return Alarm(reached[-1]) if reached else None
