"""What the worker does for the whole site: a backup a day, and a look at what jobs have left."""

import logging
from datetime import timedelta

from django.conf import settings

from outbox.job_runs import BACKUP_MADE, begin, was_done
from outbox.jobs import periodic
from outbox.left_undone import note_what_is_left

logger = logging.getLogger(__name__)

A_DAY = timedelta(days=1)
AN_HOUR = timedelta(hours=1)
"""Within it one is tried once: a failure does not come every ten minutes, nor one from each worker."""


def backup_is_due() -> bool:
    """Tell whether backups are wanted, and none was made for a day."""
    return bool(settings.BACKUP_RECIPIENTS) and not was_done(BACKUP_MADE, within=A_DAY)


@periodic("make backup", every_seconds=600, apart=True, when=backup_is_due)
def backup() -> object:
    """Make one, where there is a key. Without one it is the desk that has the alarm (W103)."""
    if not settings.BACKUP_RECIPIENTS:
        logger.info("No backup is made: no key is named in BACKUP_RECIPIENTS (docs/backup.md).")
        return None
    from sens_site.backups import make_backup  # noqa: PLC0415 - large, and runs in a process apart

    return make_backup().name if begin(BACKUP_MADE, once_in=AN_HOUR) else None


@periodic("ask jobs what is left", every_seconds=600)
def ask_what_is_left() -> object:
    """Notice jobs that run and do nothing."""
    return note_what_is_left()
