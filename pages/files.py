"""Pictures and files that staff bring: judged by their content, and stored by it.

Threats: a file that is something else than it says, and a drawing that holds a script (SVG is
refused). Pictures are made anew by `pages/pictures.py`.
"""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from django.conf import settings

from pages.models import WIDTHS

MOST_BYTES = 10 * 1024 * 1024
OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}

TOO_LARGE = "This file is larger than 10 MB. Make it smaller and try again."
SVG = "A drawing in SVG may hold scripts, so it is not taken. Save it as PNG and try again."
NO_ARCHIVE = "This archive cannot be opened. Make it anew and try again."


class FileRefusedError(Exception):
    """What was brought is not taken. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Made:
    """What is to be stored: contents by the ending of their names, and the size of a picture."""

    digest: str
    original: tuple[str, bytes]
    sizes: tuple[bytes, ...] = ()
    width: int | None = None
    height: int | None = None


def made_from(content: bytes) -> Made:
    """Return what is kept of what was brought. Raises FileRefusedError."""
    if len(content) > MOST_BYTES:
        raise FileRefusedError(TOO_LARGE)
    digest = hashlib.sha256(content).hexdigest()
    head = content[:1024].lstrip().lower()
    if b"<svg" in head:
        raise FileRefusedError(SVG)
    if content.startswith(b"%PDF-"):
        return Made(digest, ("pdf", content))
    if content.startswith(b"PK\x03\x04"):
        return Made(digest, (_kind_of_archive(content), content))
    return _picture(digest, content)


def places_of(made: Made, *, name: str) -> dict[str, str]:
    """Return for each column of a row where below MEDIA_ROOT its content lies."""
    folder = f"files/{made.digest[:20]}"
    columns = zip(("small", "medium", "large"), WIDTHS, made.sizes, strict=False)
    sizes = {column: f"{folder}/{name}-{width}.webp" for column, width, _ in columns}
    return {"original": f"{folder}/{name}.{made.original[0]}", **sizes}


def store(made: Made, places: Iterable[str]) -> None:
    """Write the contents to their places."""
    for place, content in zip(places, (made.original[1], *made.sizes), strict=True):
        _write(Path(settings.MEDIA_ROOT) / place, content)


def remove(place: str) -> None:
    """Delete one stored file, and its folder with the last one."""
    file = Path(settings.MEDIA_ROOT) / place
    file.unlink(missing_ok=True)
    if file.parent.is_dir() and not any(file.parent.iterdir()):
        file.parent.rmdir()


def _kind_of_archive(content: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise FileRefusedError(NO_ARCHIVE) from None
    return next((kind for name, kind in OFFICE.items() if name in names), "zip")


def _picture(digest: str, content: bytes) -> Made:
    from pages.pictures import sizes_of  # noqa: PLC0415 - 3 MB of memory
    from sens_site.lib.pictures import PictureError  # noqa: PLC0415 - the same

    try:
        sizes = sizes_of(content)
    except PictureError as error:
        raise FileRefusedError(str(error)) from None
    return Made(digest, ("jpg", sizes.jpeg), sizes.webp, sizes.width, sizes.height)


def _write(file: Path, content: bytes) -> None:
    """Write whole or not at all: a page may show it from the next moment on."""
    file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as part:
        part.write(content)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).chmod(0o644)
    Path(part.name).replace(file)
