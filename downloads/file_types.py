"""What kinds of file are published, told by their content. A name only has to agree with it."""

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

HEAD = 4096


class FileRefusedError(Exception):
    """What was brought is not taken. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file, its endings, and what browsers are told of it."""

    label: str
    content_type: str
    endings: tuple[str, ...]


TYPES: Mapping[str, FileType] = {
    "pdf": FileType("PDF", "application/pdf", (".pdf",)),
    "png": FileType("PNG picture", "image/png", (".png",)),
    "jpeg": FileType("JPEG picture", "image/jpeg", (".jpg", ".jpeg")),
    "webp": FileType("WebP picture", "image/webp", (".webp",)),
    "svg": FileType("SVG drawing", "image/svg+xml", (".svg",)),
    "dwg": FileType("DWG drawing", "image/vnd.dwg", (".dwg",)),
    "dxf": FileType("DXF drawing", "image/vnd.dxf", (".dxf",)),
    "step": FileType("STEP model", "model/step", (".step", ".stp")),
    "stl": FileType("STL model", "model/stl", (".stl",)),
    "docx": FileType(
        "Word document",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        (".docx",),
    ),
    "xlsx": FileType(
        "Excel sheet",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        (".xlsx",),
    ),
    "zip": FileType("ZIP archive", "application/zip", (".zip",)),
    "text": FileType("plain text", "text/plain; charset=utf-8", (".txt", ".csv", ".md")),
}
OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
_SIGNS = (
    (re.compile(rb"%PDF-\d"), "pdf"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "png"),
    (re.compile(rb"\xff\xd8\xff"), "jpeg"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "webp"),
    (re.compile(rb"AC10\d\d\0"), "dwg"),
    (re.compile(rb"AutoCAD Binary DXF\r\n\x1a\0"), "dxf"),
    (re.compile(rb"(?:\s*999\s*\n[^\n]*\n)*\s*0\s*\r?\nSECTION\s"), "dxf"),
    (re.compile(rb"\s*ISO-10303-21;"), "step"),
    (re.compile(rb"solid\b[^\n]*\n\s*(?:facet|endsolid)\b"), "stl"),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*(?=<)(?!<html|<!doctype html).*?<(?:\w+:)?svg\b", re.DOTALL | re.IGNORECASE), "svg"),
)  # fmt: skip
_BINARY_STL = 84, 50
"""Bytes before the triangles, and of each."""
_MARKUP = ("<", "#!", "%!", "{\\rtf")
"""With which texts begin that programs carry out."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def type_of(content: IO[bytes], size: int) -> str:
    """Return the name of the kind of file; empty where it is none of those that are published."""
    content.seek(0)
    head = content.read(HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _type_of_archive(content)
    found = next((name for sign, name in _SIGNS if sign.match(head)), "")
    return found or _type_by_form(content, head, size)


def looks_like(head: bytes) -> str:
    """Say in words what foreign bytes are, for who brought them; empty where nobody knows."""
    import puremagic  # noqa: PLC0415 - 2 MB of memory

    try:
        found = puremagic.magic_string(head)
    except puremagic.PureError:
        return ""
    return str(found[0].name)


def _type_of_archive(content: IO[bytes]) -> str:
    try:
        with zipfile.ZipFile(content) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "zip"  # its inspection says that it is damaged
    return next((kind for name, kind in OFFICE.items() if name in names), "zip")


def _type_by_form(content: IO[bytes], head: bytes, size: int) -> str:
    start, each = _BINARY_STL
    if size >= start and size == start + each * int.from_bytes(head[80:84], "little"):
        return "stl"
    content.seek(0)
    try:
        words = content.read().decode("utf-8")
    except UnicodeDecodeError:
        return ""
    if _CONTROLS.search(words) or words.lstrip("\ufeff \r\n\t").startswith(_MARKUP):
        return ""
    return "text"
