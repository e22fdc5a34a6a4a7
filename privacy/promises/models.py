"""The newest result of each check. It names no person."""

from typing import ClassVar

from django.db import models

from privacy.promises.registry import Look, Strength


class State(models.TextChoices):
    """What a check came to."""

    KEPT = "kept", "kept"
    BROKEN = "broken", "not kept"
    NOT_CARRIED_OUT = "not carried out", "could not be carried out"


class PromiseResult(models.Model):
    """What a check saw of one claim the last time it ran."""

    claim_id = models.CharField(max_length=100)
    check_name = models.CharField(max_length=200)
    look = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Look])
    strength = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Strength])
    state = models.CharField(max_length=20, choices=State)
    words = models.TextField()
    figures = models.JSONField(default=dict)
    checked_at = models.DateTimeField()
    # Since when the promise has been broken without a break; null while it is kept.
    broken_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["state", "claim_id", "check_name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["claim_id", "check_name"], name="promise_result_once")
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.state}"
