"""Pictures and drawings: decoded once in bounds, and never given a script to run.

Threats: a picture of few bytes and very many pixels, one that ends halfway, one that says where it
was taken; an SVG with a script, or that asks another site for something when it is opened. Pillow
takes 3 MB of a worker's memory, so it is imported when somebody brings a picture.
"""

import re
import struct
import zlib
from collections.abc import Mapping
from typing import IO, NoReturn
from xml.parsers import expat

from downloads.file_types import FileRefusedError

MOST_PIXELS = 50_000_000
"""A drawing of A1 at 250 dots an inch has 48 million. Decoded, they take 200 MB."""
GPS = 0x8825
"""The tag of EXIF under which a camera writes where it was."""

DAMAGED = "This picture is damaged. Open it, save it again and try once more."
TOO_MANY_PIXELS = "This picture has more than 50 million pixels. Make it smaller and try again."
PLACE = "This picture says where it was taken. Save it without its location (EXIF) and try again."
SVG_DAMAGED = "This drawing is no SVG that can be read. Save it again and try once more."
SVG_ENTITIES = "This drawing declares entities of its own. Save it as plain SVG and try again."
SVG_ACTIVE = "This drawing holds active content: {what}. Save it as plain SVG without it."

ELSEWHERE = "a style that asks for something from elsewhere"

# What decoders raise over bytes that somebody has bent.
DECODER_FAULTS = (
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_INSIDE = r"(?:#|data:image/(?:png|jpeg|webp);base64,)"
_LINK = re.compile(_INSIDE)
_LINK_OF_WORDS = re.compile(rf"{_INSIDE}|https?://|mailto:")
_STYLE = re.compile(rf"@import|expression\s*\(|url\(\s*(?!['\"]?{_INSIDE})", re.IGNORECASE)
_ACTIVE = frozenset({"script", "foreignobject", "iframe", "object", "embed", "handler", "listener"})
_HREF = frozenset({"href", "src"})


def look_at_picture(content: IO[bytes]) -> None:
    """Decode a picture. Raises FileRefusedError."""
    from PIL import Image  # noqa: PLC0415 - 3 MB of memory

    try:
        with Image.open(content, formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise FileRefusedError(TOO_MANY_PIXELS)
            if picture.getexif().get_ifd(GPS):
                raise FileRefusedError(PLACE)
            picture.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise FileRefusedError(TOO_MANY_PIXELS) from None
    except DECODER_FAULTS:
        raise FileRefusedError(DAMAGED) from None


def look_at_svg(content: IO[bytes]) -> None:
    """Read an SVG to its end. Raises FileRefusedError."""
    try:
        _SvgReader().parser.ParseFile(content)
    except expat.ExpatError:
        raise FileRefusedError(SVG_DAMAGED) from None


class _SvgReader:
    def __init__(self) -> None:
        self.above: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text, self.parser.buffer_size = True, 1024 * 1024
        self.parser.StartElementHandler = self.begin
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.words
        self.parser.EntityDeclHandler = self.entity
        self.parser.ProcessingInstructionHandler = self.instruction

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        tag = _local(name)
        if not self.above and tag != "svg":
            raise FileRefusedError(SVG_DAMAGED)
        if tag in _ACTIVE:
            _refuse(f"<{tag}>")
        self.above.append(tag)
        for attribute, value in attributes.items():
            _look_at_attribute(tag, _local(attribute), value)

    def end(self, name: str) -> None:
        self.above.pop()

    def words(self, text: str) -> None:
        if self.above[-1] == "style" and _STYLE.search(text):
            _refuse(ELSEWHERE)

    def entity(self, *declared: object) -> None:
        raise FileRefusedError(SVG_ENTITIES)

    def instruction(self, target: str, data: str) -> None:
        _refuse(f"<?{target}?>")


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _look_at_attribute(tag: str, name: str, value: str) -> None:
    if name.startswith("on"):
        _refuse(f"the attribute {name}")
    if name == "attributename" and (_local(value) in _HREF or _local(value).startswith("on")):
        _refuse("an animation that changes a link")
    link = _LINK_OF_WORDS if tag == "a" else _LINK
    if name in _HREF and not link.match(value.strip()):
        _refuse("a link to something outside the drawing")
    if _STYLE.search(value):
        _refuse(ELSEWHERE)


def _refuse(what: str) -> NoReturn:
    raise FileRefusedError(SVG_ACTIVE.format(what=what))
