"""The newest result of each check. It names no person."""

from typing import ClassVar

from django.db import models


class PromiseResult(models.Model):
    """What a check saw the last time it ran."""

    claim_id = models.CharField(max_length=100, unique=True)
    kept = models.BooleanField()
    words = models.TextField()
    figures = models.JSONField(default=dict)
    checked_at = models.DateTimeField()
    # Since when the promise has been broken without a break; null while it is kept.
    broken_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["kept", "claim_id"]

    def __str__(self) -> str:
        return f"{self.claim_id}: {'kept' if self.kept else 'broken'}"
