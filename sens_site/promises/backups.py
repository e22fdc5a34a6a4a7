"""Promises about loss: backups are made, nobody else can read them, and somebody tries to restore one."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from outbox.job_runs import BACKUP_MADE, RESTORE_TRIED, idle_since, was_done
from privacy.datamap.promises.purging import LATE, age, runs_daily
from privacy.promises.registry import Evidence, Look, NotCarriedOut, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.promises.security import LOOPBACK

TRIED_EVERY = timedelta(days=30)
ENCRYPTED = b"age-encryption.org/v1\n"
"""How a file in the format of age begins (age-encryption.org/v1)."""


@promise("security.against-loss", look=Look.ROWS)
def what_is_lost_can_be_brought_back(site: RunningSite) -> Evidence:
    """A backup of the last days that thieves cannot read, and a restore that was tried lately."""
    own = bool(settings.BACKUP_RECIPIENTS)
    runs_daily("make backup")
    if not was_done(RESTORE_TRIED) and not (own and was_done(BACKUP_MADE)):
        raise NotCarriedOut("No backup has been made yet, and no restore tried.")
    now, figures = timezone.now(), dict[str, int | str]()
    if own:
        made = _archives(Path(settings.BACKUP_DIR))
        require(_lately(idle_since(BACKUP_MADE), LATE), "no backup has been made for two days")
        newest = max(made.values(), default=None)
        require(newest and now - newest <= LATE, "the folder of the backups has none of two days")
        readable = [path for path in made if not _head(path).startswith(ENCRYPTED)]
        require(not readable, f"{len(readable)} backups can be read by whoever finds them")
        figures = {"backups": len(made), "the newest": age(newest)}
    if settings.SITE_HOST not in LOOPBACK:
        tried = idle_since(RESTORE_TRIED)
        require(_lately(tried, TRIED_EVERY), "no restore has been tried for 30 days")
    tried_at = idle_since(RESTORE_TRIED) if was_done(RESTORE_TRIED) else None
    words = "A backup was made in the last two days, encrypted. " if own else ""
    return Evidence(
        f"{words}That one can be restored is tried every 30 days.",
        {**figures, "last restored for a test": age(tried_at)},
    )


def _lately(moment: datetime, within: timedelta) -> bool:
    return abs(timezone.now() - moment) <= within


def _archives(folder: Path) -> dict[Path, datetime]:
    """Return when each backup was made, as its name says (site-20260131T010203Z.tar.zst.age)."""
    found = {}
    for path in folder.glob("site-*Z.*") if folder.is_dir() else ():
        found[path] = datetime.strptime(f"{path.name[5:20]}+0000", "%Y%m%dT%H%M%S%z")
    return found


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(ENCRYPTED))
