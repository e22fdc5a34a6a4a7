"""Words that found nothing: counted in memory, and written down later by nobody's request.

A search is a GET, and a GET never writes (law 3). Each process adds up what found nothing, and a
timer writes the sums once a minute: a row names a day, so that nothing tells which visit it is of.
What is lost when a process ends is a minute of a list that helps staff to name things (ADR 23).
"""

import logging
import re
from collections import Counter
from datetime import date
from threading import Lock, Timer

from django.db import DatabaseError, connection
from django.utils import timezone

from search.services import count_misses
from search.words import fold
from sens_site.lib.cache.rehearsal_cache import apart_in_a_rehearsal

WAIT_SECONDS = 60.0
MOST_WAITING = 300
"""How many different words wait in one process."""
MOST_CHARACTERS, MOST_WORDS = 80, 6
MOST_DIGITS = 6
"""A telephone number has more (E.164 names no shortest one; no country's whole numbers are shorter)."""
LIKE_A_PERSON = re.compile(
    r"@|%40|\bat\b.+\bdot\b|://|\bwww\.|(?:\d{1,3}\.){3}\d|[0-9a-f]*:[0-9a-f]*:|[0-9a-f]{16}"
)
"""Of an email address, of another site, of a machine, of a key."""
logger = logging.getLogger(__name__)


def worth_keeping(typed: str) -> str:
    """Return the words as they are kept; nothing of what may be somebody's.

    Words that people type may be an address or a number of theirs. What looks so is dropped whole.
    """
    words = " ".join(fold(typed).split())
    digits = sum(sign.isdigit() for sign in words)
    if (
        len(words) > MOST_CHARACTERS
        or len(words.split()) > MOST_WORDS
        or digits > MOST_DIGITS
        or LIKE_A_PERSON.search(words)
        or not words.isprintable()
    ):
        return ""
    return words


class Waiting:
    """What found nothing since it was last written down."""

    def __init__(self, *, timed: bool) -> None:
        self._counts: Counter[tuple[date, str]] = Counter()
        self._lock = Lock()
        self._timed = timed
        self._timer: Timer | None = None

    def add(self, words: str) -> None:
        """Count words once more. The first ones begin the wait."""
        with self._lock:
            name = timezone.localdate(), words
            if name in self._counts or len(self._counts) < MOST_WAITING:
                self._counts[name] += 1
            if self._timed and self._timer is None:
                self._timer = Timer(WAIT_SECONDS, self._write_and_close)
                self._timer.daemon = True
                self._timer.start()

    def write(self) -> None:
        """Write it down. What the database does not take waits for the next time."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            self._stop_timer()
        try:
            count_misses(counts)
        except DatabaseError:
            logger.warning("Words that found nothing could not be counted.")
            with self._lock:
                self._counts.update(counts)

    def _write_and_close(self) -> None:
        try:
            self.write()
        finally:
            connection.close()  # of the timer's own thread

    def forget(self) -> None:
        """Begin anew, without writing anything down."""
        with self._lock:
            self._counts.clear()
            self._stop_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


WAITING = Waiting(timed=True)


def _here() -> Waiting:
    found: Waiting = apart_in_a_rehearsal("search misses", WAITING, lambda: Waiting(timed=False))
    return found


def note(typed: str) -> None:
    """Remember that something was not found, if it may be remembered. Writes nothing."""
    if words := worth_keeping(typed):
        _here().add(words)


def write_down() -> None:
    """Write down what waits in this process."""
    _here().write()
