"""Single page views of visitors who allow statistics, for 30 days, and the counts made of them.

No row holds an address, a browser's name or an account: who allowed it is a random number that
lives in a cookie, and nothing else of that person.
"""

from datetime import date, datetime, time, timedelta
from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.utils import timezone

PATH_MAX = 255
HOST_MAX = 253
"""The longest name of a host (RFC 1035)."""
VIEW_SECONDS = 30 * 60
"""How much of one view counts: a page that is left open is not read for hours."""


def start_of(day: date) -> datetime:
    """Return when a day begins in the site's time zone."""
    return timezone.make_aware(datetime.combine(day, time()))


class PageViewQuerySet(models.QuerySet["PageView"]):
    """Reads over single views."""

    def of_visit(self, visit: UUID, visitor: UUID) -> Self:
        """Return the views of one visit."""
        return self.filter(visit=visit, visitor=visitor)

    def open_of(self, visitor: UUID, path: str, now: datetime) -> Self:
        """Return what a page may still report time for, the newest first.

        After a day nothing is added any more, so a day does not change after the next one is over.
        """
        found = self.filter(visitor=visitor, path=path, seen_at__gt=now - timedelta(days=1))
        return found.order_by("-seen_at", "-pk")

    def on_days(self, first: date, last: date) -> Self:
        """Return the views of some days, both of them included."""
        end = start_of(last + timedelta(days=1))
        return self.filter(seen_at__gte=start_of(first), seen_at__lt=end)


class PageView(models.Model):
    """One page that was seen. Both numbers are random, and live in the visitor's browser alone.

    `referring_host` stands on the first view of a visit, and only where another site led here.
    """

    visit = models.UUIDField()
    visitor = models.UUIDField()
    path = models.CharField(max_length=PATH_MAX)
    entry = models.BooleanField()
    referring_host = models.CharField(max_length=HOST_MAX, blank=True)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)
    seconds = models.PositiveSmallIntegerField(default=0)

    objects = PageViewQuerySet.as_manager()

    class Meta:
        # One index for both numbers: each further one is a page more to write for each view.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["visitor", "visit"], name="page_view_numbers"),
        ]

    def __str__(self) -> str:
        return f"View {self.pk}"


class Kind(models.TextChoices):
    """What a count is of."""

    TOTAL = "total", "All visits"
    PAGE = "page", "Pages"
    ENTRY = "entry", "First pages of visits"
    HOST = "host", "Sites that led here"


class DailyCount(models.Model):
    """What came together on one day under one key: a path, a host, or all.

    Small numbers are stored, as a year is added up of them, and never shown.
    """

    day = models.DateField()
    kind = models.CharField(max_length=5, choices=Kind)
    key = models.CharField(max_length=PATH_MAX, blank=True)
    views = models.PositiveIntegerField(default=0)
    visits = models.PositiveIntegerField(default=0)
    visitors = models.PositiveIntegerField(default=0)
    seconds = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering: ClassVar[list[str]] = ["-day", "kind", "key"]
        verbose_name = "visit statistics"
        verbose_name_plural = "visit statistics"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "kind", "key"], name="daily_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.key}"


class Reach(models.Model):
    """How many people one key had in the `days` up to `day`.

    Visitors of single days cannot be added up to people. This is counted anew each night from the
    single views, and decides what is common enough to be shown.
    """

    day = models.DateField()
    days = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=5, choices=Kind)
    key = models.CharField(max_length=PATH_MAX, blank=True)
    people = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["days", "kind", "key"], name="reach_once"),
        ]

    def __str__(self) -> str:
        return f"{self.days} days to {self.day}: {self.kind} {self.key}"
