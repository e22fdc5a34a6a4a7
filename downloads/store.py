"""The files of the documents, each under the SHA-256 of its content, in whatever store is set up.

Threats: a row that names a file which is not there, so a file is written whole before the row is
committed, and is removed only when no row names it; and a file that two documents share.
"""

from django.core.files import File
from django.core.files.storage import Storage, storages

from downloads.models import DocumentVersion


def store() -> Storage:
    """Return where the files lie: a local folder, or what STORAGES["documents"] names."""
    return storages["documents"]


def open_stored(version: DocumentVersion) -> File:  # type: ignore[type-arg]  # of bytes
    """Open a file for reading. Raises FileNotFoundError where it is gone."""
    return store().open(version.stored_as, "rb")
