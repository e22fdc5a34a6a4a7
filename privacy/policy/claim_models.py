"""What sentences claim that were marked on this site."""

from typing import Any, ClassVar

from django.db import models

from privacy.policy.choices import ClaimClass

OWN = "own."
"""How the ids of claims begin that were made in the admin."""


class PolicyClaim(models.Model):
    """What a sentence claims that somebody marked in the admin; `claims.toml` has the shipped ones.

    Sealing writes all of it into the version. From then on that is what readers are shown, and here
    only the office that answers for it and the day of its next review may change.
    """

    FIRST = 1001
    """Numbers below are those of `claims.toml`."""

    number = models.PositiveIntegerField(unique=True, editable=False)
    kind = models.CharField("class", max_length=1, choices=ClaimClass.choices)
    claim = models.TextField("what the policy says")
    practice = models.TextField("what this means in practice", blank=True)
    owner = models.CharField("who answers for it", max_length=100)
    review_on = models.DateField("next review", null=True, blank=True)
    # The version that sealed it first, or first again after that one was withdrawn.
    sealed_in = models.ForeignKey(
        "policy.PolicyVersion",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="own_claims",
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        verbose_name = "claim of our own"
        verbose_name_plural = "claims of our own"

    def __str__(self) -> str:
        return f"Claim {self.number}"

    @property
    def claim_id(self) -> str:
        """How marks name it."""
        return f"{OWN}{self.number}"

    @property
    def form(self) -> dict[str, Any]:
        """What is sealed of it, with the keys of `claims.toml`."""
        dated = {"review_on": self.review_on.isoformat()} if self.review_on else {}
        return {
            "id": self.claim_id,
            "number": self.number,
            "class": self.kind,
            "claim": self.claim,
            "practice": self.practice,
            "owner": self.owner,
            **dated,
        }
