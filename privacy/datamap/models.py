"""What the database remembers of erasures and purges: that they happened, and nothing of a person."""

from typing import ClassVar

from django.db import models
from django.utils import timezone


class Erasure(models.Model):
    """One erasure that this database has seen through.

    Its line in the ledger has the same reference. A line without a row here means that the erasure
    was cut short, or that the database was restored from a backup older than it.
    """

    reference = models.CharField(max_length=32, unique=True, editable=False)
    erased_at = models.DateTimeField(default=timezone.now, editable=False)
    cause = models.CharField(max_length=20, editable=False)
    plan_version = models.CharField(max_length=12, editable=False)
    replayed = models.BooleanField(default=False, editable=False)
    # For each table and store: what was done, and to how many rows.
    counts = models.JSONField(default=list, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["-erased_at"]

    def __str__(self) -> str:
        return f"erasure {self.reference[:8]}"


class PurgeFailure(models.Model):
    """A retention rule that could not be carried out at its last try. Goes when it can be again."""

    rule = models.CharField(max_length=200, unique=True, editable=False)
    title = models.CharField("what is kept too long", max_length=120, editable=False)
    # The mark of the sentence that is not kept.
    promise = models.CharField(max_length=100, editable=False)
    error = models.CharField(max_length=120, editable=False)
    since = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["since", "pk"]

    def __str__(self) -> str:
        return self.rule


class ClockStamp(models.Model):
    """What the clock read when a periodic deletion last asked, and when it was last seen to jump."""

    last_seen = models.DateTimeField(editable=False)
    largest_seen = models.DateTimeField(editable=False)
    moved_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"clock at {self.last_seen.isoformat()}"
