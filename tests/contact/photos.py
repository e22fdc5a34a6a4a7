"""Photos that people choose, made for a test."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def drawn(color: str = "green", size: tuple[int, int] = (40, 30), kind: str = "JPEG") -> bytes:
    """Return a picture of one color."""
    output = BytesIO()
    Image.new("RGB", size, color).save(output, kind)
    return output.getvalue()


def chosen(content: bytes, name: str = "IMG_0001.JPG") -> SimpleUploadedFile:
    """Return a file as a browser sends it."""
    return SimpleUploadedFile(name, content, "image/jpeg")
