"""Days drawn in three rows of thirty, and the same in words: the drawing needs no script.

Each way to stand is one path of runs, which the style sheet cuts into days. It is told by its shape:
whoever sees no color sees two bars where a promise was not kept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from privacy.promises.days import ONE_DAY, PromiseDays, Stood, worst_of

LENGTH = 90
ROW = 30
PITCH = 10
MIDDLE = 4
"""Where the line of a row is, seen from its top."""
SHAPES = {
    Stood.KEPT: "kept",
    Stood.BROKEN: "broken",
    Stood.NOT_CARRIED_OUT: "blind",
    Stood.NOT_LOOKED_AT: "unchecked",
}
"""The class by which the style sheet draws a day."""
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
    def paths(self) -> list[tuple[str, str]]:
        """The class and the path of each way to stand of which there is a day."""
        there, runs = dict(self.days), defaultdict[Stood | None, str](str)
        numbered = enumerate(there.get(day) for day in _last_days(self.until))
        for (row, stood), run in groupby(numbered, key=lambda one: (one[0] // ROW, one[1])):
            numbers = [number for number, _ in run]
            start, length = numbers[0] % ROW * PITCH, len(numbers) * PITCH
            runs[stood] += f"M{start} {row * PITCH + MIDDLE}h{length}"
        return [(shape, runs[stood]) for stood, shape in SHAPES.items() if stood in runs]

    @property
    def summary(self) -> str:
        """How many days stood how."""
        counts = Counter(stood for _, stood in self.days)
        said = [f"{counts[one]} {SHORT[one]}" for one in SHORT if counts[one]]
        return f"Of the last {len(self.days)} days: {', '.join(said)}"


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
