"""The statistics as pictures with a table behind each, and as a file for a spreadsheet.

Page and file are made from the same rows, so that neither shows what the other hides. Only where the
page has weeks the file has days, and those of a hidden week are hidden.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from privacy.consent.models import DailyChoice
from sens_site.lib import csv_text
from visits.counting import OTHER_HOSTS
from visits.statistics import Cell, Statistics, Veiled

HIDDEN = "–"
WIDTH, HEIGHT = 720, 160
LINE, LABEL = 24, 250
"""The height of one bar that lies, and the room for its name."""
LONGEST_LABEL = 34

NO_HOST = "No other site, or not told"
MANY_HOSTS = "Sites beyond the fifty most frequent of a day"
OUTCOMES = {kind.value: str(kind.label) for kind in DailyChoice.Outcome}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a picture, in its units. `label` and `value` are drawn beside one that lies."""

    x: float
    y: float
    width: float
    height: float
    label: str = ""
    value: str = ""

    @property
    def baseline(self) -> float:
        """Where the letters stand."""
        return self.y + self.height - 5

    @property
    def end(self) -> float:
        """Where the number begins."""
        return self.x + self.width + 6


@dataclass(frozen=True, slots=True)
class Figure:
    """One picture and its table. A picture is of the first number in each row."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bars: tuple[Bar, ...]
    height: int
    said: str

    @property
    def view_box(self) -> str:
        return f"0 0 {WIDTH} {self.height}"


def figures(found: Statistics) -> tuple[Figure, ...]:
    """Return every picture of the page, in its order."""
    return (*(_by_day(found) if found.by_week is None else _by_week(found)), *_lists(found))


def _by_day(found: Statistics) -> Iterator[Figure]:
    yield _standing("visits", "Visits by day", ("Day", "Visits"), found.days, lambda c: c.visits)
    yield _standing(
        "visitors", "Visitors by day", ("Day", "Visitors"), found.days, lambda c: c.visitors
    )


def _by_week(found: Statistics) -> Iterator[Figure]:
    """Yield the same of weeks. Visitors of its days cannot be added up: some came on several."""
    yield _standing("visits", "Visits by week", ("Week", "Visits"), found.weeks, lambda c: c.visits)
    columns = ("Week", "Visitors, at least")
    yield _standing("visitors", "Visitors by week", columns, found.weeks, lambda c: c.people)


def _lists(found: Statistics) -> tuple[Figure, ...]:
    page, first, site = "Other pages", "Other pages", "Other sites"
    return (
        _lying("pages", "Pages", ("Page", "Views", "Visits"), _cells(found.pages, page),
               lambda cell: (cell.views, cell.visits)),
        _lying("entries", "First pages of visits", ("Page", "Visits"),
               _cells(found.entries, first), lambda cell: (cell.visits,)),
        _lying("hosts", "Sites that led here", ("Site", "Visits"), _cells(found.hosts, site),
               lambda cell: (cell.visits,)),
        _lying("time", "Time in view", ("Page", "Seconds, on average"), _cells(found.pages, page),
               lambda cell: (cell.seconds_a_view,)),
        _lying("answers", "Answers about cookies", ("Answer", "Times given"),
               ((OUTCOMES[cell.key], cell) for cell in found.answers),
               lambda cell: (cell.views,)),
    )  # fmt: skip


def _standing(
    key: str,
    title: str,
    columns: tuple[str, str],
    cells: Iterable[tuple[str, Cell | None]],
    number: Callable[[Cell], int],
) -> Figure:
    spans = [(name, number(cell) if cell else None) for name, cell in cells]
    known = [value for _, value in spans if value is not None]
    most = max([1, *known])
    step = WIDTH / len(spans)
    bars = tuple(
        Bar(
            x=round(n * step, 2),
            y=round(HEIGHT - HEIGHT * value / most, 2),
            width=round(step * 0.8, 2),
            height=round(HEIGHT * value / most, 2),
        )
        for n, (_, value) in enumerate(spans)
        if value
    )
    hidden = len(spans) - len(known)
    return Figure(
        key=key,
        title=title,
        columns=columns,
        rows=tuple((name, HIDDEN if value is None else str(value)) for name, value in spans),
        bars=bars,
        height=HEIGHT,
        said=f"{len(spans)} {columns[0].lower()}s, {hidden} of them hidden. The best: {max([0, *known])}.",
    )


def _cells(veiled: Veiled, others: str) -> Iterator[tuple[str, Cell]]:
    """Yield what is shown under the names that people read, and the rest as one."""
    names = {"": NO_HOST, OTHER_HOSTS: MANY_HOSTS}
    for cell in veiled.shown:
        yield names.get(cell.key, cell.key), cell
    if veiled.rest:
        yield others, veiled.rest


def _lying(
    key: str,
    title: str,
    columns: tuple[str, ...],
    cells: Iterable[tuple[str, Cell]],
    numbers: Callable[[Cell], tuple[int, ...]],
) -> Figure:
    rows = [(name, numbers(cell)) for name, cell in cells]
    most = max([1, *(values[0] for _, values in rows)])
    bars = tuple(
        Bar(
            x=LABEL,
            y=n * LINE + 3,
            width=round((WIDTH - LABEL - 60) * values[0] / most, 2),
            height=LINE - 6,
            label=name if len(name) <= LONGEST_LABEL else f"{name[:LONGEST_LABEL]}…",
            value=str(values[0]),
        )
        for n, (name, values) in enumerate(rows)
    )
    said = f"Most: {rows[0][0]}, {rows[0][1][0]}." if rows else "Nothing can be shown."
    if key == "time" and rows:
        best = max(rows, key=lambda row: row[1])
        said = f"Longest: {best[0]}, {best[1][0]} seconds."
    return Figure(
        key=key,
        title=title,
        columns=columns,
        rows=tuple((name, *map(str, values)) for name, values in rows),
        bars=bars,
        height=max(LINE, LINE * len(rows)),
        said=said,
    )


def as_csv(found: Statistics) -> str:
    """Return all tables as one file."""
    rows: list[tuple[str, ...]] = []
    for figure in (*_by_day(found), *_lists(found)):
        rows += [(figure.title, *figure.columns[1:]), *figure.rows, ()]
    return csv_text.as_csv(rows)
