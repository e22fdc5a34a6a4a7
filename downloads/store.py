"""The files of the documents, each under the SHA-256 of its content, in whatever store is set up.

Threats: a row that names a file which is not there, so a file is written whole before its row is
committed, and removed only when no row has named it for a day; a file that two versions share; and
a power cut that leaves half a file under a name that says that it is whole.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils import timezone

from downloads.models import DocumentVersion, stored_name

CHUNK = 1024 * 1024
GRACE = timedelta(days=1)
"""How long a file without a row stays: a form that brings one may still be under way."""


class StoreAwayError(Exception):
    """The store takes nothing now: the disk is full, or a server of another firm is away."""


class DocumentFolder(FileSystemStorage):
    """A local folder in which a file appears whole or not at all, and is on the disk by then."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Keep the name: it says what the content is, so the same name holds the same."""
        return name

    def _save(self, name: str, content: File[bytes]) -> str:
        target = Path(self.path(name))
        target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        part = tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False)  # noqa: SIM115 - it is renamed
        try:
            with part:
                for chunk in content.chunks(CHUNK):
                    part.write(chunk)
                part.flush()
                os.fsync(part.fileno())
            Path(part.name).chmod(0o640)
            Path(part.name).replace(target)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return name


def store() -> Storage:
    """Return where the files lie: a local folder, or what STORAGES["documents"] names now.

    Django's own `storages` remembers the first answer; a rehearsal writes to a folder of its own.
    """
    return _made(repr(settings.STORAGES["documents"]))


@lru_cache(maxsize=2)
def _made(named: str) -> Storage:
    chosen: Any = settings.STORAGES["documents"]
    return storages.create_storage(chosen)


def open_stored(version: DocumentVersion) -> File[Any]:
    """Open a file for reading. Raises FileNotFoundError where it is gone."""
    return store().open(version.stored_as, "rb")


def digest_of(content: IO[bytes]) -> str:
    """Return the SHA-256 of what is left to read."""
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def write(content: IO[bytes], sha256: str) -> None:
    """Write a file, also over one of the same name: half a file or a changed one is healed so.

    The new date keeps the nightly sweep from a file that had lain there without a row.
    Raises StoreAwayError.
    """
    content.seek(0)
    try:
        store().save(stored_name(sha256), File(content))
    except faults() as error:
        raise StoreAwayError from error


def faults() -> tuple[type[Exception], ...]:
    """Return what the store raises when it is full or away."""
    if not settings.DOCUMENTS_S3_BUCKET:
        return (OSError,)
    boto: Any = import_module("boto3.exceptions")
    core: Any = import_module("botocore.exceptions")
    return (OSError, boto.Boto3Error, core.BotoCoreError, core.ClientError)


def remove_unless_named(sha256: str) -> None:
    """Delete a file after its row was refused, unless another row has the same content."""
    if not DocumentVersion.objects.filter(sha256=sha256).exists():
        store().delete(stored_name(sha256))


def stored_names() -> Iterator[str]:
    """Yield the names of all files in the store, temporary ones included."""
    files = store()
    try:
        folders = files.listdir("")[0]
    except FileNotFoundError:
        return  # nothing has ever been stored
    for folder in sorted(folders):
        for name in files.listdir(folder)[1]:
            yield f"{folder}/{name}"


def sweep() -> int:
    """Delete what no row has named for a day, and return how many files that were."""
    named = {stored_name(one) for one in DocumentVersion.objects.values_list("sha256", flat=True)}
    limit, files, gone = timezone.now() - GRACE, store(), 0
    for name in stored_names():
        if name in named or files.get_modified_time(name) > limit:
            continue
        # Asked again just before: a form may have brought it since the list was made.
        if not DocumentVersion.objects.filter(sha256=name.rpartition("/")[2]).exists():
            files.delete(name)
            gone += 1
    return gone
