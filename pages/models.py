"""The texts that staff have written in place of the shipped ones."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q

from pages.navigation import TRAILS
from pages.page_texts import Text, shipped_text


class PageTextQuerySet(models.QuerySet["PageText"]):
    """Reads of the page texts."""

    def shown(self, paths: Iterable[str]) -> dict[str, Text]:
        """Return what stands at each of these addresses, edited or shipped, with one query."""
        wanted = list(paths)
        edited = {row.path: row.text for row in self.edited().filter(path__in=wanted)}
        return {path: edited.get(path) or shipped_text(path) for path in wanted}

    def edited(self) -> "PageTextQuerySet":
        """Return the pages whose text is not the shipped one."""
        return self.exclude(body="")


class PageText(models.Model):
    """One content page. Its texts are empty while the shipped text stands.

    Each page has a row, so that staff find it; who changed what stands in the admin's log.
    """

    path = models.CharField("address", max_length=200, unique=True, editable=False)
    title = models.CharField("heading", max_length=120, blank=True)
    description = models.CharField(
        max_length=300,
        blank=True,
        help_text="One or two sentences, for search engines and for links to this page.",
    )
    body = models.TextField(
        "text",
        blank=True,
        help_text="Markdown. Use ## for headings, - for lists, [words](/address/) for links.",
    )
    updated_at = models.DateTimeField("last edited", null=True, editable=False)

    objects = PageTextQuerySet.as_manager()

    class Meta:
        ordering = ("path",)
        verbose_name = "page"
        constraints = (
            models.CheckConstraint(
                name="page_text_whole_or_empty",
                condition=Q(title="", description="", body="", updated_at=None)
                | (~Q(title="") & ~Q(description="") & ~Q(body="") & Q(updated_at__isnull=False)),
                violation_error_message="A page has a heading, a description and a text.",
            ),
        )

    def __str__(self) -> str:
        return f"{TRAILS[self.path][-1].label} ({self.path})" if self.path in TRAILS else self.path

    def get_absolute_url(self) -> str:
        """Return the page's address."""
        return self.path

    @property
    def is_edited(self) -> bool:
        """Whether staff have replaced the shipped text."""
        return self.body != ""

    @property
    def text(self) -> Text:
        """What stands on the page."""
        if self.is_edited:
            return Text(self.title, self.description, self.body)
        return shipped_text(self.path)
