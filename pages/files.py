"""Pictures and files that staff bring: judged by their content, made anew, stored by it.

Threats: a file that is something else than it says, a picture of few bytes and very many pixels, a
drawing that holds a script (SVG is refused), and what a camera writes into a picture about a person.
So a picture is decoded and written again, and only what Pillow wrote is ever given out.
"""

import hashlib
import os
import struct
import tempfile
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import ExifTags, Image, UnidentifiedImageError

from pages.models import WIDTHS

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 16_000
"""WebP holds no side of more than 16,383 pixels."""
FORMATS = ("JPEG", "PNG", "WEBP")
# What decoders raise over bytes that somebody has bent: found by trying thousands of these.
DECODER_FAULTS = (LookupError, OSError, SyntaxError, TypeError, ValueError, struct.error)
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture is set upright, by what the camera wrote (EXIF 2.32, tag 0x0112)."""
JPEG_WIDTH = 960
QUALITY = 80
OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}

TOO_LARGE = "This file is larger than 10 MB. Make it smaller and try again."
TOO_MANY_PIXELS = (
    "This picture has more than 40 million pixels, or a side of more than 16,000. Make it smaller "
    "and try again."
)
SVG = "A drawing in SVG may hold scripts, so it is not taken. Save it as PNG and try again."
UNKNOWN = "This is none of: a picture (JPEG, PNG, WebP), PDF, ZIP, DOCX, XLSX."
DAMAGED = "This picture is damaged or is none. Open it, save it again and try once more."


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


def store(made: Made, *, name: str) -> dict[str, str]:
    """Write the contents below MEDIA_ROOT, and return the column of each with its place."""
    ending, original = made.original
    files = {"original": (f"{name}.{ending}", original)}
    for column, width, content in zip(
        ("small", "medium", "large"), WIDTHS, made.sizes, strict=False
    ):
        files[column] = (f"{name}-{width}.webp", content)
    places = {}
    for column, (file_name, content) in files.items():
        places[column] = f"files/{made.digest[:20]}/{file_name}"
        _write(Path(settings.MEDIA_ROOT) / places[column], content)
    return places


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
        raise FileRefusedError(UNKNOWN) from None
    return next((kind for name, kind in OFFICE.items() if name in names), "zip")


def _picture(digest: str, content: bytes) -> Made:
    try:
        image = Image.open(BytesIO(content), formats=FORMATS)
        if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
            raise FileRefusedError(TOO_MANY_PIXELS)
        # A large JPEG is decoded at a part of its size, which costs a part of the memory.
        image.draft("RGB", (WIDTHS[-1], WIDTHS[-1]))
        turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
        upright = image if turn is None else image.transpose(turn)
        clear = upright.has_transparency_data
        picture = upright.convert("RGBA" if clear else "RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise FileRefusedError(TOO_MANY_PIXELS) from None
    except UnidentifiedImageError:
        raise FileRefusedError(UNKNOWN) from None
    except DECODER_FAULTS:
        raise FileRefusedError(DAMAGED) from None
    sizes = tuple(
        _webp(_at_most(picture, width))
        for index, width in enumerate(WIDTHS)
        if index == 0 or picture.width > WIDTHS[index - 1]
    )
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A") if clear else None)
    shown = _at_most(picture, WIDTHS[-1])
    return Made(
        digest, ("jpg", _jpeg(_at_most(white, JPEG_WIDTH))), sizes, shown.width, shown.height
    )


def _at_most(picture: Image.Image, width: int) -> Image.Image:
    if picture.width <= width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _webp(picture: Image.Image) -> bytes:
    return _saved(picture, "WEBP", method=4)


def _jpeg(picture: Image.Image) -> bytes:
    return _saved(picture, "JPEG", progressive=True, optimize=True)


def _saved(picture: Image.Image, kind: str, **options: int | bool) -> bytes:
    # A picture that was converted and resized still carries what the file said about itself.
    picture.info = {}
    output = BytesIO()
    picture.save(output, kind, quality=QUALITY, **options)
    return output.getvalue()


def _write(file: Path, content: bytes) -> None:
    """Write whole or not at all: a page may show it from the next moment on."""
    file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as part:
        part.write(content)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).chmod(0o644)
    Path(part.name).replace(file)
