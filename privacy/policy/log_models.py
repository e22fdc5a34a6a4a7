"""The log of heads: what the chains of the site had come to, day by day. It names no person."""

from typing import ClassVar

from django.db import models

from privacy.policy.frozen_models import FrozenModel, FrozenQuerySet


class HeadLogEntry(FrozenModel):
    """One line of the log of heads: on this day this chain had so many links and ended so."""

    position = models.PositiveBigIntegerField(primary_key=True)  # from 0, as leaves are counted
    chain = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField()
    head = models.CharField(max_length=64)
    logged_on = models.DateField()

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        verbose_name = "line of the log of heads"
        verbose_name_plural = "lines of the log of heads"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["chain", "-position"], name="head_log_newest")
        ]

    def __str__(self) -> str:
        """Write the line as it is published and hashed."""
        return f"{self.chain} {self.size} {self.head} {self.logged_on.isoformat()}"
