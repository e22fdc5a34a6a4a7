"""News: announcements with the texts that they had, under addresses that stay.

Nothing here is changed by a date: what is shown at a moment follows from the rows and the clock.
"""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize

from sens_site.lib.revisions import Revision, RevisionQuerySet, shown_of
from sens_site.lib.texts import Text


class NewsCategory(models.Model):
    """What an announcement is about, for those who follow one kind."""

    slug = models.SlugField("in the address", unique=True)
    name = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering = ("name",)
        verbose_name = "news category"
        verbose_name_plural = "news categories"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("news:category", args=[self.slug])


class NewsItemQuerySet(models.QuerySet["NewsItem"]):
    """Reads of the announcements."""

    def with_shown(self, at: datetime | None = None) -> "NewsItemQuerySet":
        """Add what is shown at a moment: the text that was last due."""
        due = NewsRevision.objects.due(at or timezone.now()).filter(item=OuterRef("pk"))
        return self.annotate(**shown_of(due))

    def public(self) -> "NewsItemQuerySet":
        """Return what everybody may read, newest first: also what is no longer current."""
        now = timezone.now()
        return (
            self.filter(published_at__lte=now, hidden=False)
            .with_shown(now)
            .select_related("category")
            .order_by("-published_at", "-pk")
        )

    def current(self) -> "NewsItemQuerySet":
        """Return what is news: without what has come to its end."""
        return self.public().filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


class NewsItem(models.Model):
    """One announcement. From its date on it is on record: with its address, and never deleted.

    `shipped` is the name of the file with which it came, and empty for what staff have written.
    `documents` are the numbers or addresses of what it speaks of, one a line, each with a name
    behind it: no room needs to know another's rows for that.
    """

    slug = models.SlugField("last part of the address", max_length=80, unique=True)
    shipped = models.CharField(max_length=120, blank=True, editable=False)
    category = models.ForeignKey(NewsCategory, on_delete=models.PROTECT, related_name="items")
    documents = models.TextField("related documents", blank=True, max_length=2000)
    published_at = models.DateTimeField("date", null=True, editable=False)
    hidden = models.BooleanField(default=False, editable=False)
    expires_at = models.DateTimeField("current until", null=True, blank=True, editable=False)

    objects = NewsItemQuerySet.as_manager()

    class Meta:
        ordering = ("-published_at", "-pk")
        verbose_name = "announcement"
        constraints = (
            models.UniqueConstraint(
                fields=("shipped",), name="news_shipped_once", condition=~Q(shipped="")
            ),
        )
        indexes = (models.Index(fields=("-published_at", "-id"), name="news_newest_first"),)

    def __str__(self) -> str:
        return self.working_text.title if self.working_text else self.slug

    def get_absolute_url(self) -> str:
        """Return its address, which has the year of its date; today's while it has none."""
        day = timezone.localtime(self.published_at)
        return reverse("news:item", args=[day.year, self.slug])

    @property
    def is_on_record(self) -> bool:
        """Whether its date has come."""
        return self.published_at is not None and self.published_at <= timezone.now()

    @property
    def is_over(self) -> bool:
        """Whether it is no longer current."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def text(self) -> Text | None:
        """What visitors read now; None where nothing has been published."""
        due = self.revisions.due(timezone.now()).first()
        return due.text if due else None

    @property
    def working_text(self) -> Text | None:
        """What staff go on with: the newest text, published or not."""
        newest = self.revisions.first()
        return newest.text if newest else None

    @property
    def title(self) -> str:
        return self.working_text.title if self.working_text else ""

    @property
    def description(self) -> str:
        return self.working_text.description if self.working_text else ""

    @property
    def body(self) -> str:
        return self.working_text.body if self.working_text else ""


class NewsRevisionQuerySet(RevisionQuerySet["NewsRevision"]):
    """Reads of the revisions."""


class NewsRevision(Revision):
    """One text of an announcement."""

    item = models.ForeignKey(NewsItem, on_delete=models.CASCADE, related_name="revisions")

    objects = NewsRevisionQuerySet.as_manager()

    class Meta(Revision.Meta):
        verbose_name = "news text"
        constraints = (
            models.CheckConstraint(
                name="news_text_is_whole",
                condition=~Q(title="") & ~Q(description="") & ~Q(body=""),
            ),
        )
        indexes = (models.Index(fields=("item", "publish_at"), name="news_text_due"),)

    def __str__(self) -> str:
        return f"{self.title}, saved {localize(timezone.localtime(self.created_at))}"


def shown_text(item: Any) -> Text:
    """Return what `with_shown` has found."""
    return Text(item.shown_title, item.shown_description, item.shown_body)
