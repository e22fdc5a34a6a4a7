"""Promises about loss: backups are made, nobody else can read them, and somebody tries to restore one."""

import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from outbox.job_runs import BACKUP_MADE, RESTORE_TRIED, idle_since, was_done
from privacy.datamap.promises.purging import LATE, age, runs_daily
from privacy.promises.registry import Evidence, Look, NotCarriedOut, promise, require
from privacy.promises.running_site import RunningSite
from sens_site.backups import make_backup
from sens_site.lib.deploy import database_dump
from sens_site.lib.deploy.backup_archive import BackupError
from sens_site.promises.private_files import is_the_sites_alone, no_mask
from sens_site.promises.security import LOOPBACK

TRIED_EVERY = timedelta(days=30)
ENCRYPTED = b"age-encryption.org/v1\n"
"""How a file in the format of age begins (age-encryption.org/v1)."""
SCRATCH = ".backup-*"
"""Where a backup copies the database to, before it is encrypted."""


@promise("security.against-loss", look=Look.ROWS)
def what_is_lost_can_be_brought_back(site: RunningSite) -> Evidence:
    """A backup of the last days that thieves cannot read, and a restore that was tried lately."""
    own = bool(settings.BACKUP_RECIPIENTS)
    runs_daily("make backup")
    _nothing_lies_open()
    if not was_done(RESTORE_TRIED) and not (own and was_done(BACKUP_MADE)):
        raise NotCarriedOut("No backup has been made yet, and no restore tried.")
    now, figures = timezone.now(), dict[str, int | str]()
    if own:
        made = _archives(Path(settings.BACKUP_DIR))
        require(_lately(idle_since(BACKUP_MADE), LATE), "no backup has been made for two days")
        newest = max(made.values(), default=None)
        require(newest and now - newest <= LATE, "the folder of the backups has none of two days")
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


def _nothing_lies_open() -> None:
    """Require that all that lies beside backups is encrypted, and that none has left its scratch."""
    folder = Path(settings.BACKUP_DIR)
    files = [one for one in folder.rglob("*") if one.is_file()] if folder.is_dir() else []
    readable = [one for one in files if _can_be_read(one)]
    require(not readable, f"{len(readable)} files of the backups can be read by whoever finds them")
    oldest = (timezone.now() - LATE).timestamp()
    left = [
        one for place in _places() for one in place.glob(SCRATCH) if os.lstat(one).st_mtime < oldest
    ]
    require(not left, f"{len(left)} folders of a backup, which are not encrypted, are still there")


def _places() -> set[Path]:
    """Return the folders in which a backup has its scratch."""
    database = Path(str(connection.settings_dict["NAME"])).parent
    return {database, Path(settings.PRIVATE_ROOT).parent}


@promise("security.against-loss", look=Look.REHEARSAL)
def a_backup_leaves_nothing_that_can_be_read(site: RunningSite) -> Evidence:
    """Of one that was made and of one that failed, what is not encrypted is gone afterwards."""
    import pyrage  # noqa: PLC0415 - large, and used by few processes

    word = f"check{secrets.token_hex(12)}".encode()
    with site.rehearsal(), tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "backups"
        elsewhere = {
            "BACKUP_DIR": str(folder), "DOCUMENTS_ROOT": place, "DOCUMENTS_S3_BUCKET": "",
            "BACKUP_RECIPIENTS": [str(pyrage.x25519.Identity.generate().to_public())],
        }  # fmt: skip
        for failing in (False, True):
            with _set(settings, elsewhere), _copying(word, failing=failing), _left_beside() as left:
                try:
                    with no_mask():
                        make_backup()
                except BackupError:
                    require(failing, "a backup could not be made")
                else:
                    require(not failing, "a backup that failed says nothing of it")
            found = [one for one in left if word in _head(one, len(word))]
            how = "failed" if failing else "was made"
            require(not found, f"a backup that {how} leaves {len(found)} files that can be read")
            lying = [one for one in folder.rglob("*") if one.is_file() and _can_be_read(one)]
            require(not lying, f"beside the backups lie {len(lying)} files that can be read")
        require(len(_archives(folder)) == 1, "of one backup not one file is left")
        for path in (folder, *_archives(folder)):
            is_the_sites_alone(path)
    return Evidence(
        "Played through for this check: a backup was made and another failed, and nothing of either "
        "that is not encrypted was left.",
        {"backups": 2},
    )


@contextmanager
def _set(owner: Any, values: Mapping[str, Any]) -> Iterator[None]:
    usual = {name: getattr(owner, name) for name in values}
    for name, value in values.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name, value in usual.items():
            setattr(owner, name, value)


@contextmanager
def _copying(word: bytes, *, failing: bool) -> Iterator[None]:
    """Let a backup copy one word in place of the database, which may be large."""

    def dump(into: Path) -> Path:
        file = into / "database"
        file.write_bytes(word)
        if failing:
            raise BackupError("A check of the promises.")
        return file

    with _set(database_dump, {"dump": dump}):
        yield


@contextmanager
def _left_beside() -> Iterator[list[Path]]:
    """Name the files below what is new in the folders in which something may be left."""
    places = {*_places(), Path(tempfile.gettempdir())}
    before = {one for place in places for one in place.iterdir()}
    left: list[Path] = []
    yield left
    for place in places:
        for new in {*place.iterdir()} - before:
            left += [new, *(new.rglob("*") if new.is_dir() else ())]


def _can_be_read(path: Path) -> bool:
    """Tell whether a file begins otherwise than what is encrypted. One that is begun may be short."""
    head = _head(path, len(ENCRYPTED))
    return not (head.startswith(ENCRYPTED) or ENCRYPTED.startswith(head))


def _head(path: Path, length: int) -> bytes:
    """Return how a file begins; nothing of one that is gone again, or is none."""
    try:
        with path.open("rb") as file:
            return file.read(length)
    except OSError:
        return b""
