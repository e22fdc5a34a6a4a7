"""Copies that are made for a request: private files, fetched by a mailed link, then destroyed."""

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from privacy.datamap.export import stream_export
from privacy.policy.people import pseudonym
from privacy.rights import mails
from privacy.rights.choices import Did, Kind
from privacy.rights.intake import NotAllowedError, lock, must_be_open, record
from privacy.rights.models import ExportFile, MailedLink, RequestScan, SubjectRequest
from privacy.rights.private_storage import EXPORTS, SCANS, files, folder, remove_on_commit
from privacy.rights.secret_links import find_link, make_link

ORPHAN_AGE = timedelta(hours=1)


def path_of(export: ExportFile) -> Path:
    """Return where one copy is."""
    return folder() / export.file_name


@transaction.atomic
def make_export(request: SubjectRequest, *, by: AbstractBaseUser) -> ExportFile:
    """Write the copy and mail the link to it. Asked twice, there is still one file."""
    request = lock(request)
    must_be_open(request)
    if request.proof is None:
        raise NotAllowedError("It has not been shown who is asking.")
    now = timezone.now()
    known = ExportFile.objects.filter(request=request).first()
    if known is not None:
        if known.is_there(now):
            return known
        destroy(known)
    name = f"{secrets.token_hex(16)}.zip"
    _write(folder() / name, request)
    export = ExportFile.objects.create(
        request=request, file_name=name, made_at=now, expires_at=now + ExportFile.LIFE
    )
    token = make_link(request, purpose=MailedLink.Purpose.EXPORT, life=ExportFile.LIFE)
    mails.export_ready(request, token=token).send()
    record(request, Did.EXPORT_MADE, actor=pseudonym(by))
    return export


def _write(target: Path, request: SubjectRequest) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in stream_export(request.subject, portable=request.kind == Kind.PORTABILITY):
                file.write(chunk)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def find_export(token: str) -> ExportFile | None:
    """Return the copy that a mailed link leads to, while it is there."""
    link = find_link(token, purpose=MailedLink.Purpose.EXPORT)
    if link is None:
        return None
    export = ExportFile.objects.filter(request=link.request_id).first()
    if export is None or not export.is_there(timezone.now()) or not path_of(export).is_file():
        return None
    return export


@transaction.atomic
def fetch(token: str) -> BinaryIO | None:
    """Count a fetch and return the open file; after the last one the file is destroyed.

    The reader keeps what it has opened, so the person still gets the last copy whole.
    """
    export = find_export(token)
    if export is None:
        return None
    export = ExportFile.objects.select_for_update().get(pk=export.pk)
    if not export.is_there(timezone.now()):
        return None
    file = path_of(export).open("rb")
    export.fetches += 1
    export.save(update_fields=["fetches"])
    record(export.request, Did.FILE_FETCHED, fact=str(export.fetches))
    if export.fetches >= ExportFile.FETCHES:
        destroy(export)
    return file


@transaction.atomic
def destroy(export: ExportFile) -> None:
    """Delete a copy, and note it. The file goes when the transaction has been committed."""
    record(export.request, Did.FILE_DESTROYED)
    remove_on_commit(export.file_name)
    export.delete()


def destroy_copies(exports: QuerySet[ExportFile]) -> None:
    """Destroy each of some copies."""
    for export in exports.select_related("request"):
        destroy(export)


def remove_strays() -> int:
    """Remove files that no row knows, which a dying machine left; return how many.

    A file is there before its row is committed, so a young one is left alone.
    """
    count = 0
    for name, kept in ((EXPORTS, ExportFile), (SCANS, RequestScan)):
        known = set(kept._base_manager.values_list("file_name", flat=True))
        for path in files(name):
            with suppress(FileNotFoundError):
                old = path.stat().st_mtime < (timezone.now() - ORPHAN_AGE).timestamp()
                if path.name not in known and old:
                    path.unlink()
                    count += 1
    return count
