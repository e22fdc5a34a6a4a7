"""Pictures that staff bring, in the sizes that pages show."""

from dataclasses import dataclass

from PIL import Image

from pages.models import WIDTHS
from sens_site.lib.pictures import decoded, on_white, saved

JPEG_WIDTH = 960
UNKNOWN = "This is none of: a picture (JPEG, PNG, WebP), PDF, ZIP, DOCX, XLSX."


@dataclass(frozen=True, slots=True)
class Sizes:
    """A picture as it is kept: in JPEG for old browsers, and in WebP from small to large."""

    jpeg: bytes
    webp: tuple[bytes, ...]
    width: int
    height: int


def sizes_of(content: bytes) -> Sizes:
    """Return what is kept of a picture. Raises PictureError."""
    picture = decoded(content, side=WIDTHS[-1], unknown=UNKNOWN)
    webp = tuple(
        saved(_at_most(picture, width), "WEBP", method=4)
        for index, width in enumerate(WIDTHS)
        if index == 0 or picture.width > WIDTHS[index - 1]
    )
    jpeg = saved(_at_most(on_white(picture), JPEG_WIDTH), "JPEG", progressive=True, optimize=True)
    shown = _at_most(picture, WIDTHS[-1])
    return Sizes(jpeg, webp, shown.width, shown.height)


def _at_most(picture: Image.Image, width: int) -> Image.Image:
    if picture.width <= width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS)
