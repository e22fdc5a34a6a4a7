"""The promises as readers see them: all by section, and each by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from privacy.policy.models import PRIVACY, PolicyVersion
from privacy.policy.rendering import promise_ids
from privacy.promises.claim_states import (
    BROKEN,
    KEPT,
    SHAPES,
    STATES,
    Row,
    rows_of,
    strengths_of,
    totals_of,
)
from privacy.promises.claims import CLASSES, SECTIONS, claims_by_number
from privacy.promises.days import Stood, read_history
from privacy.promises.registry import Look
from privacy.promises.standing import standing_of
from privacy.promises.strip import SHAPES as SHAPES_OF_DAYS
from privacy.promises.strip import WORDS, Strip, broken_words, stretches_of, strip_of_all
from sens_site.lib.cache.fragment_cache import fragment
from sens_site.lib.cache.member_page_cache import alike_for_members
from sens_site.lib.http.cache_control import shared_page

MOST_NAMED = 10
"""So many of the promises that were broken on a day are named on the board."""


@dataclass(frozen=True, slots=True)
class BrokenDay:
    """A day on which promises were not kept, for the board."""

    day: date
    rows: Sequence[tuple[Row, str]]
    """Some of them, each with how long."""
    more: int

    @property
    def rest(self) -> str:
        """How many more there were."""
        return f" and {self.more} more" if self.more else ""


@require_safe
@shared_page
@alike_for_members
def promise_board(request: HttpRequest) -> HttpResponse:
    """List the promises of the policy in force by section, with totals and a filter."""
    version = PolicyVersion.objects.in_force(PRIVACY)
    if version is None:
        raise Http404
    state, kind = request.GET.get("state", ""), request.GET.get("class", "")
    if (state and state not in STATES) or (kind and kind not in CLASSES):
        raise Http404
    rows = rows_of(promise_ids(version.source_text), read_history())
    shown = [
        row
        for row in rows
        if (not state or row.state == state) and (not kind or row.claim.kind == kind)
    ]
    order = list(SECTIONS)
    totals = totals_of(rows)
    strip = strip_of_all(((row.days, row.until) for row in rows if row.days), timezone.localdate())
    context = {
        "version": version,
        "rows": sorted(shown, key=lambda row: order.index(row.claim.section)),
        "shown": len(shown),
        "total": len(rows),
        "checked": totals[KEPT] + totals[BROKEN],
        "today": standing_of(rows),
        "totals": [(key, STATES[key], count, SHAPES[key]) for key, count in totals.items()],
        "legend": [(SHAPES_OF_DAYS[one], words) for one, words in WORDS.items()],
        "strengths": strengths_of(rows),
        "classes": [
            (key, words, sum(row.claim.kind == key for row in rows))
            for key, words in CLASSES.items()
            if key != "O"
        ],
        "strip": strip,
        "broken_days": list(_broken_days(strip, rows)),
        "stored": list(_what_is_stored(rows)),
        "state": state,
        "kind": kind,
    }
    return render(request, "privacy/promises/board.html", context)


@require_safe
@shared_page
@alike_for_members
def promise_page(request: HttpRequest, number: int) -> HttpResponse:
    """Show one promise: what it means in practice, the evidence, and how it stood on each day."""
    claim = claims_by_number().get(number)
    if claim is None:
        raise Http404
    in_force = claim.id in fragment("claims in force", _claims_in_force)
    row = rows_of([claim.id], read_history())[0]
    context = {"row": row, "claim": claim, "in_force": in_force}
    if row.days is not None and row.strip is not None:
        context["stretches"] = stretches_of(row.days, row.strip)
    return render(request, "privacy/promises/promise.html", context)


def _claims_in_force() -> frozenset[str]:
    """Return what the version in force claims. Each of some two hundred pages asks for it."""
    version = PolicyVersion.objects.in_force(PRIVACY)
    return frozenset(promise_ids(version.source_text)) if version else frozenset()


def _what_is_stored(rows: Iterable[Row]) -> Iterable[tuple[Row, str]]:
    """Yield what was found in the rows, with the promise: what shows several is said once."""
    said = set[str]()
    for row in rows:
        for result in row.results:
            if result.look == Look.ROWS and result.found not in said:
                said.add(result.found)
                yield row, result.found


def _broken_days(strip: Strip, rows: Sequence[Row]) -> Iterable[BrokenDay]:
    """Yield the days of a strip on which a promise was not kept, the newest first."""
    for day, stood in reversed(strip.days):
        if stood is Stood.BROKEN:
            broken = [
                (row, broken_words(row.days, day))
                for row in rows
                if row.days and row.days.first <= day and row.days.on(day) is Stood.BROKEN
            ]
            yield BrokenDay(day, broken[:MOST_NAMED], len(broken[MOST_NAMED:]))
