"""Several documents as one zip file, made while it is sent: nothing of it is ever on our disk.

Its length is known before its first byte, so that a transfer which broke off is noticed.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from zipstream import ZipStream

from downloads.access import Answer, Reader, answer_for
from downloads.delivery import read_chunks
from downloads.listing import standing_versions
from downloads.models import DocumentVersion

MOST_DOCUMENTS = 50
MOST_BYTES = 200 * 1024 * 1024
NAME = "documents.zip"


class RefusedError(Exception):
    """Says why a selection is not given."""


def chosen_versions(numbers: Sequence[str], reader: Reader) -> list[DocumentVersion]:
    """Return what stands for each of the chosen documents, all of it open to the reader."""
    wanted = set(numbers)
    if not wanted:
        raise RefusedError("No document is chosen. Tick the ones that you want.")
    if len(wanted) > MOST_DOCUMENTS:
        raise RefusedError(f"More than {MOST_DOCUMENTS} documents are chosen. Take some at a time.")
    versions = standing_versions(numbers=wanted)
    found = {version.document.number for version in versions}
    if found != wanted:
        raise RefusedError("One of the chosen documents does not exist here.")
    for version in versions:
        title = version.document.title
        match answer_for(version, reader):
            case Answer.LOG_IN:
                raise RefusedError(f"“{title}” needs an account. Log in, or leave it out.")
            case Answer.WITHDRAWN:
                raise RefusedError(f"“{title}” has been withdrawn. Leave it out.")
    if sum(version.size for version in versions) > MOST_BYTES:
        raise RefusedError("The chosen files are larger than 200 MB together. Take some at a time.")
    return versions


def zipped(versions: Sequence[DocumentVersion]) -> ZipStream:
    """Return the zip file, whose bytes are read from the store as they are sent.

    Files that are packed already are not packed again: time for nothing.
    """
    stream = ZipStream(sized=True)
    for version in versions:
        name = PurePosixPath(version.file_name).name
        stream.add(_whole(version), f"{version.document.number}/{name}", size=version.size)
    return stream


def _whole(version: DocumentVersion) -> Iterator[bytes]:
    yield from read_chunks(version, length=version.size)
