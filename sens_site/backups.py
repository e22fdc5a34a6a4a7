"""Backups: what is in one, how one is put back, and the drill that tries it (ADR 25).

In a backup: the database, the private files, the media, the documents, and the erasure ledger as it
was. Not in it: the secrets of the environment, without which it is of no use.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.services import end_all_sessions
from downloads import store
from downloads.verification import look_at, verify_documents
from outbox.job_runs import BACKUP_MADE, note_begun, note_done
from privacy.datamap import backups, ledger
from privacy.datamap.replay import Replayed, pending, replay, unknown_to_ledger
from privacy.datamap.subjects import keyed_hash, keyed_hashes
from privacy.policy.chains import registered_chains
from privacy.policy.kept_heads import compare_stored, kept_here
from sens_site.lib import row_guards
from sens_site.lib.cache.content_stamp import renew_stamp
from sens_site.lib.deploy import backup_archive, database_dump
from sens_site.lib.deploy.backup_archive import BackupError, Member
from sens_site.lib.deploy.setup_lock import alone_in_set_up

LEDGER = "erasure-ledger.jsonl"
DOCUMENTS = "documents"
FROM_BACKUP = "backup"
"""Said in place of a ledger: the one in the backup is the newest that there is."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did, what is wrong with what it brought, and what its operator has to know."""

    made_at: str
    erased_again: Replayed
    faults: list[str]
    notes: list[str]


def folders() -> dict[str, Path]:
    """Return the folders of a backup, by their names in it."""
    found = {"private": Path(settings.PRIVATE_ROOT), "media": Path(settings.MEDIA_ROOT)}
    if not settings.DOCUMENTS_S3_BUCKET:
        found[DOCUMENTS] = Path(settings.DOCUMENTS_ROOT)
    return found


def make_backup() -> Path:
    """Make one, note it, and return where it lies."""
    keys = backup_archive.recipients(settings.BACKUP_RECIPIENTS)
    note_begun(BACKUP_MADE)
    began = timezone.now()
    target = backups.folder() / backup_archive.name_for(began)
    with _scratch() as scratch:
        # The database first: what is deleted after it is missed, and not called for by a row.
        database = database_dump.dump(scratch)
        backup_archive.write(
            target, _members(database), keys=keys, sign=_signatures,
            made_at=began.isoformat(), release=settings.VERSION,
        )  # fmt: skip
    note_done(BACKUP_MADE)
    return target


def newest_backup() -> Path:
    """Return the newest of this machine."""
    found = backup_archive.archives(backups.folder())
    if not found:
        raise BackupError(f"There is no backup in {backups.folder()}.")
    return found[-1]


def restore(archive: Path, *, identity: Path, replace: bool, newest_ledger: str) -> Restored:
    """Put a backup in the place of the site's data, and erase again who was erased since.

    What cannot be read, is no backup of this site, or is for another database changes nothing.
    """
    if not replace and database_dump.has_tables():
        raise BackupError("There is a database already. To lose it, say --replace.")
    if not newest_ledger and not ledger.path().exists():
        raise BackupError(
            f"There is no erasure ledger at {ledger.path()}: who was erased since the backup would be"
            f" back. Name its newest copy with --ledger FILE, or say --ledger {FROM_BACKUP}."
        )
    with alone_in_set_up(), _scratch() as scratch:
        listed = backup_archive.unpack(
            archive, scratch, identities=backup_archive.read_identities(identity), sign=_signatures
        )
        database = scratch / database_dump.FILES[connection.vendor]
        if not database.is_file():
            raise BackupError("The backup is of another kind of database.")
        ledgers = [scratch / LEDGER]
        if newest_ledger not in ("", FROM_BACKUP):
            ledgers.append(Path(newest_ledger))
        records = [line for file in ledgers for line in _lines(file)]
        if settings.DOCUMENTS_S3_BUCKET:  # before anything is lost: each lies under what it is
            _fill_bucket(scratch / DOCUMENTS)
        database_dump.load(database)
        for name, root in folders().items():
            _fill(root, scratch / name)
        return _put_in_order(records, listed)


def try_restore(archive: Path, *, identity: Path) -> None:
    """Restore a backup beside the site by a process of its own, compare, and note that it worked."""
    with _scratch() as scratch, _database_beside(scratch) as url:
        copied = FROM_BACKUP
        if ledger.path().exists():
            copied = str(shutil.copyfile(ledger.path(), scratch / LEDGER))
        apart = {
            "DATABASE_URL": url, "CACHE_URL": "database",  # the shared cache is the site's own
            "ERASURE_LEDGER": str(scratch / "ledger-of-the-drill"),
            "PRIVATE_ROOT": str(scratch / "private"), "MEDIA_ROOT": str(scratch / "media"),
            "DOCUMENTS_ROOT": str(scratch / DOCUMENTS),
        }  # fmt: skip
        if (
            settings.BACKUP_S3_DOCUMENTS
        ):  # those of the backup are tried, and the bucket is left alone
            apart["DOCUMENTS_S3_BUCKET"] = ""
        # Where a setting is a file, the file wins: it would lead back to the site.
        apart |= {f"{name}_FILE": "" for name in apart}
        command = (str(archive), "--identity", str(identity), "--ledger", copied)
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "restore", *command],
            env={**os.environ, **apart}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise BackupError(f"The restore has failed: {last}")
        call_command("check_restored", url, verbosity=0)


def faults_of_the_site() -> Iterator[str]:
    """Say what is wrong with chains, guards, ledger and documents, as they are stored now."""
    for chain in registered_chains().values():
        yield from (f"chain {chain.name}: {fault}" for fault in chain.faults())
    yield from (f"guard {name}: missing or changed" for name in row_guards.missing())
    if waiting := len(pending()):
        yield f"ledger: {waiting} erasures could not be done again"
    if lost := unknown_to_ledger():
        yield f"ledger: it is older than the backup, which knows of {lost} erasures more"
    yield from (f"document {words}" for words in verify_documents().words)


def erase_again(records: list[str]) -> Replayed:
    """Take over what other copies of the ledger know, and erase who stands in any of them."""
    ledger.take_over(records)
    return replay()


def _put_in_order(records: list[str], listed: dict[str, Any]) -> Restored:
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    cache.clear()
    end_all_sessions()  # some of them were ended since
    erased = erase_again(records)
    notes = [f"kept heads: {words}" for words in compare_stored(kept_here()).faults]
    renew_stamp()
    return Restored(listed["made_at"], erased, list(faults_of_the_site()), notes)


def _members(database: Path) -> Iterator[Member]:
    yield Member(database.name, database)
    for name, root in folders().items():
        for file in sorted(root.rglob("*")):
            if file.is_file() and not file.is_symlink():
                yield Member(f"{name}/{file.relative_to(root).as_posix()}", file)
    if settings.DOCUMENTS_S3_BUCKET and settings.BACKUP_S3_DOCUMENTS:
        for name in store.stored_names():
            yield Member(f"{DOCUMENTS}/{name}", partial(store.store().open, name, "rb"))
    yield Member(LEDGER, ledger.path())


def _signatures(content: bytes) -> list[str]:
    present = keyed_hash("backup", content)
    return [present, *(keyed_hashes("backup", content) - {present})]


@contextmanager
def _scratch() -> Iterator[Path]:
    """Give a folder for what is not encrypted. It lies where such data lies anyway."""
    name = str(connection.settings_dict["NAME"])
    beside = Path(name if connection.vendor == "sqlite" else settings.PRIVATE_ROOT).parent
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=beside) as scratch:
        yield Path(scratch)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8").splitlines()
    except FileNotFoundError as error:
        if file.name == LEDGER:  # nobody had been erased when the backup was made
            return []
        raise BackupError(f"There is no {file}.") from error


def _fill_bucket(content: Path) -> None:
    """Put back what a bucket has lost or holds damaged; what else is in it, the site sweeps itself."""
    for file in sorted(content.rglob("*")):
        if file.is_file() and look_at(file.name)[0]:
            try:
                with file.open("rb") as opened:
                    store.write(opened, file.name)
            except store.StoreAwayError as error:
                raise BackupError("The bucket of the documents takes nothing.") from error


def _fill(root: Path, content: Path) -> None:
    # Not by a rename of the folder itself, which may be a mounted disk.
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    for present in root.iterdir():
        remove: Callable[[Path], object] = shutil.rmtree if present.is_dir() else os.unlink
        remove(present)
    if content.is_dir():
        for child in content.iterdir():
            shutil.move(child, root)


@contextmanager
def _database_beside(scratch: Path) -> Iterator[str]:
    """Give the address of an empty database of the same kind, which is gone afterwards."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{scratch / 'drill.sqlite3'}"
    else:  # pragma: postgresql - SQLite makes its file by itself
        import psycopg  # noqa: PLC0415 - where PostgreSQL is

        name = f"{connection.settings_dict['NAME']}_drill"
        quoted = connection.ops.quote_name(name)
        with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)".encode())
            server.execute(f"CREATE DATABASE {quoted}".encode())
            try:
                site = urlsplit(settings.DATABASE_URL)
                yield urlunsplit((site.scheme, site.netloc, f"/{quote(name)}", site.query, ""))
            finally:
                server.execute(f"DROP DATABASE {quoted} WITH (FORCE)".encode())
