"""What is written when a page reports that it is seen, and what goes when consent is taken back."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import UUIDField
from django.utils import timezone

from visits.models import VIEW_SECONDS, PageView

VIEWS = 100
"""How many views of one visit are counted."""

# Each looks and writes in one, so that reports which arrive at once are counted as well. Written by
# hand: to have Django write the same SQL anew for each report costs more than to carry it out.
ADD_VIEW = """
INSERT INTO visits_pageview (visit, visitor, path, entry, referring_host, seen_at, seconds)
SELECT %s, %s, %s, %s, '', %s, 0
WHERE (SELECT count(*) FROM visits_pageview WHERE visitor = %s AND visit = %s) BETWEEN 1 AND %s
"""
ADD_TIME = """
UPDATE visits_pageview
SET seconds = CASE WHEN seconds + %s < %s THEN seconds + %s ELSE %s END
WHERE id = %s AND seconds < %s
"""


def begin_visit(*, visitor: UUID | None, path: str, referring_host: str) -> PageView:
    """Store the first view of a visit, which alone says where the visitor comes from."""
    return PageView.objects.create(
        visit=uuid4(),
        visitor=visitor or uuid4(),
        path=path,
        entry=True,
        referring_host=referring_host,
    )


def add_view(*, visit: UUID, visitor: UUID, path: str) -> bool:
    """Store a further view; return False where the visit is not known, or has all it may have."""
    numbers = [UUIDField().get_db_prep_value(n, connection) for n in (visit, visitor)]
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    return _changes_a_row(ADD_VIEW, [*numbers, path, False, now, *reversed(numbers), VIEWS - 1])


def _changes_a_row(statement: str, values: list[Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount)


def add_time(*, visitor: UUID, path: str, seconds: int) -> bool:
    """Add the time for which a page was in view; return whether there was a view to add it to.

    Never more than has passed since the view, so that a program cannot write faster than a clock.
    """
    now = timezone.now()
    views = PageView.objects.open_of(visitor, path, now)
    newest = views.values_list("pk", "seen_at").first()
    if newest is None:
        return False
    pk, seen_at = newest
    most = _most_seconds(seen_at, now)
    added = min(seconds, VIEW_SECONDS)
    return _changes_a_row(ADD_TIME, [added, most, added, most, pk, most])


def _most_seconds(seen_at: datetime, now: datetime) -> int:
    return min(VIEW_SECONDS, int((now - seen_at).total_seconds()) + 1)


@transaction.atomic
def forget_visitor(*, visitor: UUID) -> int:
    """Delete every view of a visitor; return how many there were."""
    return PageView.objects.filter(visitor=visitor).delete()[0]
