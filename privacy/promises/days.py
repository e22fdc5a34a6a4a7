"""The history as readers see it: how each promise stood on each day, and what changed when.

Days are those of the site's time zone. A day counts for what was seen on it: a promise that was
found broken is broken from that look until a look finds it kept, and each day that holds a part of
this is a broken day if anybody looked on it. What could not be looked at mends nothing.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from django.utils import timezone

from privacy.promises.history import history_head, states_in
from privacy.promises.models import PromiseRun, State
from privacy.promises.registry import Look

ONE_DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)
CHUNK = 100


class Stood(StrEnum):
    """How a promise stood on a day, the best first."""

    KEPT = "kept"
    NOT_LOOKED_AT = "not looked at"
    NOT_CARRIED_OUT = "not carried out"
    BROKEN = "broken"


WORST_FIRST = [Stood.BROKEN, Stood.NOT_CARRIED_OUT, Stood.NOT_LOOKED_AT, Stood.KEPT]


class Turn(StrEnum):
    """What a run can change about a promise."""

    BROKEN = "not kept"
    MENDED = "kept again"
    NO_LONGER = "no longer checked in the way that found it broken"


@dataclass(frozen=True, slots=True)
class Change:
    """A run found a promise broken, or mended, that had not been so before."""

    run: int
    at: datetime
    claim_id: str
    turn: Turn
    words: tuple[str, ...] = ()


@dataclass(slots=True)
class PromiseDays:
    """The days of one promise, from the first on which it was looked at."""

    first: date
    last: date
    breaks: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    """When it was found broken, and when mended."""
    stood: dict[date, Stood] = field(default_factory=dict)
    """The days up to the last on which it did not stand as kept."""

    def on(self, day: date) -> Stood:
        """Return how the promise stood on a day, from the first on."""
        return Stood.NOT_LOOKED_AT if day > self.last else self.stood.get(day, Stood.KEPT)

    def broken_for(self, day: date) -> timedelta | None:
        """Return for how long it was broken on a day; None while its last look found it so."""
        begin, end = bounds_of(day)
        parts = [(found, mended) for found, mended in self.breaks if found < end]
        if day == self.last and any(mended is None for _, mended in parts):
            return None
        lengths = (min(mended or end, end) - max(found, begin) for found, mended in parts)
        return sum((one for one in lengths if one > timedelta()), timedelta())

    def until(self, today: date) -> date:
        """Return the last day of which something can be said. Today counts once it was seen."""
        return max(self.last, today - ONE_DAY)

    def count(self, until: date) -> tuple[int, int]:
        """Return on how many days up to one it was kept, and of how many."""
        seen = (self.last - self.first).days + 1
        return seen - len(self.stood), (until - self.first).days + 1

    def breaks_on(self, found: datetime, mended: datetime | None) -> Iterator[date]:
        """Yield the days that hold a part of a break."""
        day = timezone.localdate(found)
        yield day
        end = timezone.localdate(mended - MOMENT) if mended else self.last
        while day < end:
            day += ONE_DAY
            yield day


@dataclass(frozen=True, slots=True)
class History:
    """What all runs come to."""

    promises: Mapping[str, PromiseDays]
    changes: tuple[Change, ...]


def read_history() -> History:
    """Return what all runs come to. One query, and as many as needed when there is a new run."""
    return _read(*history_head(), timezone.get_default_timezone_name())


@lru_cache(maxsize=1)
def _read(size: int, head: str, zone: str) -> History:
    """Read the chain up to a head. What is kept of ten years is small: only days that stand out."""
    reader = _Reader()
    for run in PromiseRun.objects.filter(number__lte=size).iterator(chunk_size=CHUNK):
        reader.read(run)
    return reader.history()


class _Reader:
    """Takes one run after the other."""

    def __init__(self) -> None:
        self.promises: dict[str, PromiseDays] = {}
        self.changes: list[Change] = []
        # Of each promise the looks that have found it broken and not mended.
        self.broken: defaultdict[str, set[str]] = defaultdict(set)
        # What was seen on the last day of each: the looks that saw it kept, those that saw nothing.
        self.kept: defaultdict[str, set[str]] = defaultdict(set)
        self.blind: defaultdict[str, set[str]] = defaultdict(set)

    def read(self, run: PromiseRun) -> None:
        """Add a run."""
        said, day = json.loads(run.record), timezone.localdate(run.at)
        before = self._broken()
        for claim_id, look, state in states_in(said):
            self._begin(claim_id, day)
            if state == State.BROKEN:
                self.broken[claim_id].add(look)
            elif state == State.KEPT:
                self.broken[claim_id].discard(look)
                self.kept[claim_id].add(look)
            else:
                self.blind[claim_id].add(look)
        after_looks = self._broken()
        for look, claims in said["gone"].items():
            for claim_id in claims:
                self.broken[claim_id].discard(look)
        after = self._broken()
        for claim_id in sorted(after_looks - before):
            self.promises[claim_id].breaks.append((run.at, None))
            words = tuple(said["found"].get(claim_id, ()))
            self.changes.append(Change(run.number, run.at, claim_id, Turn.BROKEN, words))
        for turn, claims in (
            (Turn.MENDED, before - after_looks),
            (Turn.NO_LONGER, after_looks - after),
        ):
            for claim_id in sorted(claims):
                breaks = self.promises[claim_id].breaks
                breaks[-1] = (breaks[-1][0], run.at)
                self.changes.append(Change(run.number, run.at, claim_id, turn))

    def history(self) -> History:
        """Return what was read."""
        for claim_id, days in self.promises.items():
            self._end(claim_id)
            gaps = {day for day, stood in days.stood.items() if stood is Stood.NOT_LOOKED_AT}
            for found, mended in days.breaks:
                broken = {one for one in days.breaks_on(found, mended) if one <= days.last} - gaps
                days.stood.update(dict.fromkeys(broken, Stood.BROKEN))
        return History(self.promises, tuple(self.changes))

    def _broken(self) -> set[str]:
        return {claim_id for claim_id, looks in self.broken.items() if looks}

    def _begin(self, claim_id: str, day: date) -> None:
        """Begin a day of a promise, unless it has begun."""
        days = self.promises.get(claim_id)
        if days is None:
            self.promises[claim_id] = PromiseDays(first=day, last=day)
        elif day > days.last:
            self._end(claim_id)
            for number in range(1, (day - days.last).days):
                days.stood[days.last + number * ONE_DAY] = Stood.NOT_LOOKED_AT
            days.last = day
            self.kept[claim_id], self.blind[claim_id] = set(), set()

    def _end(self, claim_id: str) -> None:
        """End the last day of a promise: what could not be looked at then was not carried out.

        The stranger's look adds to what is known: where that failed, the others count.
        """
        kept, blind = self.kept[claim_id], self.blind[claim_id]
        if blind - kept - {Look.OUTSIDE} or (blind and not kept):
            days = self.promises[claim_id]
            days.stood[days.last] = Stood.NOT_CARRIED_OUT


def worst_of(stood: Iterable[Stood]) -> Stood | None:
    """Return the worst of how promises stood; None where nothing is said of any."""
    there = set(stood)
    return next((one for one in WORST_FIRST if one in there), None)


def bounds_of(day: date) -> tuple[datetime, datetime]:
    """Return the moments at which a day begins and ends in the site's zone, in UTC to subtract."""
    zone = timezone.get_default_timezone()
    begin, end = (datetime.combine(one, time(), zone) for one in (day, day + ONE_DAY))
    return begin.astimezone(UTC), end.astimezone(UTC)
