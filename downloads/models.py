"""Documents with their versions, who fetched which, and who wants to hear of new ones.

Whether a version is current, superseded, withdrawn or planned follows from its dates and the clock.
"""

import secrets
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone

from downloads.choices import GATED_KINDS, Access, Kind, Language, State
from downloads.reader_models import DownloadCount, DownloadRecord, Watch, WatchNotice

__all__ = [
    "FILE_NAME_MAX",
    "GATED_KINDS",
    "NUMBER_MAX",
    "RESERVED_NUMBERS",
    "TEXT_MAX",
    "Access",
    "Document",
    "DocumentPlace",
    "DocumentQuerySet",
    "DocumentVersion",
    "DocumentVersionQuerySet",
    "DownloadCount",
    "DownloadRecord",
    "Kind",
    "Language",
    "State",
    "Watch",
    "WatchNotice",
    "month_of",
    "new_short",
    "stored_name",
]  # fmt: skip

SHORT_LENGTH = 8
# 31 signs that nobody confuses on paper: no i, l, o, 0 or 1.
SHORT_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
NUMBER_MAX = 60
FILE_NAME_MAX = 255
TEXT_MAX = 200_000
"""Of the words of a file that the search goes through: about 60 pages."""
RESERVED_NUMBERS = frozenset({"archive", "feed", "labels", "selection", "watch", "watches", "zip"})
"""Addresses below /downloads/ that are no document's."""


def new_short() -> str:
    """Return 39 random bits as a name that fits on a label."""
    return "".join(secrets.choice(SHORT_SIGNS) for _ in range(SHORT_LENGTH))


def stored_name(sha256: str) -> str:
    """Return how a file of this content is called in the store."""
    return f"{sha256[:2]}/{sha256}"


def month_of(day: date) -> date:
    """Return the first day of its month."""
    return day.replace(day=1)


class DocumentQuerySet(models.QuerySet["Document"]):
    """Reads of the documents."""

    def published(self, at: datetime | None = None) -> Self:
        """Return the documents that have an address: of which a version has once been published."""
        versions = DocumentVersion.objects.published(at or timezone.now())
        return self.filter(Exists(versions.filter(document=OuterRef("pk"))))

    def with_current(self, at: datetime | None = None) -> Self:
        """Add the number of the current version's row: none where all are withdrawn or to come."""
        current = DocumentVersion.objects.offered(at or timezone.now())
        current = current.filter(document=OuterRef("pk")).order_by("-publish_at", "-pk")
        return self.annotate(current_id=Subquery(current.values("pk")[:1]))

    def unopened(self, since: datetime) -> Self:
        """Return what was on offer before a moment, and of which nobody has fetched a file since.

        Who was not logged in is counted by month alone, so that whole month counts.
        """
        first = month_of(timezone.localtime(since).date())
        offered = DocumentVersion.objects.offered(timezone.now()).filter(publish_at__lte=since)
        records = DownloadRecord.objects.filter(at__gte=since)
        counts = DownloadCount.objects.filter(month__gte=first)
        return self.filter(Exists(offered.filter(document=OuterRef("pk")))).exclude(
            Exists(records.filter(version__document=OuterRef("pk")))
            | Exists(counts.filter(version__document=OuterRef("pk")))
        )


def url_of(number: str) -> str:
    """Return the address of a document's page."""
    return f"/downloads/{number}/"


class Document(models.Model):
    """One document through all its versions, at an address that stays as long as the site does."""

    number = models.CharField(
        max_length=NUMBER_MAX,
        unique=True,
        validators=(
            RegexValidator(
                r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z",
                "Use small letters and digits, with single hyphens between them.",
            ),
        ),
        help_text="Its address: /downloads/…/. It stays as it is once a version is published.",
    )
    short = models.CharField(
        max_length=SHORT_LENGTH, unique=True, default=new_short, editable=False
    )
    title = models.CharField(max_length=200)
    description = models.TextField(max_length=1000, blank=True)
    kind = models.CharField(max_length=20, choices=Kind)
    language = models.CharField(max_length=3, choices=Language, default=Language.ENGLISH)
    access = models.CharField(max_length=10, choices=Access, default=Access.EVERYONE)
    part_numbers = models.TextField(
        max_length=5000,
        blank=True,
        help_text="Part and model numbers that it is about, each on a line of its own.",
    )
    created_at = models.DateTimeField("added", default=timezone.now, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ("title", "pk")
        constraints = (
            models.CheckConstraint(
                name="document_has_number_and_title", condition=~Q(number="") & ~Q(title="")
            ),
            models.CheckConstraint(
                name="document_kind_is_known", condition=Q(kind__in=Kind.values)
            ),
            models.CheckConstraint(
                name="document_gate_only_where_said",
                condition=Q(access=Access.EVERYONE)
                | Q(access=Access.REGISTERED, kind__in=GATED_KINDS),
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    def get_absolute_url(self) -> str:
        return url_of(self.number)

    @property
    def is_gated(self) -> bool:
        """Whether an account is needed for its files."""
        return self.access == Access.REGISTERED

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.part_numbers.splitlines() if line.strip())

    @property
    def current(self) -> "DocumentVersion | None":
        """The version that is given out now."""
        return self.versions.offered(timezone.now()).order_by("-publish_at", "-pk").first()


class DocumentPlace(models.Model):
    """A product family or an application to which a document belongs: an address of the tree."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="places")
    path = models.CharField("page", max_length=200, db_index=True)

    class Meta:
        ordering = ("path",)
        constraints = (
            models.UniqueConstraint(fields=("document", "path"), name="document_place_once"),
        )

    def __str__(self) -> str:
        return self.path


class DocumentVersionQuerySet(models.QuerySet["DocumentVersion"]):
    """Reads of the versions."""

    def published(self, at: datetime) -> Self:
        """Return what had been published at a moment, withdrawn since or not."""
        return self.filter(publish_at__lte=at)

    def offered(self, at: datetime) -> Self:
        """Return what had been published and not withdrawn at a moment."""
        not_withdrawn = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at)
        return self.published(at).filter(not_withdrawn)

    def with_newer(self, at: datetime | None = None) -> Self:
        """Add whether a later version is offered, which `state` needs to be told without a query."""
        newer = (
            DocumentVersion.objects.offered(at or timezone.now())
            .filter(document=OuterRef("document"))
            .filter(
                Q(publish_at__gt=OuterRef("publish_at"))
                | Q(publish_at=OuterRef("publish_at"), pk__gt=OuterRef("pk"))
            )
        )
        return self.annotate(has_newer=Exists(newer))

    def faulty(self) -> Self:
        """Return those whose file the last look found missing or changed."""
        return self.filter(Q(missing_since__isnull=False) | Q(damaged_since__isnull=False))


class DocumentVersion(models.Model):
    """One file of a document, as it was published. Its file is never written over.

    Without `publish_at` it is a draft. The file lies in the store under its SHA-256.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    label = models.CharField("version", max_length=40)
    issued_on = models.DateField("date on the document", default=timezone.localdate)
    change_note = models.TextField("what has changed", max_length=1000, blank=True)
    file_name = models.CharField(max_length=FILE_NAME_MAX, editable=False)
    size = models.PositiveBigIntegerField("bytes", editable=False)
    content_type = models.CharField(max_length=100, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True, editable=False)
    text = models.TextField(blank=True, editable=False)
    publish_at = models.DateTimeField("published", null=True, blank=True, db_index=True)
    withdrawn_at = models.DateTimeField("withdrawn", null=True, blank=True)
    withdrawn_reason = models.CharField("reason", max_length=300, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)
    checked_at = models.DateTimeField("last checked", null=True, editable=False)
    missing_since = models.DateTimeField(null=True, editable=False)
    damaged_since = models.DateTimeField(null=True, editable=False)

    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        ordering = ("-publish_at", "-pk")
        verbose_name = "version"
        constraints = (
            models.UniqueConstraint(fields=("document", "label"), name="document_label_once"),
            models.CheckConstraint(
                name="document_version_has_file",
                condition=Exact(Length("sha256"), 64) & ~Q(file_name="") & Q(size__gt=0),
            ),
            models.CheckConstraint(
                name="document_withdrawn_was_published",
                condition=Q(withdrawn_at__isnull=True, withdrawn_reason="")
                | (
                    Q(withdrawn_at__isnull=False, publish_at__isnull=False)
                    & Q(withdrawn_at__gte=F("publish_at"))
                    & ~Q(withdrawn_reason="")
                ),
            ),
        )
        indexes = (models.Index(fields=("document", "publish_at"), name="document_version_due"),)

    def __str__(self) -> str:
        return f"{self.document.number}, version {self.label}"

    @property
    def stored_as(self) -> str:
        """The name of the file in the store."""
        return stored_name(self.sha256)

    @property
    def ending(self) -> str:
        """What kind of file it is, for people: the ending of its name."""
        return PurePosixPath(self.file_name).suffix[1:].upper()

    @property
    def is_published(self) -> bool:
        """Whether it has an address, whatever has become of it since."""
        return self.publish_at is not None and self.publish_at <= timezone.now()

    @property
    def is_withdrawn(self) -> bool:
        """Whether its file is no longer given out."""
        return self.withdrawn_at is not None and self.withdrawn_at <= timezone.now()

    @property
    def state(self) -> State:
        """How it stands now. Costs a query unless `with_newer` has asked before."""
        if self.publish_at is None:
            return State.DRAFT
        if not self.is_published:
            return State.PLANNED
        if self.is_withdrawn:
            return State.WITHDRAWN
        newer = getattr(self, "has_newer", None)
        if newer is None:
            newer = DocumentVersion.objects.with_newer().get(pk=self.pk).has_newer  # type: ignore[attr-defined]  # added by with_newer
        return State.SUPERSEDED if newer else State.CURRENT
