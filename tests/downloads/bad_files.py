"""Files that nobody should publish, and small good ones, made anew for each test."""

import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import pikepdf
from PIL import Image

from downloads.models import Kind


@dataclass(frozen=True, slots=True)
class BadFile:
    """What is brought, and words of what is said then."""

    name: str
    made: Callable[[], bytes]
    said: str
    kind: str = Kind.MANUAL


def pdf(*, pages: int = 1, **root: object) -> bytes:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    for key, value in root.items():
        document.Root[f"/{key}"] = value
    output = BytesIO()
    document.save(output, deterministic_id=True)
    return output.getvalue()


def pdf_with_script() -> bytes:
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    return pdf(OpenAction=action)


def pdf_that_starts_a_program() -> bytes:
    return pdf(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe"))


def pdf_with_a_file_within() -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    document.attachments["setup.exe"] = pikepdf.AttachedFileSpec(document, b"MZ")
    output = BytesIO()
    document.save(output)
    return output.getvalue()


def pdf_with_a_link(uri: str) -> bytes:
    link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=uri)
    return pdf(OpenAction=pikepdf.Array([link]))


def pdf_with_password() -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    output = BytesIO()
    document.save(output, encryption=pikepdf.Encryption(owner="a", user="b"))
    return output.getvalue()


def archive(
    *members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED, locked: bool = False
) -> bytes:
    output = BytesIO()
    with zipfile.ZipFile(output, "w", method) as made:
        for name, content in members:
            made.writestr(zipfile.ZipInfo(name) if "\\" in name else name, content, method)
    changed = bytearray(output.getvalue())
    if locked:
        for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            changed[changed.index(sign) + place] |= 1
    return bytes(changed)


def archive_with_a_link() -> bytes:
    member = zipfile.ZipInfo("current")
    member.external_attr = 0o120777 << 16
    output = BytesIO()
    with zipfile.ZipFile(output, "w") as made:
        made.writestr(member, "/etc/passwd")
    return output.getvalue()


def archive_that_lies_over_itself() -> bytes:
    """Two names for the same bytes, as the bombs have that grow without bound."""
    content = archive(("a.txt", b"a" * 100), method=zipfile.ZIP_STORED)
    start = content.index(b"PK\x01\x02")
    entry = content[start : start + 46 + len("a.txt")]
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, 2 * len(entry), start, 0)
    return content[:start] + entry * 2 + end


def damaged_archive() -> bytes:
    content = bytearray(archive(("a.txt", b"words " * 50), method=zipfile.ZIP_STORED))
    content[content.index(b"words") + 2] ^= 1
    return bytes(content)


def picture(kind: str = "PNG", size: tuple[int, int] = (20, 10), **options: object) -> bytes:
    output = BytesIO()
    Image.new("RGB", size, "green").save(output, kind, **options)
    return output.getvalue()


def picture_of_many_pixels(width: int = 9_000, height: int = 9_000) -> bytes:
    """A PNG of 80 bytes that says in its head how large it is."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))
        )

    head = struct.pack("!2I5B", width, height, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(b"")), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def picture_with_its_place() -> bytes:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (44.0, 58.0, 0.0)}
    return picture("JPEG", exif=exif)


def svg(inside: str = "", head: str = "") -> bytes:
    return f'{head}<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode()


MACROS = (("word/document.xml", b"<w/>"), ("word/vbaProject.bin", b"\xd0\xcf"))
TURNED = "manual\u202efdp.exe"
BAD_FILES = (
    BadFile("empty.pdf", lambda: b"", "is empty"),
    BadFile("large.pdf", lambda: b"%PDF-1.7" + b"0" * 1024 * 1024, "larger than 1.0"),
    BadFile("tool.exe", lambda: b"MZ\x90\0" + b"\0" * 100, "Windows Executable"),
    BadFile("renamed.pdf", lambda: b"MZ\x90\0" + b"\0" * 100, "Windows Executable"),
    BadFile("noise.dwg", lambda: bytes(range(128, 256)), "of a kind that is not known here"),
    BadFile("page.txt", lambda: b"<!DOCTYPE html><html><script>1</script>", "HTML"),
    BadFile("run.txt", lambda: b"#!/bin/sh\nrm -rf /\n", "not known here"),
    BadFile("picture.pdf", picture, "by its content it is a PNG picture"),
    BadFile("script.pdf", pdf_with_script, "a script"),
    BadFile("start.pdf", pdf_that_starts_a_program, "starts a program"),
    BadFile("within.pdf", pdf_with_a_file_within, "a file within"),
    BadFile("link.pdf", lambda: pdf_with_a_link("file:///c:/x.exe"), "a link to a program"),
    BadFile("locked.pdf", pdf_with_password, "asks for a password"),
    BadFile("half.pdf", lambda: b"%PDF-1.7\nnothing", "cannot be opened"),
    BadFile("none.pdf", lambda: pdf(pages=0), "cannot be opened"),
    BadFile("bomb.zip", lambda: archive(("a", b"\0" * 2_000_000)), "becomes very large"),
    BadFile("over.zip", archive_that_lies_over_itself, "becomes very large"),
    BadFile("climbs.zip", lambda: archive(("../../etc/cron.d/x", b"a")), "would leave its folder"),
    BadFile("link.zip", archive_with_a_link, "would leave its folder"),
    BadFile("locked.zip", lambda: archive(("a.txt", b"a"), locked=True), "asks for a password"),
    BadFile("nested.zip", lambda: archive(("again.zip", b"PK")), "holds another one"),
    BadFile("program.zip", lambda: archive(("setup.EXE", b"MZ")), "holds a program"),
    BadFile("damaged.zip", damaged_archive, "archive is damaged"),
    BadFile("cut.zip", lambda: archive(("a.txt", b"a" * 50))[:40], "archive is damaged"),
    BadFile("macros.docx", lambda: archive(*MACROS), "holds macros"),
    BadFile("bomb.png", picture_of_many_pixels, "more than 50 million pixels"),
    BadFile("bomb2.png", lambda: picture_of_many_pixels(40_000, 40_000), "more than 50 million"),
    BadFile("half.jpg", lambda: picture("JPEG", (400, 400))[:700], "picture is damaged"),
    BadFile("where.jpg", picture_with_its_place, "where it was taken"),
    BadFile("script.svg", lambda: svg("<script>1</script>"), "<script>"),
    BadFile("click.svg", lambda: svg('<g onclick="x()"/>'), "the attribute onclick"),
    BadFile("embeds.svg", lambda: svg("<foreignObject/>"), "<foreignobject>"),
    BadFile("asks.svg", lambda: svg('<image href="https://a.test/"/>'), "outside the drawing"),
    BadFile("acts.svg", lambda: svg('<a href="javascript:x()"/>'), "outside the drawing"),
    BadFile("style.svg", lambda: svg("<style>@import 'x';</style>"), "from elsewhere"),
    BadFile("paint.svg", lambda: svg('<g fill="url(https://a.test/#b)"/>'), "from elsewhere"),
    BadFile("moves.svg", lambda: svg('<set attributeName="href" to="x"/>'), "changes a link"),
    BadFile("entity.svg", lambda: svg("&a;", "<!DOCTYPE svg [<!ENTITY a 'b'>]>"), "entities"),
    BadFile("sheet.svg", lambda: svg(head='<?xml-stylesheet href="x"?>'), "<?xml-stylesheet?>"),
    BadFile("half.svg", lambda: svg("<g>"), "no SVG that can be read"),
    BadFile("other.svg", lambda: b"<x><svg/></x>", "no SVG that can be read"),
    BadFile("../../etc/manual.pdf", pdf, "must not hold / or \\"),
    BadFile("c:\\manual.pdf", pdf, "must not hold / or \\"),
    BadFile("manual\0.pdf", pdf, "cannot be seen"),
    BadFile(TURNED, pdf, "turn the writing round"),
    BadFile("ä" * 126 + ".pdf", pdf, "longer than 255 bytes"),
    BadFile(".pdf", pdf, "no name with an ending"),
    BadFile("manual", pdf, "no name with an ending"),
)
GOOD_FILES: tuple[tuple[str, Callable[[], bytes], str], ...] = (
    ("manual.pdf", pdf, "application/pdf"),
    ("ÄNDERUNG 2.PDF", pdf, "application/pdf"),
    ("shield.png", picture, "image/png"),
    ("shield.jpg", lambda: picture("JPEG"), "image/jpeg"),
    ("shield.webp", lambda: picture("WEBP"), "image/webp"),
    ("plan.svg", lambda: svg('<style>g{}</style><a href="https://a.test/">A<g href="#b"/></a>'),
     "image/svg+xml"),
    ("plan2.svg", lambda: svg(head='<?xml version="1.0"?><!DOCTYPE svg><!-- x -->'),
     "image/svg+xml"),
    ("panel.dwg", lambda: b"AC1032\0\0\0\0\0" + b"\1" * 50, "image/vnd.dwg"),
    ("panel.dxf", lambda: b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n", "image/vnd.dxf"),
    ("panel.stp", lambda: b"ISO-10303-21;\nHEADER;\n", "model/step"),
    ("part.stl", lambda: b"solid part\n facet normal 0 0 0\n", "model/stl"),
    ("part2.stl", lambda: b"\1" * 80 + struct.pack("<I", 2) + b"\1" * 100, "model/stl"),
    ("table.csv", "a;ü\n1;2\n".encode, "text/plain; charset=utf-8"),
    ("models.zip", lambda: archive(("a/b.stp", b"ISO-10303-21;")), "application/zip"),
    ("sheet.xlsx", lambda: archive(("xl/workbook.xml", b"<x/>")),
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
)  # fmt: skip
