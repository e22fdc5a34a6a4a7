"""The private folders in which copies and scans wait. No web server serves them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from privacy.datamap.subjects import Subject

EXPORTS, SCANS = "exports", "scans"


def folder(name: str = EXPORTS) -> Path:
    """Return a folder, made when it is not there."""
    path = Path(settings.PRIVATE_ROOT) / name
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def files(name: str = EXPORTS) -> Iterator[Path]:
    """Yield what lies there."""
    yield from sorted(folder(name).iterdir())


def remove_on_commit(file_name: str, name: str = EXPORTS) -> None:
    """Delete a file once the transaction that gave it up is committed."""
    path = folder(name) / file_name
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def delete_with_files(rows: Any, name: str) -> int:
    """Delete rows, and their files with them."""
    names = list(rows.values_list("file_name", flat=True))
    for file_name in names:
        remove_on_commit(file_name, name)
    rows.delete()
    return len(names)


def erase_export_files(subject: Subject, rows: Any) -> int:
    """Delete a person's copies with their rows."""
    return delete_with_files(rows, EXPORTS)


def erase_scans(subject: Subject, rows: Any) -> int:
    """Delete the scans of a person's letters with their rows."""
    return delete_with_files(rows, SCANS)
