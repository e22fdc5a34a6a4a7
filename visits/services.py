"""What is written when a page reports that it is seen, and what goes when consent is taken back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from visits.models import VIEW_SECONDS, PageView


@transaction.atomic
def record_view(
    *, visit: UUID, visitor: UUID, path: str, entry: bool, referring_host: str
) -> PageView:
    """Store that a page is seen. Where the visitor comes from is asked at the entry alone."""
    return PageView.objects.create(
        visit=visit,
        visitor=visitor,
        path=path,
        entry=entry,
        referring_host=referring_host if entry else "",
    )


@transaction.atomic
def add_time(*, visitor: UUID, path: str, seconds: int) -> bool:
    """Add the time for which a page was in view; return whether there was a view to add it to.

    Never more than has passed since the view, so that a program cannot write faster than a clock.
    """
    now = timezone.now()
    view = PageView.objects.open_of(visitor, path, now).select_for_update().first()
    if view is None:
        return False
    total = min(view.seconds + seconds, _most_seconds(view, now))
    if total <= view.seconds:
        return False
    PageView.objects.filter(pk=view.pk).update(seconds=total)
    return True


def _most_seconds(view: PageView, now: datetime) -> int:
    return min(VIEW_SECONDS, int((now - view.seen_at).total_seconds()) + 1)


@transaction.atomic
def forget_visitor(*, visitor: UUID) -> int:
    """Delete every view of a visitor; return how many there were."""
    return PageView.objects.filter(visitor=visitor).delete()[0]
