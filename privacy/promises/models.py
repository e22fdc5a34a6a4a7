"""What the checks saw: the newest result of each, and every run there was. Both name no person."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.formats import localize

from privacy.policy.frozen_models import FrozenModel, FrozenQuerySet
from privacy.promises.registry import Look, Strength
from sens_site.lib.row_guards import Guard, register


class State(models.TextChoices):
    """What a check came to."""

    KEPT = "kept", "Kept"
    BROKEN = "broken", "Not kept"
    NOT_CARRIED_OUT = "not carried out", "Could not be carried out"


LOOKS = {
    Look.NOW: "On the site as it is now",
    Look.REHEARSAL: "In a rehearsal",
    Look.ROWS: "In what is stored",
    Look.OUTSIDE: "From outside",
}
STRENGTHS = {
    Strength.SHOWN: "Shown",
    Strength.PLAYED: "Played through",
    Strength.LOOKED_UP: "Looked up",
    Strength.STATED: "Stated",
}


class PromiseResult(models.Model):
    """What a check saw of one claim the last time it ran."""

    claim_id = models.CharField(max_length=100)
    check_name = models.CharField(max_length=200)
    look = models.CharField(
        max_length=20, choices=[(key.value, words) for key, words in LOOKS.items()]
    )
    strength = models.CharField(
        max_length=20, choices=[(key.value, words) for key, words in STRENGTHS.items()]
    )
    state = models.CharField(max_length=20, choices=State)
    words = models.TextField()
    figures = models.JSONField(default=dict)
    checked_at = models.DateTimeField()
    # Since when the promise has been broken without a break; null while it is kept.
    broken_since = models.DateTimeField(null=True, blank=True)
    # Since when the check could not look, time after time; null where it could the last time.
    blind_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["state", "claim_id", "check_name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["claim_id", "check_name"], name="promise_result_once")
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.state}"

    @property
    def figures_by_name(self) -> list[tuple[str, Any]]:
        """The figures with their names, one of which may be any word, "items" too."""
        return list(self.figures.items())

    @property
    def found(self) -> str:
        """What the check saw, for readers. What is not as it should be begins with the state."""
        words = self.words
        return words if self.state == State.KEPT else f"{State(self.state).label}: {words}"


class ClaimReview(models.Model):
    """Somebody has read a statement again, and says when it is read the next time."""

    claim_id = models.CharField("claim", max_length=100)
    at = models.DateTimeField(default=timezone.now, editable=False)
    next_on = models.DateField("next review")
    note = models.TextField("what was looked at, and what it came to")

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        verbose_name = "review of a claim"
        verbose_name_plural = "reviews of claims"

    def __str__(self) -> str:
        return f"{self.claim_id}, {localize(timezone.localtime(self.at))}"


class PromiseRun(FrozenModel):
    """What one run of checks came to: a link of the chain that is the history of the promises.

    `record` is the text that was hashed. It holds the other columns too, so that somebody who has
    nothing but the record can follow the chain.
    """

    number = models.PositiveIntegerField(primary_key=True)
    at = models.DateTimeField()
    record = models.TextField()
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        verbose_name = "run of the checks"
        verbose_name_plural = "runs of the checks"

    def __str__(self) -> str:
        return f"Run {self.number} of {localize(timezone.localtime(self.at))}"


RUN_GUARD = register(
    Guard(
        PromiseRun._meta.db_table,
        primary_key="number",
        unique=(("hash",), ("previous_hash",)),
    )
)
