"""Pages and their texts with all that they were, moved addresses, pictures and files.

Nothing here is changed by a date: what is shown at a moment follows from the rows and the clock.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils import timezone
from django.utils.formats import localize

from pages.navigation import TRAILS
from pages.page_texts import digest_of, shipped_text
from sens_site.lib.revisions import Revision, RevisionQuerySet, shown_of
from sens_site.lib.texts import Text

WIDTHS = (480, 960, 1600)
"""Of the sizes in which a picture is kept, in pixels."""


class PageQuerySet(models.QuerySet["Page"]):
    """Reads of the pages."""

    def with_shown(self, at: datetime | None = None) -> "PageQuerySet":
        """Add what is shown at a moment: the text that was last due. Empty means: as shipped."""
        due = PageRevision.objects.due(at or timezone.now()).filter(page=OuterRef("pk"))
        return self.annotate(**shown_of(due))

    def shown(self, paths: Iterable[str]) -> dict[str, Text]:
        """Return what stands at each of these addresses, edited or shipped, with one query."""
        wanted = list(paths)
        rows: Any = self.filter(path__in=wanted).with_shown()
        found = {
            row.path: Text(row.shown_title, row.shown_description, row.shown_body)
            if row.shown_body
            else shipped_text(row.shipped)
            for row in rows
        }
        return {path: found.get(path) or shipped_text(path) for path in wanted}

    def edited(self) -> "PageQuerySet":
        """Return the pages whose text is not the shipped one."""
        return self.with_shown().filter(shown_body__gt="")  # type: ignore[misc]  # the plugin does not know what with_shown adds


class Page(models.Model):
    """One content page. A page that came with the site stays as shipped where nothing is set.

    `shipped` is the address whose file in the content folder the page came with; it stays when
    staff move the page to another address, and is empty for a page that staff have made. Since when
    this site has that file as it is, is noted at each set-up: files themselves tell no such time.
    """

    path = models.CharField("address", max_length=200, unique=True)
    shipped = models.CharField(max_length=200, blank=True, editable=False)
    label = models.CharField("name in the menu", max_length=60, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    position = models.PositiveIntegerField(null=True, editable=False)
    in_menu = models.BooleanField(null=True)
    hidden = models.BooleanField(default=False, editable=False)
    expires_at = models.DateTimeField("shown until", null=True, blank=True)
    shipped_digest = models.CharField(max_length=64, blank=True, editable=False)
    shipped_since = models.DateTimeField(null=True, editable=False)

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering = ("path",)
        constraints = (
            models.UniqueConstraint(
                fields=("shipped",), name="page_shipped_once", condition=~Q(shipped="")
            ),
            models.CheckConstraint(
                name="page_of_staff_has_name_and_place",
                condition=~Q(shipped="")
                | (~Q(label="") & Q(parent__isnull=False, position__isnull=False)),
            ),
            models.CheckConstraint(
                name="page_not_below_itself",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.menu_label} ({self.path})"

    def get_absolute_url(self) -> str:
        """Return the page's address."""
        return self.path

    @property
    def menu_label(self) -> str:
        """How the page is called in menu and breadcrumb."""
        if self.label or self.shipped not in TRAILS:
            return self.label or self.path
        return TRAILS[self.shipped][-1].label

    @property
    def shipped_text_since(self) -> datetime | None:
        """Since when the file has been as it is now; None where no set-up has seen it so."""
        known = self.shipped and self.shipped_digest == digest_of(self.shipped)
        return self.shipped_since if known else None

    @property
    def is_edited(self) -> bool:
        """Whether another text than the shipped one is shown."""
        due = self.revisions.due(timezone.now()).first()
        return due is not None and due.body != ""

    @property
    def text(self) -> Text | None:
        """What visitors read now; None where nothing has been published."""
        due = self.revisions.due(timezone.now()).first()
        return self._read(due)

    @property
    def working_text(self) -> Text | None:
        """What staff go on with: the newest text, published or not."""
        return self._read(self.revisions.first())

    @property
    def title(self) -> str:
        return self.working_text.title if self.working_text else ""

    @property
    def description(self) -> str:
        return self.working_text.description if self.working_text else ""

    @property
    def body(self) -> str:
        return self.working_text.body if self.working_text else ""

    def _read(self, revision: "PageRevision | None") -> Text | None:
        if revision is not None and revision.body:
            return Text(revision.title, revision.description, revision.body)
        return shipped_text(self.shipped) if self.shipped else None


class PageRevisionQuerySet(RevisionQuerySet["PageRevision"]):
    """Reads of the revisions."""


class PageRevision(Revision):
    """One text of a page. Without words it says: the shipped text stands again."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="revisions")

    objects = PageRevisionQuerySet.as_manager()

    class Meta(Revision.Meta):
        verbose_name = "page text"
        constraints = (
            models.CheckConstraint(
                name="page_text_whole_or_empty",
                condition=Q(title="", description="", body="", publish_at__isnull=False)
                | (~Q(title="") & ~Q(description="") & ~Q(body="")),
            ),
        )
        indexes = (models.Index(fields=("page", "publish_at"), name="page_text_due"),)

    def __str__(self) -> str:
        return f"{self.page}, saved {localize(timezone.localtime(self.created_at))}"

    @property
    def text(self) -> Text:
        """The words, those of the file where this says that the shipped text stands."""
        return (
            super().text if self.body or not self.page.shipped else shipped_text(self.page.shipped)
        )


class Redirect(models.Model):
    """An address at which there is no page any more, and the page that stands for it."""

    old = models.CharField("old address", max_length=300, unique=True)
    new = models.CharField("leads to", max_length=200)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("old",)
        constraints = (
            models.CheckConstraint(name="redirect_leads_elsewhere", condition=~Q(old=F("new"))),
        )

    def __str__(self) -> str:
        return self.old


class FileQuerySet(models.QuerySet["File"]):
    """Reads of the pictures and files."""

    def named(self, names: Iterable[str]) -> Mapping[str, "File"]:
        """Return those of some names."""
        wanted = set(names)
        return {row.name: row for row in self.filter(name__in=wanted)} if wanted else {}


class File(models.Model):
    """A picture or a file that pages show, below MEDIA_ROOT in a folder named by its content.

    Of a picture only sizes made here are kept: what the camera wrote into it (EXIF: place, device,
    owner) is in none of them.
    """

    name = models.SlugField(unique=True, help_text="How texts call it: small letters and hyphens.")
    alt = models.CharField("words", max_length=250)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    original = models.FileField(max_length=200, editable=False)
    small = models.FileField(max_length=200, blank=True, editable=False)
    medium = models.FileField(max_length=200, blank=True, editable=False)
    large = models.FileField(max_length=200, blank=True, editable=False)
    width = models.PositiveIntegerField(null=True, editable=False)
    height = models.PositiveIntegerField(null=True, editable=False)
    size = models.PositiveIntegerField("bytes", editable=False)
    created_at = models.DateTimeField("added", default=timezone.now, editable=False)

    objects = FileQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name = "picture or file"
        verbose_name_plural = "pictures and files"
        constraints = (
            models.CheckConstraint(name="file_has_words", condition=~Q(alt="")),
            models.CheckConstraint(
                name="file_width_and_height",
                condition=Q(width__isnull=True, height__isnull=True)
                | Q(width__isnull=False, height__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        return self.width is not None

    @property
    def url(self) -> str:
        """Where the file, or the size of a picture for old browsers, is fetched."""
        return f"/{self.original.name}"

    @property
    def sizes(self) -> list[tuple[str, int]]:
        """Addresses of the WebP sizes with their widths, smallest first."""
        made = [(self.small, WIDTHS[0]), (self.medium, WIDTHS[1]), (self.large, WIDTHS[2])]
        return [(f"/{one.name}", min(width, self.width or 0)) for one, width in made if one.name]

    @property
    def kind(self) -> str:
        """What it is, by its ending."""
        return str(self.original.name).rpartition(".")[2].upper()

    @property
    def short_form(self) -> str:
        """What a text says to show it."""
        return f"{{{'picture' if self.is_picture else 'file'}:{self.name}}}"
