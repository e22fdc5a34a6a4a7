"""Whether the clock of this machine can be trusted to delete by.

A clock that jumps ahead by a year makes everything a year older: records are over, people are idle.
Each periodic deletion asks here first. The database remembers the time of the last question; a
question more than a day away from it, either way, is a clock that has moved, or a worker that has
not run. Deletions then rest until the clock has gone on steadily for a day, in which staff see it
at the desk and can set it right.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import wraps

from django.db import transaction
from django.utils import timezone

from privacy.datamap.models import ClockStamp, PurgeFailure

logger = logging.getLogger(__name__)

MOST = timedelta(days=1)
SET_BACK = timedelta(minutes=5)
"""More than two machines of one site may differ by."""
RULE = "clock"


@transaction.atomic
def is_steady(*, now: datetime | None = None) -> bool:
    """Note the time, and tell whether the clock has gone on without a jump for a day."""
    moment = now or timezone.now()
    stamp, _ = ClockStamp.objects.select_for_update().get_or_create(
        pk=1, defaults={"last_seen": moment, "largest_seen": moment}
    )
    if abs(moment - stamp.last_seen) > MOST:
        stamp.moved_at = moment
        logger.error(
            "The clock reads %s, and read %s when last asked. Nothing is deleted by age for a day.",
            moment, stamp.last_seen,
        )  # fmt: skip
    elif stamp.moved_at is not None and moment - stamp.moved_at >= MOST:
        stamp.moved_at = None
    stamp.last_seen, stamp.largest_seen = moment, max(moment, stamp.largest_seen)
    stamp.save()
    _tell_the_desk(stamp)
    return stamp.moved_at is None


def _tell_the_desk(stamp: ClockStamp) -> None:
    failures = PurgeFailure.objects.filter(rule=RULE)
    if stamp.moved_at is None:
        failures.delete()
    elif not failures.exists():
        PurgeFailure.objects.create(
            rule=RULE,
            title="All that goes by age: the clock has moved, or the worker has not run",
            error="ClockMoved",
            since=stamp.moved_at,
        )


def faults(*, now: datetime | None = None) -> Iterator[str]:
    """Yield what speaks against the clock of this machine. Writes nothing."""
    moment = now or timezone.now()
    stamp = ClockStamp.objects.filter(pk=1).first()
    if stamp is not None and stamp.moved_at is not None:
        yield "The clock has moved, or the worker has not run for a day: see that it reads right."
    if stamp is not None and stamp.last_seen - moment > SET_BACK:
        yield "The clock reads less than when the database was last told the time: set it right."


def with_steady_clock(job: Callable[[], object]) -> Callable[[], object]:
    """Let a job that deletes by age rest while the clock cannot be trusted."""

    @wraps(job)
    def wrapper() -> object:
        return job() if is_steady() else 0

    return wrapper
