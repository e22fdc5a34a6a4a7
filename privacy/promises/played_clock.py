"""The hours of a day, played in a rehearsal: no look may depend on the hour at which it is taken.

What counts a day otherwise from some hour on would be seen only by a run after that hour.
"""

import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from unittest.mock import patch

from django.utils import timezone

NOON = time(12)


@contextmanager
def at_the_hour(hour: time) -> Iterator[datetime]:
    """Let it be this hour of today where the company is, for whatever asks Django for the time."""
    zone = timezone.get_default_timezone()
    moment = datetime.combine(timezone.localdate(timezone=zone), hour, zone)
    with patch.object(timezone, "now", lambda: moment):
        yield moment


@contextmanager
def later(by: timedelta) -> Iterator[None]:
    """Let it be later, for whatever asks Django or Python for the time: what runs out then has.

    Rows stay as they are, so what ends by their age is made older instead.
    """
    now, seconds = timezone.now, clock.time
    with (
        patch.object(timezone, "now", lambda: now() + by),
        patch.object(clock, "time", lambda: seconds() + by.total_seconds()),
    ):
        yield
