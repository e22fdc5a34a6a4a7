"""The nightly count: single views become numbers by day, and nobody is in them any more.

Each day is written whole, in one transaction, over what stood there: a run that is repeated, ended
midway or doubled by a second worker counts nothing twice. The two newest days are written each
night, as a page reports its time for up to a day; after that a day is final, and views whose
visitor takes consent back do not change it any more.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from visits.models import DailyCount, Kind, PageView, Reach

A_DAY = timedelta(days=1)
LOOK_BACK = 31
"""How many days a run looks for that were missed: single views are not kept for longer."""
NEWEST = 2
HOSTS_A_DAY = 50
"""How many hosts are counted by name: a host is what a browser says it is, a path is not."""
OTHER_HOSTS = "*"
SPANS = (7, 30)
"""Over how many days people are counted. A longer span is longer than views are kept."""


def count_days() -> int:
    """Count the days that are over and not counted yet; return how many were written."""
    yesterday = timezone.localdate() - A_DAY
    if Reach.objects.filter(kind=Kind.TOTAL, day=yesterday).exists():
        return 0
    days = [yesterday - n * A_DAY for n in reversed(range(LOOK_BACK))]
    counted = set(
        DailyCount.objects.filter(kind=Kind.TOTAL, day__gte=days[0]).values_list("day", flat=True)
    )
    due = [day for day in days if day not in counted or day in days[-NEWEST:]]
    for day in due:
        count_day(day)
    count_people(yesterday)
    return len(due)


def count_day(day: date) -> None:
    """Write what one day came to, in place of what was written before.

    Counts before it writes, as nobody else can write on SQLite while a transaction is open.
    """
    views = PageView.objects.on_days(day, day)
    numbers, rows = views.aggregate(**_numbers()), list(_rows(day, views))
    with transaction.atomic():
        # Taken first, so that of two workers at the same day one waits for the other.
        total = _locked_total(day)
        DailyCount.objects.filter(day=day).exclude(pk=total.pk).delete()
        DailyCount.objects.filter(pk=total.pk).update(**numbers)
        DailyCount.objects.bulk_create(rows, batch_size=500)


def _locked_total(day: date) -> DailyCount:
    rows = DailyCount.objects.select_for_update()
    return rows.get_or_create(day=day, kind=Kind.TOTAL, key="")[0]


def _numbers() -> dict[str, Any]:
    return {
        "views": Count("pk"),
        "visits": Count("visit", distinct=True),
        "visitors": Count("visitor", distinct=True),
        "seconds": Sum("seconds", default=0),
    }


def _kinds(views: QuerySet[PageView]) -> Iterator[tuple[Kind, str, QuerySet[PageView]]]:
    """Yield what is counted apart: its name, the column that names the keys, and its views."""
    entries = views.filter(entry=True)
    yield Kind.PAGE, "path", views
    yield Kind.ENTRY, "path", entries
    yield Kind.HOST, "referring_host", entries


def _rows(day: date, views: QuerySet[PageView]) -> Iterator[DailyCount]:
    for kind, column, some in _kinds(views):
        found = some.values(column).annotate(**_numbers()).order_by("-visits", column)
        cells = [(row.pop(column), row) for row in found]
        if kind is Kind.HOST:
            cells = [*cells[:HOSTS_A_DAY], *_added_up(cells[HOSTS_A_DAY:])]
        yield from (DailyCount(day=day, kind=kind, key=key, **numbers) for key, numbers in cells)


def _added_up(cells: list[tuple[str, dict[str, int]]]) -> Iterator[tuple[str, dict[str, int]]]:
    """Make one of what is too much. Its visitors may be the same, so the most of any are counted."""
    if cells:
        numbers = {name: sum(row[name] for _, row in cells) for name in cells[0][1]}
        yield OTHER_HOSTS, {**numbers, "visitors": max(row["visitors"] for _, row in cells)}


def count_people(last: date) -> None:
    """Count how many people each key had in the days up to `last`, in place of the night before."""
    found = list(_reach(last))
    with transaction.atomic():
        _locked_total(last)
        Reach.objects.all().delete()
        Reach.objects.bulk_create(found, batch_size=500)


def _reach(last: date) -> Iterator[Reach]:
    for days in SPANS:
        views = PageView.objects.on_days(last - (days - 1) * A_DAY, last)
        people = Count("visitor", distinct=True)
        cells = [(Kind.TOTAL, "", views.aggregate(people=people)["people"])]
        for kind, column, some in _kinds(views):
            cells += [(kind, *cell) for cell in some.values_list(column).annotate(people=people)]
        yield from (
            Reach(day=last, days=days, kind=kind, key=key, people=number)
            for kind, key, number in cells
        )
