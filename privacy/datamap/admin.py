"""What staff see of the data map: retention rules that could not be carried out."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from privacy.datamap.models import PurgeFailure
from sens_site.lib.admin.to_do import Task


@admin.register(PurgeFailure)
class PurgeFailureAdmin(admin.ModelAdmin[PurgeFailure]):
    """Each line goes by itself when the rule can be carried out again."""

    list_display = ("title", "promise", "rule", "error", "since")
    list_display_links = None
    actions = None

    def to_do(self) -> list[Task]:
        """Tell the front page what is kept longer than the policy says."""
        one = "kind of record that is kept too long"
        return [Task(PurgeFailure.objects.count(), one, "kinds of records that are kept too long")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The purge alone notes what fails."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits what the purge has noted."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A failure goes when it is over, and not before."""
        return False
