"""What a file is, its first bytes say; what cannot be read is refused with what to do instead."""

import pytest

from privacy.policy.importing.sniff import MAX_TEXT_BYTES
from tests.privacy.policy.importing.reading import read, refusal_of
from tests.privacy.policy.importing.word_files import zipped

REFUSED = {
    "empty": (b"", "a.txt", "The file is empty."),
    "blank": (b" \r\n\t ", "a.txt", "The file is empty."),
    "RTF": (
        b"{\\rtf1\\ansi We keep it.}",
        "a.docx",
        "The file is RTF. Open it in a word processor",
    ),
    "PDF": (b"%PDF-1.7 We keep it.", "a.txt", "The file is a PDF"),
    "old .doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.docx", "The file is an old .doc"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "a.txt", "The file is a picture."),
    "packed": (b"\x1f\x8b\x08", "a.txt", "The file is compressed."),
    "single-file page": (b"MIME-Version: 1.0\nX: y", "a.mht", "Save it as “Web page, filtered”"),
    "Word's XML": (
        b'<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">',
        "a.xml",
        "The file is Word's XML.",
    ),
    "spreadsheet": (zipped({"xl/workbook.xml": "x"}), "a.docx", "The file is a spreadsheet."),
    "OpenDocument": (zipped({"content.xml": "x"}), "a.odt", "The file is an OpenDocument text."),
    "other zip": (zipped({"a.txt": "x"}), "a.docx", "The file is no Word document."),
    "damaged zip": (b"PK\x03\x04 We keep it.", "a.docx", "damaged or locked Word document"),
    "zero bytes": (b"We keep\x00 it.", "a.txt", "it holds control characters"),
    "our own signs": ("We keep\ue000 it.".encode(), "a.txt", "it holds control characters"),
    "10 MB": (b"word " * 2_100_000, "a.txt", "larger than 1 MB"),
    "wrong encoding": ("Caf\u00e9".encode("cp1252"), "a.txt", "not utf-8 text (line 1)"),
    "utf-16": ("We keep it.".encode("utf-16"), "a.txt", "The file is UTF-16."),
    "another encoding": (b"<meta charset=koi8-r><p>x</p>", "a.html", "says that it is koi8-r"),
    "only a script": (b"<script>alert(1)</script>", "a.html", "no text to show"),
    "only a picture": (b"<p><img src=x alt=y></p>", "a.html", "no text to show"),
    "script in text": (b"We <script>x</script> it.", "a.txt", "Import it as .html"),
}


@pytest.mark.parametrize(("data", "name", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused(data: bytes, name: str, message: str):
    assert message in refusal_of(data, name)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("We keep “it”.".encode("utf-8-sig"), None),
        ("We keep “it”.".encode("cp1252"), "windows-1252"),
    ],
    ids=["BOM", "named"],
)
def test_encodings_are_read_as_they_are_named(data: bytes, encoding: str | None):
    assert read(data, "a.txt", encoding=encoding).source == "We keep “it”.\n"


def test_a_page_may_name_its_encoding():
    page = '<html><head><meta charset="iso-8859-1"></head><body><p>We keep “it”.</p></body></html>'
    assert read(page.encode("cp1252")).source == "We keep “it”.\n"


def test_a_text_that_speaks_of_encodings_declares_none():
    assert read("We write charset=koi8-r here.", "a.txt").form == "text"


@pytest.mark.parametrize(
    ("data", "name", "form"),
    [
        ("<!DOCTYPE html><p>We keep it.</p>", "policy", "HTML"),
        ("<main>We keep it.</main>", "", "HTML"),
        ("We keep it.", "a.htm", "HTML"),
        ("# Policy\n\nWe keep it.", "", "Markdown"),
        ("---\ntitle: x\n---\nWe keep it.", "", "Markdown"),
        ("We keep it.", "a.md", "Markdown"),
        ("We keep it.", "", "text"),
    ],
)
def test_a_form_is_recognised_without_a_name(data: str, name: str, form: str):
    assert read(data, name).form == form


def test_the_largest_file_is_read():
    data = b"We keep what you give us. " * (MAX_TEXT_BYTES // 26)
    assert read(data, "a.txt").words == 6 * (MAX_TEXT_BYTES // 26)
