"""Pictures that people bring, made for a test: sound ones, large ones, and ones that tell too much."""

import struct
import zlib
from io import BytesIO

from PIL import Image


def drawn(size: tuple[int, int] = (20, 10), kind: str = "PNG", mode: str = "RGB") -> bytes:
    """Return a picture of one color."""
    output = BytesIO()
    Image.new(mode, size, "green").save(output, kind)
    return output.getvalue()


def from_a_camera(words: str) -> bytes:
    """Return an upright photo that was taken sideways, with words about its owner and the place."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x013B] = words  # Artist
    exif.get_ifd(0x8825)[1] = words  # GPS: which side of the equator
    output = BytesIO()
    Image.new("RGB", (40, 20), "blue").save(output, "JPEG", exif=exif, comment=words.encode())
    return output.getvalue()


def bomb(width: int, height: int) -> bytes:
    """Return few bytes that say of themselves that they are a very large PNG."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checked = name + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
