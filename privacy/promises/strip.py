"""Days drawn as a strip of bars, and the same in words: the drawing needs neither script nor style.

A bar is told by its shape: whoever sees no colour sees a tall bar where a promise was not kept.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from privacy.promises.days import ONE_DAY, PromiseDays, Stood, worst_of

LENGTH = 90
PITCH = 4
HEIGHT = 20
NOTHING = ""
SHAPES = {
    Stood.KEPT: "v-12h2v12z",
    Stood.BROKEN: "v-20h3v20z",
    Stood.NOT_CARRIED_OUT: "v-5h2v5zm0-7v-5h2v5zm0 7",
    Stood.NOT_LOOKED_AT: "v-2h2v2z",
}
"""Each begins and ends at the lower left corner of its day."""
WORDS = {
    Stood.KEPT: "kept",
    Stood.BROKEN: "not kept",
    Stood.NOT_CARRIED_OUT: "the check could not be carried out",
    Stood.NOT_LOOKED_AT: "nobody looked",
}

SHORT = {
    Stood.KEPT: "kept",
    Stood.BROKEN: "not kept",
    Stood.NOT_CARRIED_OUT: "not carried out",
    Stood.NOT_LOOKED_AT: "not looked at",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row that have the same in common, for readers."""

    first: date
    last: date
    stood: Stood
    words: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The last days up to one, the oldest first; days of which nothing can be said are left out."""

    until: date
    days: Sequence[tuple[date, Stood]]

    @property
    def width(self) -> int:
        """How wide the drawing is."""
        return LENGTH * PITCH

    @property
    def height(self) -> int:
        """How high the drawing is."""
        return HEIGHT

    @property
    def whole(self) -> str:
        """The path of all bars but those of broken days."""
        return self._path(stood for stood in Stood if stood is not Stood.BROKEN)

    @property
    def broken(self) -> str:
        """The path of the bars of broken days."""
        return self._path([Stood.BROKEN])

    @property
    def summary(self) -> str:
        """How many days stood how."""
        counts = Counter(stood for _, stood in self.days)
        said = [f"{counts[one]} {SHORT[one]}" for one in SHORT if counts[one]]
        return f"Of the last {len(self.days)} days: {', '.join(said)}"

    def _path(self, drawn: Iterable[Stood]) -> str:
        wanted, there = set(drawn), dict(self.days)
        days = [self.until - n * ONE_DAY for n in reversed(range(LENGTH))]
        shapes = [SHAPES[there[one]] if there.get(one) in wanted else NOTHING for one in days]
        return f"M0 {HEIGHT}" + f"m{PITCH} 0".join(shapes)


def strip_of(days: PromiseDays, until: date) -> Strip:
    """Return the strip of one promise."""
    return Strip(until, [(one, days.on(one)) for one in _last_days(until) if one >= days.first])


def strip_of_all(promises: Iterable[tuple[PromiseDays, date]], today: date) -> Strip:
    """Return the strip of several promises: of each day what the worst of them came to.

    Each comes with the last of its days.
    """
    all_of_them = list(promises)
    until = max((last for _, last in all_of_them), default=today)
    worst = (
        (day, worst_of(one.on(day) for one, last in all_of_them if one.first <= day <= last))
        for day in _last_days(until)
    )
    return Strip(until, [(day, stood) for day, stood in worst if stood is not None])


def stretches_of(days: PromiseDays, strip: Strip) -> list[Stretch]:
    """Return in words where a promise did not stand as kept, the newest first.

    A broken day stands by itself, with how long.
    """
    found = []
    for _, group in groupby(
        (one for one in reversed(strip.days)),
        key=lambda one: one if one[1] is Stood.BROKEN else one[1],
    ):
        stretch = list(group)
        (last, stood), (first, _) = stretch[0], stretch[-1]
        if stood is not Stood.KEPT:
            length = broken_words(days, last) if stood is Stood.BROKEN else ""
            found.append(Stretch(first, last, stood, WORDS[stood] + length))
    return found


def broken_words(days: PromiseDays, day: date) -> str:
    """Say for how long a promise was broken on a day, to be put behind its name."""
    length = days.broken_for(day)
    return " when last looked at" if length is None else f" for {length_words(length)}"


def length_words(length: timedelta) -> str:
    """Say a length of time in hours and minutes."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    said = [
        f"{number} {unit}{'' if number == 1 else 's'}"
        for number, unit in ((hours, "hour"), (minutes, "minute"))
        if number
    ]
    return " ".join(said) or "less than a minute"


def _last_days(until: date) -> list[date]:
    return [until - n * ONE_DAY for n in reversed(range(LENGTH))]
