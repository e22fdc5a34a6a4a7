"""The parts of a Word document, unpacked with a limit to each and to all.

A zip file of some kilobytes can hold gigabytes, and an XML entity can be gigabytes by itself. So
only the parts that hold text are unpacked, never more of one than the limit, whatever its header
says, and XML that declares a document type is refused before it is parsed.
"""

import io
import zipfile
import zlib
from xml.etree import ElementTree as ET

from privacy.policy.importing.findings import ImportRefused

MOST_BYTES = 16 * 1024 * 1024
MOST_ENTRIES = 2_000
_DOCUMENT = "word/document.xml"
_PARTS = ("word/styles.xml", "word/numbering.xml", "word/footnotes.xml", "word/endnotes.xml",
          "word/comments.xml", "word/_rels/document.xml.rels", "word/_rels/footnotes.xml.rels",
          "word/_rels/endnotes.xml.rels", "[Content_Types].xml", "_rels/.rels")  # fmt: skip
# Word's "Strict Open XML" says the same under other names.
_TRANSITIONAL = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": (
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    ),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
}
OTHER_KINDS = {
    "xl/workbook.xml": "a spreadsheet",
    "ppt/presentation.xml": "a presentation",
    "content.xml": "an OpenDocument text",
    "Index/Document.iwa": "a Pages document",
}


def parts_of_package(data: bytes) -> dict[str, bytes]:
    """Return the parts of a Word document that can hold text, or refuse."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return _parts(package)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ImportRefused(
            "The file is a damaged or locked Word document. Open it in Word and save it anew."
        ) from error


def _parts(package: zipfile.ZipFile) -> dict[str, bytes]:
    names = package.namelist()
    if len(names) > MOST_ENTRIES or len(names) != len(set(names)):
        raise ImportRefused("The file is no document that Word wrote: it has too many parts.")
    for sign, kind in OTHER_KINDS.items():
        if sign in names:
            raise ImportRefused(f"The file is {kind}. Save its text as a Word document (.docx).")
    if _DOCUMENT not in names:
        raise ImportRefused("The file is no Word document. Save its text as .docx.")
    margins = sorted(n for n in names if n.startswith(("word/header", "word/footer")))
    parts: dict[str, bytes] = {}
    left = MOST_BYTES
    for name in (_DOCUMENT, *_PARTS, *(n for n in margins if n.endswith(".xml"))):
        if name in names:
            with package.open(name) as part:
                parts[name] = part.read(left + 1)
            left -= len(parts[name])
        if left < 0:
            raise ImportRefused(
                f"The file holds more than {MOST_BYTES // 1024**2} MB of text when it is unpacked. "
                "A policy does not."
            )
    macros = b"macroEnabled" in parts.get("[Content_Types].xml", b"")
    if macros or any(name.lower().endswith("vbaproject.bin") for name in names):
        raise ImportRefused(
            "The document holds macros. Save it as a Word document (.docx) without."
        )
    return {name: _checked(part) for name, part in parts.items()}


def _checked(part: bytes) -> bytes:
    if part.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in part[:64]:
        raise ImportRefused(
            "The document is not written in UTF-8. Open it in Word and save it anew."
        )
    if b"<!doctype" in part.lower() or b"<!entity" in part.lower():
        raise ImportRefused(
            "The document declares a document type, which Word never does. "
            "Copy its text into a new document."
        )
    for strict, transitional in _TRANSITIONAL.items():
        part = part.replace(strict, transitional)
    return part


def parsed(part: bytes) -> ET.Element:
    """Return the root of a part."""
    try:
        return ET.fromstring(part)  # noqa: S314 - `_checked` refuses entities, the limit the rest
    except ET.ParseError as error:
        raise ImportRefused(
            "The Word document is damaged. Open it in Word and save it anew."
        ) from error
