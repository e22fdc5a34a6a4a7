"""Public figures of the request desk: how many, how fast, how late.

No number of one to four people is shown, nor one from which it follows by subtraction: of cells
from a sum, or of this month's page from that of last month, which a visitor may have kept. So all
numbers are rounded down to fives, after what is small has been taken out, and the extreme of one
request is none of them.

They end with the last full month, so that the page changes once a month and tells nothing of any
single request.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from django.utils import timezone

from privacy.rights.choices import POSTED, Did, Kind
from privacy.rights.models import SubjectRequest
from sens_site.lib.months import add_months

SMALLEST = 5
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Figures:
    """Twelve months of requests. None where a figure would tell of one to four people."""

    since: date
    until: date
    received: int | None
    answered: int | None
    late: int | None
    median_days: int | None
    by_kind: tuple[tuple[str, int | None], ...]


def veiled(count: int) -> int | None:
    """Return a count, or None where it is small enough to tell of somebody. Zero tells of nobody."""
    return count if count == 0 or count >= SMALLEST else None


def veiled_part(part: int, whole: int) -> int | None:
    """Return a part, or None where it or what is left of the whole tells of somebody."""
    return None if veiled(part) is None or veiled(whole - part) is None else part


def veiled_cells(counts: list[int]) -> list[int | None]:
    """Return counts whose sum is known, without those that tell of somebody.

    One hidden cell is the sum less all others, and two of which each is one are known by their sum
    of two. So at least two are hidden, with at least five in them, if need be the smallest others.
    """
    cells = [veiled(count) for count in counts]
    hidden = [count for count in counts if veiled(count) is None]
    others = sorted(count for count in counts if count >= SMALLEST)
    while hidden and others and (len(hidden) < 2 or sum(hidden) < SMALLEST):
        hidden.append(others.pop(0))
        cells[cells.index(hidden[-1])] = None
    return cells


def rounded(count: int | None) -> int | None:
    """Return a count as it is shown: one request more or less is not seen in it."""
    return None if count is None else count - count % SMALLEST


def answered_on(request: SubjectRequest) -> date | None:
    """Return the day of the answer or refusal: for a letter that on which it was posted."""
    closing = request.did(Did.ANSWERED, Did.REFUSED)
    if not closing:
        return None
    if closing[-1].fact.startswith(POSTED):
        return date.fromisoformat(closing[-1].fact.removeprefix(POSTED))
    return timezone.localtime(closing[-1].at).date()


def figures(*, now: datetime | None = None) -> Figures:
    """Return the figures of the twelve full months before now."""
    local = timezone.localtime(now)
    end = datetime.combine(local.date().replace(day=1), time(), local.tzinfo)
    start = add_months(end, -MONTHS)
    requests = list(
        SubjectRequest.objects.filter(received_at__gte=start, received_at__lt=end)
        .exclude(events__did=Did.SPAM)
        .prefetch_related("events")
    )
    days, late = [], 0
    for request in requests:
        last = answered_on(request)
        late += (last or local.date()) > request.deadline.in_force and not request.did(
            Did.WITHDRAWN
        )
        if last is not None:
            days.append((last - request.deadline.received_on).days)
    by_kind = [sum(request.kind == kind for request in requests) for kind in Kind]
    enough = len(days) >= SMALLEST
    return Figures(
        since=start.date(),
        until=end.date() - timedelta(days=1),
        received=rounded(veiled(len(requests))),
        answered=rounded(veiled_part(len(days), len(requests))),
        late=rounded(veiled_part(late, len(requests))),
        median_days=SMALLEST * round(median(days) / SMALLEST) if enough else None,
        by_kind=tuple(
            (kind.label, rounded(count))
            for kind, count in zip(Kind, veiled_cells(by_kind), strict=True)
        ),
    )
