"""What is kept of people who read: which files they fetched, and of which documents they hear.

Of who is not logged in only a number is kept, by file and month.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone


class DownloadRecord(models.Model):
    """That a registered customer fetched a file while logged in."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="downloads"
    )
    version = models.ForeignKey(
        "downloads.DocumentVersion", on_delete=models.PROTECT, related_name="records"
    )
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = "download"

    def __str__(self) -> str:
        """Name the record without its person: this goes into logs."""
        return f"Download {self.pk}"


class DownloadCount(models.Model):
    """How often a file was fetched in a month by people who were not logged in."""

    version = models.ForeignKey(
        "downloads.DocumentVersion", on_delete=models.PROTECT, related_name="counts"
    )
    month = models.DateField(help_text="Its first day.")
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-month", "version")
        constraints = (
            models.UniqueConstraint(fields=("version", "month"), name="download_count_once"),
        )

    def __str__(self) -> str:
        return f"{self.version}, {self.month:%Y-%m}"


class Watch(models.Model):
    """That a registered customer wants to hear of new versions of a document."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watches"
    )
    document = models.ForeignKey(
        "downloads.Document", on_delete=models.PROTECT, related_name="watches"
    )
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("document", "pk")
        verbose_name_plural = "watches"
        constraints = (
            models.UniqueConstraint(fields=("user", "document"), name="document_watched_once"),
        )

    def __str__(self) -> str:
        """Name the watch without its person: this goes into logs."""
        return f"Watch {self.pk}"


class WatchNotice(models.Model):
    """That the person of a watch was written to about a version: once for each."""

    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, related_name="notices")
    version = models.ForeignKey(
        "downloads.DocumentVersion", on_delete=models.PROTECT, related_name="notices"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("watch", "version"), name="document_notice_once"),
        )

    def __str__(self) -> str:
        """Name the notice without its person: this goes into logs."""
        return f"Notice {self.pk}"
