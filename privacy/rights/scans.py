"""Scans of letters: files that the public never sees, and that nothing here opens or runs.

A scan comes from outside the house. So it is taken for what its first bytes say, whatever it is
called; it is stored under a name drawn by chance, and given to the desk as a file to be saved,
never as a page to be looked at.
"""

import os
import secrets
from hashlib import sha256
from typing import BinaryIO

from django.db.models import QuerySet

from privacy.rights.models import RequestScan, SubjectRequest
from privacy.rights.private_storage import SCANS, delete_with_files, folder

LARGEST = 10 * 1024 * 1024
"""In bytes. Below what the desk takes as one form (`REQUEST_MAX_BYTES_STAFF`)."""
FIRST_BYTES = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"II*\x00", "image/tiff", "tif"),
    (b"MM\x00*", "image/tiff", "tif"),
)
SUFFIXES = {content_type: suffix for _, content_type, suffix in FIRST_BYTES}


def type_of(content: bytes) -> str:
    """Return what a file is by its first bytes; nothing where it is no scan."""
    return next((kind for start, kind, _ in FIRST_BYTES if content.startswith(start)), "")


def keep_scan(request: SubjectRequest, content: bytes) -> RequestScan:
    """Write a scan to private storage. A form sees to it that it is one, and not too large."""
    name = secrets.token_hex(16)
    target = folder(SCANS) / name
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return RequestScan.objects.create(
        request=request,
        file_name=name,
        content_type=type_of(content),
        size=len(content),
        sha256=sha256(content).hexdigest(),
    )


def open_scan(scan: RequestScan) -> BinaryIO | None:
    """Return the file, if it is there."""
    try:
        return (folder(SCANS) / scan.file_name).open("rb")
    except FileNotFoundError:
        return None


def name_of(scan: RequestScan) -> str:
    """Return a name for the file that names nobody."""
    return f"{scan.request.reference}.{SUFFIXES[scan.content_type]}"


def destroy_scans(scans: QuerySet[RequestScan]) -> None:
    """Delete scans with their files."""
    delete_with_files(scans, SCANS)
