"""The statistics that staff see. Pure reading, and no number that tells of one to four people.

`people` of a cell is how many people it is sure to hold: the visitors of its best day, or of the
last week or month as far as those days lie in the period. A cell below five is hidden, and as all
cells add up to a total that is shown, the smallest of the others is hidden with it.

A year is drawn by weeks, and its file has days. Both are hidden from the top: first weeks, as cells
of the year, then the days of each week that is shown, as cells of that week. So a day follows neither
from its week nor from the year. What is hidden in the year is hidden in a week and in a month.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from privacy.consent.models import DailyChoice
from visits.counting import SPANS
from visits.models import DailyCount, Kind, Reach

SMALLEST = 5
PERIODS = (7, 30, 365)
LISTED = 20
LONGEST_BY_DAY = 31
"""A longer period is drawn by weeks."""
WEEK = 7
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

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells that are shown, and what is left."""
        return (*self.shown, self.rest) if self.rest else self.shown


def veil(cells: Iterable[Cell]) -> Veiled:
    """Hide the cells of one to four people, and with them the smallest other one."""
    every = list(cells)
    small = [cell for cell in every if cell.views and cell.people < SMALLEST]
    common = [cell for cell in every if not cell.views or cell.people >= SMALLEST]
    return _veil(common, [], small)


def _veil(common: list[Cell], beyond: list[Cell], small: list[Cell]) -> Veiled:
    """Hide what is small, and what is `beyond` the list; that hides it too, as there are many."""
    counted = [cell for cell in common if cell.views]
    if small and not beyond and counted:
        smallest = min(counted, key=lambda cell: (cell.people, cell.views))
        common = [cell for cell in common if cell is not smallest]
        beyond = [smallest]
    hidden = [*beyond, *small]
    rest = added_up(hidden) if hidden else None
    if rest is not None and rest.people < SMALLEST:
        rest = None
    return Veiled(tuple(common), rest)


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
    by_week: Veiled | None
    pages: Veiled
    entries: Veiled
    hosts: Veiled
    answers: tuple[Cell, ...]

    @property
    def days(self) -> Iterator[tuple[str, Cell | None]]:
        """Each day with what it came to, or None where that is hidden."""
        shown = {cell.key: cell for cell in self.by_day.shown}
        for n in range((self.last - self.first).days + 1):
            day = (self.first + n * A_DAY).isoformat()
            yield day, shown.get(day)

    @property
    def weeks(self) -> Iterator[tuple[str, Cell | None]]:
        """Each week with what it came to, as `days`; nothing where the period is drawn by days."""
        if self.by_week is not None:
            shown = {cell.key: cell for cell in self.by_week.shown}
            days = [day for day, _ in self.days]
            for name in (week_name(days[week]) for week in in_weeks(len(days))):
                yield name, shown.get(name)

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
    people = _people(last)
    span = max(span for span in SPANS if span <= days)
    year = list(_days(last - (max(PERIODS) - 1) * A_DAY, last))
    total = added_up(year[-days:], people=people.get(span, 0))
    by_day, by_week = _over_time(year, people.get(WEEK, 0))
    found = _lists(first, last, span)
    return Statistics(
        first=first,
        last=last,
        total=total if not total.views or total.people >= SMALLEST else None,
        by_day=by_day,
        by_week=by_week if days > LONGEST_BY_DAY else None,
        pages=found[Kind.PAGE],
        entries=found[Kind.ENTRY],
        hosts=found[Kind.HOST],
        answers=tuple(_answers(first, last)),
    )


def _last_counted() -> date:
    newest = Reach.objects.filter(kind=Kind.TOTAL).aggregate(day=Max("day"))["day"]
    return newest or timezone.localdate() - A_DAY


def _people(last: date) -> dict[int, int]:
    """Return how many people there have been in the last week, and in the last month."""
    found = Reach.objects.filter(day=last, kind=Kind.TOTAL)
    return dict(found.values_list("days", "people"))


def _days(first: date, last: date) -> Iterator[Cell]:
    counts = DailyCount.objects.filter(kind=Kind.TOTAL, day__gte=first, day__lte=last)
    totals = counts.values_list("day", "visitors", "views", "visits", "visitors", "seconds")
    known = {day: Cell(day.isoformat(), *numbers) for day, *numbers in totals}
    for n in range((last - first).days + 1):
        day = first + n * A_DAY
        yield known.get(day, Cell(day.isoformat()))


LISTS = """
WITH cells AS (
    SELECT kind, key, MAX(visitors) AS best, SUM(views) AS views, SUM(visits) AS visits,
        SUM(visitors) AS visitors, SUM(seconds) AS seconds
    FROM visits_dailycount
    WHERE day BETWEEN %s AND %s AND kind <> %s
    GROUP BY kind, key
), known AS (
    SELECT cells.*, CASE WHEN reach.people > best THEN reach.people ELSE best END AS people
    FROM cells LEFT JOIN visits_reach AS reach
        ON reach.day = %s AND reach.days = %s AND reach.kind = cells.kind AND reach.key = cells.key
), placed AS (
    SELECT known.*, people >= %s AS common, ROW_NUMBER() OVER (
        PARTITION BY kind, people >= %s ORDER BY visits DESC, views DESC, key
    ) AS place
    FROM known
)
SELECT kind, common, CASE WHEN common AND place <= %s THEN key END AS name, MAX(people),
    CAST(SUM(views) AS bigint), CAST(SUM(visits) AS bigint), CAST(SUM(visitors) AS bigint),
    CAST(SUM(seconds) AS bigint)
FROM placed
GROUP BY 1, 2, 3
ORDER BY MIN(place)
"""
"""The most frequent of what is common by name; the others come as one, and so do the small ones.

A year has names by the thousand, as a browser may say what it likes of the host that led here.
"""


def _lists(first: date, last: date, span: int) -> dict[str, Veiled]:
    """Return pages, first pages and hosts; people by the longest span that lies in the period."""
    common: dict[str, list[Cell]] = {kind: [] for kind in Kind}
    beyond: dict[str, list[Cell]] = {kind: [] for kind in Kind}
    small: dict[str, list[Cell]] = {kind: [] for kind in Kind}
    values: list[Any] = [first, last, Kind.TOTAL.value, last, span, SMALLEST, SMALLEST, LISTED]
    with connection.cursor() as cursor:
        cursor.execute(LISTS, values)
        for kind, is_common, name, *numbers in cursor.fetchall():
            place = common if name is not None else beyond if is_common else small
            place[kind].append(Cell(name or "", *numbers))
    return {kind: _veil(common[kind], beyond[kind], small[kind]) for kind in Kind}


def in_weeks(days: int) -> Iterator[slice]:
    """Yield where each week of so many days lies; the last one is whole, the first may be less."""
    for end in range((days - 1) % WEEK + 1, days + 1, WEEK):
        yield slice(max(0, end - WEEK), end)


def week_name(days: Sequence[str]) -> str:
    """Name some days by the first and the last of them."""
    return f"{days[0]} to {days[-1]}"


def _over_time(days: list[Cell], people: int) -> tuple[Veiled, Veiled]:
    """Hide days and weeks; `people` is how many the last week is sure to hold."""
    weeks = [days[week] for week in in_weeks(len(days))]
    sums = [
        replace(
            added_up(week, people=people if week is weeks[-1] else 0),
            key=week_name([day.key for day in week]),
        )
        for week in weeks
    ]
    by_week = veil(sums)
    shown = {cell.key for cell in by_week.shown}
    of_weeks = [veil(week) for week, cell in zip(weeks, sums, strict=True) if cell.key in shown]
    return Veiled(tuple(day for veiled in of_weeks for day in veiled.shown), None), by_week


def _answers(first: date, last: date) -> Iterator[Cell]:
    """Yield how often each answer about cookies came, without those of one to four.

    No total of them is shown, so none of the others has to be hidden.
    """
    counted = DailyChoice.objects.between(first, last)
    for kind in DailyChoice.Outcome:
        count = counted.get(kind.value, 0)
        if count == 0 or count >= SMALLEST:
            yield Cell(kind.value, people=count, views=count, visits=count)
