"""The private folder in which copies wait. No web server serves it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from privacy.datamap.subjects import Subject


def folder() -> Path:
    """Return the folder, made when it is not there."""
    path = Path(settings.PRIVATE_ROOT) / "exports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def files() -> Iterator[Path]:
    """Yield what lies there."""
    yield from sorted(folder().iterdir())


def remove_on_commit(name: str) -> None:
    """Delete a file once the transaction that gave it up is committed."""
    path = folder() / name
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def erase_export_files(subject: Subject, rows: Any) -> int:
    """Delete a person's copies with their rows."""
    names = list(rows.values_list("file_name", flat=True))
    for name in names:
        remove_on_commit(name)
    rows.delete()
    return len(names)
