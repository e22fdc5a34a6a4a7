"""Public figures of the request desk: how many, how fast, how late.

No number of one to four people is shown, nor one from which it follows by subtraction: of cells
from a sum, or of this month's page from that of last month, which a visitor may have kept. So all
numbers are rounded down to fives, after what is small has been taken out, and the extreme of one
request is none of them.

They end with the last full month, so that the page changes once a month and tells nothing of any
single request.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from privacy.rights.choices import CLOSING, POSTED, Did, Kind
from privacy.rights.deadlines import deadline_on
from privacy.rights.models import RequestEvent, SubjectRequest
from sens_site.lib.months import add_months

SMALLEST = 5
MONTHS = 12
KEPT_SECONDS = 24 * 60 * 60


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


def answered_on(closing: Did | None, on: date | None, fact: str | None) -> date | None:
    """Return the day of the answer or refusal: for a letter that on which it was posted."""
    if closing not in (Did.ANSWERED, Did.REFUSED):
        return None
    return date.fromisoformat(fact.removeprefix(POSTED)) if fact and fact.startswith(POSTED) else on


def figures_of_today() -> Figures:
    """Return the figures, counted once a day for all machines."""
    # What is kept is a class of ours: another version of the site reads none of this one's.
    key = f"request-figures {settings.VERSION} {timezone.localdate()}"
    kept: Figures | None = cache.get(key)
    if kept is None:
        kept = figures()
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def figures(*, now: datetime | None = None) -> Figures:
    """Return the figures of the twelve full months before now.

    The database counts what is alike, so that a hundred thousand requests are a few thousand rows.
    """
    local = timezone.localtime(now)
    end = datetime.combine(local.date().replace(day=1), time(), local.tzinfo)
    start = add_months(end, -MONTHS)
    zone = timezone.get_default_timezone()
    extended = RequestEvent.objects.filter(request=OuterRef("pk"), did=Did.EXTENDED)
    alike = (
        SubjectRequest.objects.filter(received_at__gte=start, received_at__lt=end)
        .annotate(closing=FilteredRelation("events", condition=Q(events__did__in=CLOSING)))
        .filter(Q(closing=None) | ~Q(closing__did=Did.SPAM))
        .order_by()
        .values_list(
            "kind",
            TruncDate("received_at", tzinfo=zone),
            Exists(extended),
            "closing__did",
            TruncDate("closing__at"),
            "closing__fact",
        )
        .annotate(Count("pk"))
    )
    received, days, late = Counter[str](), list[int](), 0
    for kind, received_on, is_extended, closing, closed_on, fact, count in alike:
        received[kind] += count
        last = answered_on(closing, closed_on, fact)
        deadline = deadline_on(received_on, extended=is_extended)
        if closing != Did.WITHDRAWN and (last or local.date()) > deadline.in_force:
            late += count
        if last is not None:
            days += [(last - received_on).days] * count
    whole = received.total()
    return Figures(
        since=start.date(),
        until=end.date() - timedelta(days=1),
        received=rounded(veiled(whole)),
        answered=rounded(veiled_part(len(days), whole)),
        late=rounded(veiled_part(late, whole)),
        median_days=SMALLEST * round(median(days) / SMALLEST) if len(days) >= SMALLEST else None,
        by_kind=tuple(
            (kind.label, rounded(count))
            for kind, count in zip(Kind, veiled_cells([received[one] for one in Kind]), strict=True)
        ),
    )
