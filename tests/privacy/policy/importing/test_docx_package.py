"""Zip files and XML that would hurt whoever opens them are refused."""

import io
import zipfile

import pytest

from tests.privacy.policy.importing.reading import refusal_of, shown
from tests.privacy.policy.importing.word_files import CONTENT_TYPES, docx, p, zipped

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "xxxxxxxxxx">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 12))
    + "]><d>&a11;</d>"
)


def with_part(name: str, part: str | bytes) -> bytes:
    return zipped({"word/document.xml": "<x/>", name: part})


REFUSED = {
    "zip bomb": (
        zipped({"word/document.xml": b"<x>" + b" " * (17 * 1024 * 1024) + b"</x>"}),
        "The file holds more than 16 MB of text when it is unpacked.",
    ),
    "bomb in many parts": (
        zipped(
            {
                "word/document.xml": "<x/>",
                **{f"word/header{n}.xml": b" " * (3 * 1024 * 1024) for n in range(6)},
            }
        ),
        "The file holds more than 16 MB of text",
    ),
    "too many parts": (
        zipped({"word/document.xml": "<x/>"} | {f"word/media/{n}": "" for n in range(2_000)}),
        "it has too many parts",
    ),
    "entities": (with_part("word/styles.xml", BOMB), "The document declares a document type"),
    "entities in another encoding": (
        with_part("word/document.xml", BOMB.encode("utf-16")),
        "The document is not written in UTF-8",
    ),
    "entities in an encoding without a mark": (
        with_part("word/styles.xml", BOMB.encode("utf-16-le")),
        "The document is not written in UTF-8",
    ),
    "macros": (with_part("word/vbaProject.bin", b""), "The document holds macros."),
    "macros by type": (
        with_part(
            "[Content_Types].xml",
            CONTENT_TYPES.replace("openxmlformats-officedocument", "ms-word.macroEnabled"),
        ),
        "The document holds macros.",
    ),
    "no XML": (with_part("word/document.xml", b"<x"), "The Word document is damaged."),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_a_hostile_document_is_refused(data: bytes, message: str):
    assert message in refusal_of(data)


def test_a_locked_document_is_refused():
    data = bytearray(docx(p("We keep it.")))
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        offset = 6 if start == b"PK\x03\x04" else 8
        place = -1
        while (place := data.find(start, place + 1)) >= 0:
            data[place + offset] |= 1
    assert "damaged or locked" in refusal_of(bytes(data))


def test_strict_documents_are_read():
    body = docx(p("We keep it."))
    strict = {}
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        for name in package.namelist():
            text = package.read(name).decode()
            strict[name] = text.replace(
                "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                "http://purl.oclc.org/ooxml/wordprocessingml/main",
            )
    assert shown(zipped(strict)) == "<p>We keep it.</p>"
