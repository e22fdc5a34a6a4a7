"""What the worker does for the whole site: a backup a day, and a look at what jobs have left."""

from datetime import timedelta

from django.conf import settings

from outbox.job_runs import BACKUP_MADE, was_done
from outbox.jobs import periodic
from outbox.left_undone import note_what_is_left
from sens_site.backups import make_backup

A_DAY = timedelta(days=1)


def backup_is_due() -> bool:
    """Tell whether backups are wanted, and none was made for a day."""
    return bool(settings.BACKUP_RECIPIENTS) and not was_done(BACKUP_MADE, within=A_DAY)


@periodic("make backup", every_seconds=600, apart=True, when=backup_is_due)
def backup() -> object:
    """Make one where one is due."""
    return make_backup().name


@periodic("ask jobs what is left", every_seconds=600)
def ask_what_is_left() -> object:
    """Notice jobs that run and do nothing."""
    return note_what_is_left()
