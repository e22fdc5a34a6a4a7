"""The content stamp: one value that changes whenever something that public pages show has changed.

Every worker compares it (at most once a second) with the stamp under which it kept its pages, and
empties them when it differs. It lives in the shared cache; a lost value reads as a change, which
only costs a few renderings.
"""

import logging
import secrets
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from itertools import count

from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone

from sens_site.lib.http.database_wait import answer_within

SECONDS_TO_ANSWER = 1.0
KEY = "content-stamp"
ClockSource = Callable[[], Iterable[datetime]]
Generation = tuple[str, int, int, str]
_clock_sources: list[ClockSource] = []
logger = logging.getLogger(__name__)
_last_read = _hour_read = ""
_day = (0.0, 0.0, "")
_changes = count()
_own_changes = 0
_own_committed = 0


def content_changed() -> None:
    """Empty the kept pages of every worker, when the running transaction has been committed."""
    _forget_here()
    transaction.on_commit(renew_stamp, robust=True)


def changes_by_the_clock(source: ClockSource) -> ClockSource:
    """Register what yields the times, from now on, at which content changes by itself.

    They are read whenever a stamp is written and stand in it, so that looking at it costs no query:
    a change of these times has to call `content_changed`.
    """
    _clock_sources.append(source)
    return source


def renew_stamp() -> str:
    """Write and return a new stamp."""
    global _own_committed  # noqa: PLW0603 - one value a process
    _forget_here()
    _own_committed = _own_changes
    try:
        times = sorted({time.timestamp() for source in _clock_sources for time in source()})
    except DatabaseError:
        logger.warning("The times of planned changes cannot be read; pages follow within the hour.")
        times = []
    stamp = " ".join([secrets.token_hex(8), *map(str, times)])
    cache.set(KEY, stamp, timeout=None)
    return stamp


def read_stamp() -> str:
    """Return the stamp, writing a first one where there is none."""
    stamp = cache.get(KEY)
    return stamp if isinstance(stamp, str) else renew_stamp()


def stamp_of_today() -> str:
    """Return the stamp joined with the time; this is what a server looks at each second.

    A planned change counts from its second on. A policy comes into force by date, and a change whose
    stamp could not be written shows within the hour. Where the shared cache cannot be read the last
    stamp stands, and while the database cannot be read the hour, as nobody could draw a page anew: a
    site whose database is down still shows its pages, until the date changes. Runs outside a request,
    so it gives its connection back.
    """
    global _last_read, _hour_read  # noqa: PLW0603 - one value each a process
    hour = f"{timezone.localtime():%Y-%m-%dT%H}"
    try:
        try:
            _last_read = read_stamp()
        except DatabaseError:
            logger.warning("The content stamp cannot be read; kept pages stay.")
        if hour != _hour_read and (hour[:10] != _hour_read[:10] or _database_answers()):
            _hour_read = hour
    finally:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
    return f"{_last_read}|{_times_passed(_last_read)}|{_hour_read}"


def _database_answers() -> bool:
    try:
        answer_within(SECONDS_TO_ANSWER)
    except (DatabaseError, InterfaceError):
        return False
    return True


def generation() -> Generation:
    """Name the state of the content as far as this process knows. Costs no query.

    Equal generations mean: nothing that this process has heard of has changed, no planned time has
    passed, nor has the date.
    """
    now = timezone.now().timestamp()  # each page asks several times, and once is enough for each
    return _last_read, _own_changes, _times_passed(_last_read, now), _day_at(now)


def _day_at(now: float) -> str:
    """Name the day in the company's zone. Asked for each page, and worked out once a day."""
    global _day  # noqa: PLW0603 - one value a process
    begins, ends, name = _day
    if not begins <= now < ends:
        here = timezone.localtime(datetime.fromtimestamp(now, UTC))
        midnight = datetime.combine(here.date(), time.min, here.tzinfo)
        after = datetime.combine(here.date() + timedelta(days=1), time.min, here.tzinfo)
        name = here.date().isoformat()
        _day = midnight.timestamp(), after.timestamp(), name
    return name


def content_state() -> str:
    """Name the state of the content for all processes alike, for what is made of it and stored.

    Asks the shared cache, and goes by what was last read where that is out of reach.
    """
    try:
        stamp = read_stamp()
    except DatabaseError:
        stamp = _last_read
    return f"{stamp.partition(' ')[0]} {_times_passed(stamp)} {timezone.localdate().isoformat()}"


def has_changes_of_its_own() -> bool:
    """Tell whether this process has changed content of which no stamp speaks: not yet, or never."""
    return _own_changes != _own_committed


@contextmanager
def content_as_before() -> Iterator[None]:
    """Call the content afterwards as it was called before: what is changed within is rolled back.

    For a process in which nobody else changes content meanwhile.
    """
    global _own_changes, _own_committed
    before = _own_changes, _own_committed
    try:
        yield
    finally:
        _own_changes, _own_committed = before


def _times_passed(stamp: str, now: float | None = None) -> int:
    return bisect_right(_times_in(stamp), timezone.now().timestamp() if now is None else now)


@lru_cache(maxsize=4)
def _times_in(stamp: str) -> list[float]:
    return sorted(map(float, stamp.split()[1:]))


def _forget_here() -> None:
    global _own_changes  # noqa: PLW0603 - one value a process
    _own_changes = next(_changes) + 1
