"""How many promises stand how, and the row of ticks that draws it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from privacy.promises.claim_states import (
    BROKEN,
    KEPT,
    STATED,
    STATES,
    UNCHECKED,
    Row,
    last_checked,
)

TICK = 10
"""The width of one promise in the drawn row."""
WORDS = {state: STATES[state].lower() for state in (KEPT, BROKEN, UNCHECKED, STATED)}


@dataclass(frozen=True, slots=True)
class Part:
    """So many promises are in one state, and where in the row they are drawn."""

    state: str
    words: str
    count: int
    start: int

    @property
    def path(self) -> str:
        """The row's part as SVG draws it: nothing, where it has no promise."""
        return f"M{self.start * TICK} 12h{self.count * TICK}" if self.count else ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How all promises stand."""

    total: int
    parts: tuple[Part, ...]
    checked_at: datetime | None

    @property
    def kept(self) -> int:
        return self.parts[0].count

    @property
    def width(self) -> int:
        """Of the whole row."""
        return self.total * TICK


def standing_of(rows: Sequence[Row]) -> Standing:
    """Return how the promises of some rows stand."""
    return Standing(len(rows), parts_of(Counter(row.shape for row in rows)), last_checked(rows))


def parts_of(counts: Mapping[str, int]) -> tuple[Part, ...]:
    """Put counts in order. What could not be looked at is no more kept than what is unseen."""
    parts, start = [], 0
    for state, words in WORDS.items():
        count = counts.get(state, 0)
        parts.append(Part(state, words, count, start))
        start += count
    return tuple(parts)
