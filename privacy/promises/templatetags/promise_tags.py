"""How the promises of the policy in force stand, for a page that speaks of all at once."""

from dataclasses import dataclass
from datetime import datetime

from django import template

from privacy.policy.models import PRIVACY, PolicyVersion
from privacy.policy.rendering import promise_ids
from privacy.promises.claim_states import (
    BROKEN,
    KEPT,
    NOT_CARRIED_OUT,
    STATED,
    UNCHECKED,
    last_checked,
    rows_of,
    totals_of,
)
from sens_site.lib.cache.fragment_cache import fragment

register = template.Library()
TICK = 10
"""The width of one promise in the drawn row."""


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


@register.simple_tag
def promises_today() -> Standing | None:
    """Return how the promises stand; None where no policy is in force."""
    return fragment("promises today", _read)


def _read() -> Standing | None:
    version = PolicyVersion.objects.in_force(PRIVACY)
    if version is None:
        return None
    rows = rows_of(promise_ids(version.source_text))
    totals = totals_of(rows)
    # What could not be looked at is no more kept than what nobody has looked at yet.
    counts = (
        (KEPT, "kept", totals[KEPT]),
        (BROKEN, "not kept", totals[BROKEN]),
        (UNCHECKED, "not checked yet", totals[UNCHECKED] + totals[NOT_CARRIED_OUT]),
        (STATED, "stated by us", totals[STATED]),
    )
    parts, start = [], 0
    for state, words, count in counts:
        parts.append(Part(state, words, count, start))
        start += count
    return Standing(len(rows), tuple(parts), last_checked(rows))
