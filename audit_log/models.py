"""What staff and operators did, without a word about whom."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from sens_site.lib.months import add_months

MONTHS = 36
"""As long as the outline of a privacy request: who handled it can be told while it is kept."""


def keep_until() -> date:
    """Return the last day on which an entry of today is kept."""
    return add_months(timezone.localdate(), MONTHS)


class AuditEntry(models.Model):
    """One thing that was done. The database refuses to change or delete it (`guards.py`).

    What is said of a row is said without its words, unless its table is about nobody: so nothing
    has to be rewritten when a customer is erased. `pseudonym` stands for who acted once the account
    is gone; until then it is resolved.
    """

    class Kind(models.TextChoices):
        ADDED = "added", "added"
        CHANGED = "changed", "changed"
        DELETED = "deleted", "deleted"
        LOGGED_IN = "logged-in", "logged in"
        FETCHED = "fetched", "file fetched"
        COMMAND = "command", "command run"
        OTHER = "other", "other"

    at = models.DateTimeField("when", default=timezone.now, db_index=True)
    kind = models.CharField(max_length=10, choices=Kind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    pseudonym = models.CharField(max_length=12, blank=True)
    did = models.CharField("what", max_length=300)
    table = models.CharField(max_length=100, blank=True)
    row = models.CharField(max_length=64, null=True)  # noqa: DJ001 - empty after an erasure
    name = models.CharField(max_length=200, blank=True)
    changes = models.JSONField("before and after", default=dict)
    place = models.CharField("from where", max_length=200)
    keep_until = models.DateField(default=keep_until)

    class Meta:
        verbose_name = "entry"
        verbose_name_plural = "who did what"
        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        default_permissions = ("view",)
        permissions = (("export_auditentry", "Can download the list of who did what"),)

    def __str__(self) -> str:
        return f"entry {self.pk}"

    @property
    def who(self) -> str:
        """The username while the account lives, then the pseudonym; operators have none."""
        if self.actor is not None:
            return self.actor.get_username()
        return f"former colleague {self.pseudonym}" if self.pseudonym else "operator"
