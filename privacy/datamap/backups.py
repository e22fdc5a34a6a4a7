"""Backups as the data map knows them: where they lie, when they are over, whether one is overdue."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import OperationalError, connections
from django.utils import timezone

from outbox.job_runs import BACKUP_MADE, RESTORE_TRIED, was_done
from outbox.models import JobRun
from privacy.datamap.ledger import BACKUP_LIFE
from sens_site.lib.deploy import backup_archive

MADE_LATELY = timedelta(days=2)
"""One is made each day; a machine may be off for one."""
TRIED_LATELY = timedelta(days=30)
NO_BACKUP = "No backup has ever been made: name a key in BACKUP_RECIPIENTS (docs/backup.md)."
OLD_BACKUP = "No backup has been made for two days: manage.py backup."
NO_RESTORE = "No restore has been tried for 30 days: manage.py restore --drill."


def folder() -> Path:
    """Return where they lie on this machine."""
    return Path(settings.BACKUP_DIR)


def trim(*, now: datetime | None = None) -> int:
    """Delete those that are over, and return how many that was."""
    return backup_archive.trim(folder(), before=BACKUP_LIFE.before(now or timezone.now()))


def overdue() -> list[str]:
    """Say what is wrong with the backups. Who makes them by other means tries restores alone."""
    found = []
    if not was_done(BACKUP_MADE) and not was_done(RESTORE_TRIED):
        found.append(NO_BACKUP)
    elif settings.BACKUP_RECIPIENTS and not was_done(BACKUP_MADE, within=MADE_LATELY):
        found.append(OLD_BACKUP)
    if not was_done(RESTORE_TRIED, within=TRIED_LATELY):
        found.append(NO_RESTORE)
    return found


@checks.register("datamap", deploy=True)
def check_backups(**kwargs: Any) -> list[checks.CheckMessage]:
    """W103: a site that has been set up makes backups, and tries whether they can be restored."""
    try:
        if JobRun._meta.db_table not in connections["default"].introspection.table_names():
            return []  # not set up yet
    except OperationalError:
        return []  # a database that cannot be reached says so elsewhere
    hint = "See docs/backup.md."
    return [checks.Warning(words, hint=hint, id="datamap.W103") for words in overdue()]
