"""The statistics that staff see. Pure reading, and no number that tells of one to four people.

`people` of a cell is how many people it is sure to hold: the visitors of its best day, or of the
last week or month as far as those days lie in the period. A cell below five is hidden, and as all
cells add up to a total that is shown, the smallest of the others is hidden with it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, QuerySet, Sum
from django.utils import timezone

from privacy.consent.models import DailyChoice
from visits.models import DailyCount, Kind, Reach

SMALLEST = 5
PERIODS = (7, 30, 365)
LISTED = 20
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """What one key came to in a period. Zero in everything tells of nobody."""

    key: str
    people: int = 0
    views: int = 0
    visits: int = 0
    visitors: int = 0
    seconds: int = 0

    @property
    def seconds_a_view(self) -> int:
        """How long one view was in view on average."""
        return round(self.seconds / self.views) if self.views else 0


@dataclass(frozen=True, slots=True)
class Veiled:
    """Cells without those that tell of somebody. `rest` is what the hidden ones came to in all.

    It is None where nothing is hidden, and where even all hidden ones together tell of somebody.
    """

    shown: tuple[Cell, ...]
    rest: Cell | None
    hidden: int

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells that are shown, and what is left."""
        return (*self.shown, self.rest) if self.rest else self.shown


def veil(cells: Iterable[Cell], *, most: int | None = None) -> Veiled:
    """Hide the cells of one to four people, and with them the smallest other one.

    Cells come with the largest first; beyond `most` they are hidden as well, as there are many.
    """
    every = list(cells)
    small = [cell for cell in every if cell.views and cell.people < SMALLEST]
    shown = [cell for cell in every if not cell.views or cell.people >= SMALLEST]
    beyond = shown[most:] if most is not None else []
    shown = shown[:most]
    counted = [cell for cell in shown if cell.views]
    if small and not beyond and counted:
        smallest = min(counted, key=lambda cell: (cell.people, cell.views))
        shown.remove(smallest)
        beyond = [smallest]
    hidden = [*beyond, *small]
    rest = added_up(hidden) if hidden else None
    if rest is not None and rest.people < SMALLEST:
        rest = None
    return Veiled(tuple(shown), rest, len(hidden))


def added_up(cells: Iterable[Cell], *, people: int = 0) -> Cell:
    """Return what cells come to. Their people may be the same, so the most of any count."""
    every = list(cells)
    return Cell(
        key="",
        people=max([people, *(cell.people for cell in every)]),
        views=sum(cell.views for cell in every),
        visits=sum(cell.visits for cell in every),
        visitors=sum(cell.visitors for cell in every),
        seconds=sum(cell.seconds for cell in every),
    )


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of some days. `total` is None where it tells of one to four people."""

    first: date
    last: date
    total: Cell | None
    by_day: Veiled
    pages: Veiled
    entries: Veiled
    hosts: Veiled
    answers: tuple[Cell, ...]

    @property
    def days(self) -> Iterator[tuple[date, Cell | None]]:
        """Each day with what it came to, or None where that is hidden."""
        shown = {cell.key: cell for cell in self.by_day.shown}
        day = self.first
        while day <= self.last:
            yield day, shown.get(day.isoformat())
            day += A_DAY

    @property
    def refused_share(self) -> int | None:
        """How many in a hundred answers to the banner were a refusal; None where that is hidden."""
        kinds = DailyChoice.Outcome
        given = {cell.key: cell.views for cell in self.answers}
        asked = [given.get(kind.value) for kind in (kinds.NOTHING, kinds.SOME, kinds.ALL)]
        known = [count for count in asked if count is not None]
        if len(known) < len(asked) or not sum(known):
            return None
        return round(100 * known[0] / sum(known))


def statistics(days: int) -> Statistics:
    """Return the statistics of the last `days` that were counted."""
    last = _last_counted()
    first = last - (days - 1) * A_DAY
    counts = DailyCount.objects.filter(day__gte=first, day__lte=last)
    people = _people(last, days)
    found: dict[str, list[Cell]] = {kind: [] for kind in Kind}
    rows = counts.exclude(kind=Kind.TOTAL).values_list("kind", "key").annotate(
        Max("visitors"), Sum("views"), Sum("visits"), Sum("visitors"), Sum("seconds")
    ).order_by("-visits__sum", "-views__sum", "key")  # fmt: skip
    for kind, key, best, *numbers in rows:
        found[kind].append(Cell(key, max(best, people.get((kind, key), 0)), *numbers))
    by_day = list(_days(first, last, counts))
    total = added_up(by_day, people=people.get((Kind.TOTAL, ""), 0))
    return Statistics(
        first=first,
        last=last,
        total=total if not total.views or total.people >= SMALLEST else None,
        by_day=veil(by_day),
        pages=veil(found[Kind.PAGE], most=LISTED),
        entries=veil(found[Kind.ENTRY], most=LISTED),
        hosts=veil(found[Kind.HOST], most=LISTED),
        answers=tuple(_answers(first, last)),
    )


def _last_counted() -> date:
    newest = Reach.objects.filter(kind=Kind.TOTAL).aggregate(day=Max("day"))["day"]
    return newest or timezone.localdate() - A_DAY


def _people(last: date, days: int) -> dict[tuple[str, str], int]:
    """Return how many people each key has had, by the longest span that lies in the period."""
    spans = [span for span in (7, 30) if span <= days]
    rows = Reach.objects.filter(day=last, days=max(spans)).values_list("kind", "key", "people")
    return {(kind, key): people for kind, key, people in rows}


def _days(first: date, last: date, counts: QuerySet[DailyCount]) -> Iterator[Cell]:
    totals = counts.filter(kind=Kind.TOTAL).values_list(
        "day", "visitors", "views", "visits", "visitors", "seconds"
    )
    known = {day: Cell(day.isoformat(), *numbers) for day, *numbers in totals}
    for n in range((last - first).days + 1):
        day = first + n * A_DAY
        yield known.get(day, Cell(day.isoformat()))


def _answers(first: date, last: date) -> Iterator[Cell]:
    """Yield how often each answer about cookies came, without those of one to four.

    No total of them is shown, so none of the others has to be hidden.
    """
    counted = DailyChoice.objects.between(first, last)
    for kind in DailyChoice.Outcome:
        count = counted.get(kind.value, 0)
        if count == 0 or count >= SMALLEST:
            yield Cell(kind.value, people=count, views=count, visits=count)
