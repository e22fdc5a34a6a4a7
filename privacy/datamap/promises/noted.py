"""What is noted beside the records: counts in the shared cache, and who did what at the desk.

Notes end by themselves, and what staff did is kept without saying about whom.
"""

from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

from privacy.datamap.registry import entries
from privacy.promises.registry import require

MOST_DAYS = 30
"""How long counts of repeated attempts are kept, by the policy."""
ENDLESS = ("content-stamp",)
"""Since when pages are made anew: it is about nobody, and ends with the next."""
NAMELESS = "a deleted account"
MOST_NOTES = 5000
RIGHTS = frozenset({"groups", "is_active", "is_staff", "is_superuser", "user_permissions"})
"""What the list says of an account before and after: what it might do, and nothing of its person."""


def no_note_outlasts_its_time() -> int:
    """Require that no note of the shared cache is kept for more than 30 days; return how many are."""
    table = settings.CACHES["default"]["LOCATION"]
    if table not in connection.introspection.table_names():
        return 0
    until = timezone.now() + timedelta(days=MOST_DAYS, hours=1)
    name = connection.ops.quote_name(table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {name}")  # noqa: S608 - a name from our settings
        (count,) = cursor.fetchone()
        cursor.execute(
            f"SELECT cache_key FROM {name} WHERE expires > %s",  # noqa: S608 - as above
            [connection.ops.adapt_datetimefield_value(until)],
        )
        late = [key for (key,) in cursor.fetchall() if key.rpartition(":")[2] not in ENDLESS]
    require(not late, f"{len(late)} notes of the server are kept for more than {MOST_DAYS} days")
    return int(count)


def the_trail_names_nobody() -> list[str]:
    """Return what the two lists of what staff did say of people, living or gone."""
    trail = apps.get_model("audit_log", "AuditEntry")._base_manager.order_by("-pk")
    about = trail.filter(table__in=[one.label for one in entries().values() if one.personal])
    changed = about.exclude(changes={}).values_list("table", "changes")[:MOST_NOTES]
    told = {
        f"{table}.{name}" for table, changes in changed for name in changes if name not in RIGHTS
    }
    harmless = {
        f"{entry.label}.{name}"
        for entry in entries().values()
        for name, column in entry.columns.items()
        if not column.personal
    }
    accounts = apps.get_model("accounts", "User")._base_manager
    there = {str(key) for key in accounts.values_list("pk", flat=True)}
    numbered = trail.filter(table="accounts.User").exclude(row=None).order_by().values_list("row")
    log = apps.get_model("admin", "LogEntry")._base_manager.filter(
        content_type__app_label="accounts", content_type__model="user"
    )
    noted = set(log.exclude(object_repr=NAMELESS).values_list("object_id", flat=True))
    found = {
        "the list of who did what calls a row about somebody by its words":
            about.exclude(name="").exists(),
        "the list of who did what says of somebody what stood there": told - harmless,
        "the list of who did what numbers an account that is gone":
            {row for (row,) in numbered.distinct()} - there,
        "a note of the desk names an account that is gone": noted - there,
    }  # fmt: skip
    return [what for what, is_so in found.items() if is_so]
