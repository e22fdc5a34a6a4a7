"""What kind of file some bytes are, told by the bytes and not by the name; others are refused."""

import re

from privacy.policy.importing.findings import ImportRefused

MAX_TEXT_BYTES = 1024 * 1024
MAX_BYTES = 8 * 1024 * 1024
ENCODINGS = {"utf-8": "utf-8-sig", "windows-1252": "cp1252"}
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([a-z0-9_-]+)", re.IGNORECASE)
_DECLARED_AS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "windows-1252": "windows-1252",
    "cp1252": "windows-1252",
    # What pages so declare is read as windows-1252 by every browser.
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "us-ascii": "utf-8",
}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ue000-\ue003]")
_LOOKS_LIKE_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype html|<html|<body|<(?:div|p|h[1-6]|article|main)[\s>])",
    re.IGNORECASE,
)
_HTML_INSIDE = re.compile(r"<\s*(script|style|iframe|object|embed|svg|form)\b", re.IGNORECASE)
_MARKDOWN_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n[\w-]+:.*?^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_SAVE = "Open it in a word processor and save it as a Word document (.docx)"
_FIRST_BYTES = (
    (b"{\\rtf", f"The file is RTF. {_SAVE}."),
    (
        b"%PDF-",
        "The file is a PDF, which says nothing of headings and lists. Import what it was made from.",
    ),
    (
        b"\xd0\xcf\x11\xe0",
        f"The file is an old .doc, or a document with a password. {_SAVE}, without a password.",
    ),
    (b"\x89PNG", "The file is a picture. Import the text that it shows as a file."),
    (b"\xff\xd8\xff", "The file is a picture. Import the text that it shows as a file."),
    (b"GIF8", "The file is a picture. Import the text that it shows as a file."),
    (b"\x1f\x8b", "The file is compressed. Unpack it first."),
    (b"7z\xbc\xaf", "The file is compressed. Unpack it first."),
    (b"Rar!", "The file is compressed. Unpack it first."),
    (
        b"MIME-Version:",
        "The file is a single-file web page (.mht). Save it as “Web page, filtered” or as .docx.",
    ),
)
_WORD_XML = (b"http://schemas.microsoft.com/office/word/2003/wordml", b"/office/2006/xmlPackage")


def is_zip(data: bytes) -> bool:
    """Tell whether this may be a Word document."""
    return data.startswith(b"PK\x03\x04")


def refuse_what_is_no_text(data: bytes) -> None:
    """Refuse the kinds of files that cannot be read, with what to do instead."""
    if not data.strip():
        raise ImportRefused("The file is empty.")
    limit = MAX_BYTES if is_zip(data) else MAX_TEXT_BYTES
    if len(data) > limit:
        raise ImportRefused(f"The file is larger than {limit // 1024**2} MB. A policy is not.")
    start = data.lstrip()[:512]
    for first, message in _FIRST_BYTES:
        if data.startswith(first) or start.startswith(first):
            raise ImportRefused(message)
    if any(name in data[:2048] for name in _WORD_XML):
        raise ImportRefused(f"The file is Word's XML. {_SAVE}.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportRefused("The file is UTF-16. Save it as UTF-8.")


def decoded(data: bytes, encoding: str | None) -> str:
    """Return the text of bytes that declare their encoding, or are UTF-8."""
    declared = _DECLARED.search(data[:2048])
    if encoding is None and declared and data.lstrip().startswith(b"<"):
        label = declared[1].decode("ascii").lower()
        if label not in _DECLARED_AS:
            raise ImportRefused(f"The file says that it is {label}. Save it as UTF-8.")
        encoding = _DECLARED_AS[label]
    encoding = encoding or "utf-8"
    try:
        text = data.decode(ENCODINGS[encoding])
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ImportRefused(
            f"The file is not {encoding} text (line {line}). Save it as UTF-8, or name its encoding."
        ) from error
    if _CONTROL.search(text):
        raise ImportRefused("The file is not text: it holds control characters.")
    return text


def form_of(text: str, name: str) -> str:
    """Tell whether a text is HTML, Markdown, or neither."""
    suffix = name.lower().rpartition(".")[2]
    if suffix in ("html", "htm", "xhtml") or _LOOKS_LIKE_HTML.match(text):
        return "HTML"
    if suffix in ("md", "markdown", "mdx") or _MARKDOWN_HEADING.search(text):
        return "Markdown"
    if _FRONT_MATTER.match(text):
        return "Markdown"
    if _HTML_INSIDE.search(text):
        raise ImportRefused("The text holds HTML that would do something. Import it as .html.")
    return "text"
