"""Pictures that staff bring, decoded and written again: only what is made here is ever given out.

Threats: a picture of few bytes and very many pixels, bytes that bring a decoder down, and what a
camera writes into a picture about a person. Pillow takes 3 MB of a worker's memory, so this is
imported when somebody brings a picture.
"""

import struct
from dataclasses import dataclass
from io import BytesIO

from PIL import ExifTags, Image, UnidentifiedImageError

from pages.models import WIDTHS

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

UNKNOWN = "This is none of: a picture (JPEG, PNG, WebP), PDF, ZIP, DOCX, XLSX."
DAMAGED = "This picture is damaged or is none. Open it, save it again and try once more."
TOO_MANY_PIXELS = (
    "This picture has more than 40 million pixels, or a side of more than 16,000. Make it smaller "
    "and try again."
)


class PictureError(Exception):
    """This becomes no picture of ours. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """A picture as it is kept: in JPEG for old browsers, and in WebP from small to large."""

    jpeg: bytes
    webp: tuple[bytes, ...]
    width: int
    height: int


def sizes_of(content: bytes) -> Sizes:
    """Return what is kept of a picture. Raises PictureError."""
    picture = _decoded(content)
    webp = tuple(
        _saved(_at_most(picture, width), "WEBP", method=4)
        for index, width in enumerate(WIDTHS)
        if index == 0 or picture.width > WIDTHS[index - 1]
    )
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    jpeg = _saved(_at_most(white, JPEG_WIDTH), "JPEG", progressive=True, optimize=True)
    shown = _at_most(picture, WIDTHS[-1])
    return Sizes(jpeg, webp, shown.width, shown.height)


def _decoded(content: bytes) -> Image.Image:
    try:
        image = Image.open(BytesIO(content), formats=FORMATS)
        _refuse_many_pixels(image)
        return _upright(image)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise PictureError(TOO_MANY_PIXELS) from None
    except UnidentifiedImageError:
        raise PictureError(UNKNOWN) from None
    except DECODER_FAULTS:
        raise PictureError(DAMAGED) from None


def _refuse_many_pixels(image: Image.Image) -> None:
    """Before anything is decoded: a file says its size in its first bytes."""
    if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
        raise PictureError(TOO_MANY_PIXELS)


def _upright(image: Image.Image) -> Image.Image:
    # A large JPEG is decoded at a part of its size, which costs a part of the memory.
    image.draft("RGB", (WIDTHS[-1], WIDTHS[-1]))
    turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    upright = image if turn is None else image.transpose(turn)
    return upright.convert("RGBA" if upright.has_transparency_data else "RGB")


def _at_most(picture: Image.Image, width: int) -> Image.Image:
    if picture.width <= width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _saved(picture: Image.Image, kind: str, **options: int | bool) -> bytes:
    # A picture that was converted and resized still carries what the file said about itself.
    picture.info = {}
    output = BytesIO()
    picture.save(output, kind, quality=QUALITY, **options)
    return output.getvalue()
