"""Pictures that people bring, decoded and written again: only what is made here is ever given out.

Threats: a picture of few bytes and very many pixels, bytes that bring a decoder down, and what a
camera writes into a picture about a person. Pillow takes 3 MB of a worker's memory, so this is
imported when somebody brings a picture.
"""

import struct
from io import BytesIO

from PIL import ExifTags, Image, UnidentifiedImageError

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
QUALITY = 80

UNKNOWN = "This is no picture in one of the formats JPEG, PNG and WebP."
DAMAGED = "This picture is damaged or is none. Open it, save it again and try once more."
TOO_MANY_PIXELS = (
    "This picture has more than 40 million pixels, or a side of more than 16,000. Make it smaller "
    "and try again."
)


class PictureError(Exception):
    """This becomes no picture of ours. The message says why, and what to do."""


def decoded(content: bytes, *, side: int, unknown: str = UNKNOWN) -> Image.Image:
    """Return a picture, set upright, which is to be shown no larger than `side`.

    Raises PictureError, with `unknown` as its words where it is no picture at all.
    """
    try:
        image = Image.open(BytesIO(content), formats=FORMATS)
        _refuse_many_pixels(image)
        return _upright(image, side)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise PictureError(TOO_MANY_PIXELS) from None
    except UnidentifiedImageError:
        raise PictureError(unknown) from None
    except DECODER_FAULTS:
        raise PictureError(DAMAGED) from None


def _refuse_many_pixels(image: Image.Image) -> None:
    """Before anything is decoded: a file says its size in its first bytes."""
    if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
        raise PictureError(TOO_MANY_PIXELS)


def _upright(image: Image.Image, side: int) -> Image.Image:
    # A large JPEG is decoded at a part of its size, which costs a part of the memory.
    image.draft("RGB", (side, side))
    turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    upright = image if turn is None else image.transpose(turn)
    return upright.convert("RGBA" if upright.has_transparency_data else "RGB")


def on_white(picture: Image.Image) -> Image.Image:
    """Return a picture for a format that knows nothing of what shines through."""
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    return white


def saved(picture: Image.Image, kind: str, **options: int | bool) -> bytes:
    """Return a picture as a file that says nothing of where it comes from."""
    # One that was converted and resized still carries what its file said about itself.
    picture.info = {}
    output = BytesIO()
    picture.save(output, kind, quality=QUALITY, **options)
    return output.getvalue()
