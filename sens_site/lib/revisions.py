"""Revisions: the texts that something public had, has and will have. None is ever written over.

What is shown at a moment follows from the rows and the clock: the text that was last due.
"""

from datetime import datetime
from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Subquery
from django.utils import timezone

from sens_site.lib.cache.content_stamp import content_changed
from sens_site.lib.texts import Text

R = TypeVar("R", bound=models.Model)
PAST = "Choose a time that is still to come."


class NotPossibleError(Exception):
    """What staff asked for cannot be. The message says why."""


class RevisionQuerySet(models.QuerySet[R]):
    """Reads of the revisions."""

    def due(self, at: datetime) -> Self:
        """Return what has been published at a moment; first what is shown then."""
        return self.filter(publish_at__lte=at).order_by("-publish_at", "-pk")

    def planned(self, at: datetime) -> Self:
        """Return what is published later than a moment; first what comes first."""
        return self.filter(publish_at__gt=at).order_by("publish_at", "pk")


class Revision(models.Model):
    """One text, as somebody saved it. Without `publish_at` it is a draft."""

    title = models.CharField("heading", max_length=120, blank=True)
    description = models.CharField(max_length=300, blank=True)
    body = models.TextField("text", blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField("saved", default=timezone.now)
    publish_at = models.DateTimeField("published", null=True)

    class Meta:
        abstract = True
        ordering = ("-pk",)

    @property
    def is_draft(self) -> bool:
        """Whether nobody has said when it is to be shown."""
        return self.publish_at is None

    @property
    def is_planned(self) -> bool:
        """Whether it is to be shown later."""
        return self.publish_at is not None and self.publish_at > timezone.now()

    @property
    def text(self) -> Text:
        """The words."""
        return Text(self.title, self.description, self.body)


def shown_of(due: models.QuerySet[R]) -> dict[str, Subquery]:
    """Return annotations with what is shown of each row that has texts: what was last due of them."""
    names = {"title": "title", "description": "description", "body": "body", "at": "publish_at"}
    return {f"shown_{name}": Subquery(due.values(column)[:1]) for name, column in names.items()}


def is_same_again(
    said: Text,
    publish_at: datetime | None,
    *,
    newest: Revision | None,
    shown: Revision | None,
    stands: Text | None,
) -> bool:
    """Tell whether saving a text would say nothing new: the same form sent twice.

    `stands` is what is shown where nothing has been saved yet.
    """
    if said != (newest.text if newest else stands):
        return False
    if publish_at is None or (newest is not None and newest.publish_at == publish_at):
        return True
    return publish_at <= timezone.now() and newest == shown


def publish(revision: Revision, *, at: datetime | None = None) -> None:
    """Show a draft from a time on, or from now."""
    if not revision.is_draft and not revision.is_planned:
        raise NotPossibleError("This text has been published already. Restore it to show it again.")
    if at is not None and at <= timezone.now():
        raise NotPossibleError(PAST)
    revision.publish_at = at or timezone.now()
    revision.save(update_fields=("publish_at",))
    content_changed()


def cancel_plan(revision: Revision) -> None:
    """Take back the time at which a text is to be published: it is a draft again."""
    if not revision.is_planned:
        raise NotPossibleError("This text is not planned for later, so nothing can be cancelled.")
    revision.publish_at = None
    revision.save(update_fields=("publish_at",))
    content_changed()
