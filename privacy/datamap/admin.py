"""What staff see of the data map: retention rules that could not be carried out."""

from django.contrib import admin

from privacy.datamap import backups
from privacy.datamap.models import PurgeFailure
from sens_site.lib.admin.read_only import ReadOnlyAdmin
from sens_site.lib.admin.to_do import Task

OF_SUPERUSERS = "datamap.of_superusers"
"""A right that does not exist: only who has every right has it."""


@admin.register(PurgeFailure)
class PurgeFailureAdmin(ReadOnlyAdmin[PurgeFailure]):
    """Each line goes by itself when the rule can be carried out again."""

    list_display = ("title", "promise", "rule", "error", "since")
    list_display_links = None

    def to_do(self) -> list[Task]:
        """Tell the front page what is kept longer than the policy says."""
        one = "kind of record that is kept too long"
        late = len(backups.overdue())
        about = "about backups: none was made, or none was restored to see that it can be"
        return [
            Task(PurgeFailure.objects.count(), one, "kinds of records that are kept too long"),
            Task(
                late, f"alarm {about}", f"alarms {about}", right=OF_SUPERUSERS, page="admin:set_up"
            ),
        ]
