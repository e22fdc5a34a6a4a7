"""The hours of a day, played in a rehearsal: no look may depend on the hour at which it is taken.

What counts a day otherwise from some hour on would be seen only by a run after that hour.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
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
