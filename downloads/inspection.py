"""Files that staff bring, looked at before anything is stored.

Threats: a file that is something else than it says, a name that leads elsewhere or reads otherwise
than it is, bytes that grow beyond bounds when they are opened, active content that acts on the
machine of a customer, and a virus. Each is refused with words that say what to do.
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from django.conf import settings
from django.template.defaultfilters import filesizeformat

from downloads import archives, drawings, pdf_files, virus_scan
from downloads.file_types import HEAD, TYPES, FileRefusedError, looks_like, type_of
from downloads.models import FILE_NAME_MAX, TEXT_MAX, Kind
from downloads.store import digest_of
from sens_site.lib.forms.text_guard import is_unseen

EMPTY = "This file is empty."
TOO_LARGE = "This file is larger than {most}. Make it smaller, or split it."
UNKNOWN = "“{name}” is {found}. Taken are: {taken}."
OTHER = "“{name}” does not end as it should: by its content it is a {found}. Rename it, or bring the right file."
NAME_EMPTY = "This file has no name with an ending, such as manual.pdf."
NAME_PATH = "The name of a file must not hold / or \\. Rename it."
NAME_SIGNS = "The name of this file holds signs that cannot be seen or that turn the writing round. Rename it."
NAME_LONG = "The name of this file is longer than 255 bytes. Rename it."
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may be published, and what is known of it."""

    content: IO[bytes]
    file_name: str
    content_type: str
    size: int
    sha256: str
    text: str


def inspect(
    content: IO[bytes], *, name: str, kind: str = "", allow_active: bool = False
) -> Inspected:
    """Look at a file. Raises FileRefusedError. `allow_active` lets PDF act: somebody looked at it."""
    file_name = clean_name(name)
    size = content.seek(0, 2)
    most = settings.DOCUMENTS_MAX_MB * 1024 * 1024
    if size == 0:
        raise FileRefusedError(EMPTY)
    if size > most:
        raise FileRefusedError(TOO_LARGE.format(most=filesizeformat(most)))
    found = type_of(content, size)
    _agree(content, file_name, found)
    text = _look_inside(content, found, kind=kind, allow_active=allow_active)
    content.seek(0)
    virus_scan.scan(content)
    content.seek(0)
    digest = digest_of(content)
    return Inspected(content, file_name, TYPES[found].content_type, size, digest, text[:TEXT_MAX])


def clean_name(name: str) -> str:
    """Return a name as it is shown and sent. Raises FileRefusedError over what would mislead."""
    name = unicodedata.normalize("NFC", name)
    if any(is_unseen(sign) and not sign.isspace() for sign in name):
        raise FileRefusedError(NAME_SIGNS)
    if "/" in name or "\\" in name:
        raise FileRefusedError(NAME_PATH)
    name = _SPACES.sub(" ", name).strip(" .")
    if not PurePosixPath(name).suffix[1:] or not PurePosixPath(name).stem:
        raise FileRefusedError(NAME_EMPTY)
    if len(name.encode()) > FILE_NAME_MAX:
        raise FileRefusedError(NAME_LONG)
    return name


def _agree(content: IO[bytes], name: str, found: str) -> None:
    if not found:
        content.seek(0)
        seen = looks_like(content.read(HEAD)) or "of a kind that is not known here"
        taken = ", ".join(one.label for one in TYPES.values())
        raise FileRefusedError(UNKNOWN.format(name=name, found=seen, taken=taken))
    if PurePosixPath(name).suffix.lower() not in TYPES[found].endings:
        raise FileRefusedError(OTHER.format(name=name, found=TYPES[found].label))


def _look_inside(content: IO[bytes], found: str, *, kind: str, allow_active: bool) -> str:
    """Open the file by its kind, and return its words where they can be read."""
    content.seek(0)
    if found == "pdf":
        return pdf_files.look(content, allow_active=allow_active)
    if found in {"zip", "docx", "xlsx"}:
        archives.look(content, programs=kind == Kind.SOFTWARE)
    elif found in {"png", "jpeg", "webp"}:
        drawings.look_at_picture(content)
    elif found == "svg":
        drawings.look_at_svg(content)
    elif found == "text":
        return content.read().decode("utf-8-sig")
    return ""
