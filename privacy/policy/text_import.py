"""Take over a text that a company's lawyers wrote: from a file to the Markdown of a draft.

Nothing may be lost or added on the way. So the words of the file are compared with the words that
a reader of the draft would see, and a file for which they differ is refused.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from bs4 import BeautifulSoup, Comment, Doctype
from markdownify import MarkdownConverter

from privacy.policy.plain_text_import import markdown_of, words_in
from privacy.policy.rendering import normalised, render, strip_source_marks

MAX_BYTES = 1024 * 1024
ENCODINGS = {"utf-8": "utf-8-sig", "windows-1252": "cp1252"}
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([a-z0-9_-]+)", re.IGNORECASE)
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
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LOOKS_LIKE_HTML = re.compile(
    r"\s*(?:<!doctype html|<html|<body|<(?:div|p|h[1-6]|article)[\s>])", re.IGNORECASE
)
_HTML_INSIDE = re.compile(r"<\s*(script|style|iframe|object|embed|svg|form)\b", re.IGNORECASE)
_LINK_TARGET = re.compile(r"https?:|mailto:|tel:|(?!.*:)[/#?.\w-]", re.IGNORECASE)
_MARKDOWN_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)
_NOT_TEXT = (
    "script", "style", "noscript", "template", "head", "iframe", "object", "embed", "svg", "math",
    "img", "picture", "video", "audio", "canvas", "input", "select", "textarea", "button",
)  # fmt: skip
_INLINE = {
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd",
    "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var",
    "wbr",
}  # fmt: skip


class ImportRefused(Exception):  # noqa: N818 - it is an answer, not an accident
    """The file cannot be taken over. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A text that was taken over, and what was recognised in it."""

    source: str
    form: str
    headings: int
    list_items: int
    links: int
    words: int


def read_policy(data: bytes, *, name: str, encoding: str | None = None) -> Imported:
    """Turn the bytes of a file into the Markdown of a draft, or refuse."""
    text = _decode(data, encoding)
    form = _form_of(text, name)
    if form == "HTML":
        source, words = _from_html(text)
    elif _HTML_INSIDE.search(text):
        raise ImportRefused("The text holds HTML that would do something. Import it as .html.")
    elif form == "Markdown":
        source, words = normalised(text), _words_of_markdown(text)
    else:
        source, words = markdown_of(text)
    if not words:
        raise ImportRefused("The file holds no text to show.")
    rendered = render(source)
    _compare(words, _words_shown(rendered.html))
    return Imported(
        source=normalised(source),
        form=form,
        headings=len(re.findall(r"<h[2-6]", rendered.html)),
        list_items=rendered.html.count("<li>"),
        links=rendered.html.count("<a "),
        words=len(words),
    )


def _decode(data: bytes, encoding: str | None) -> str:
    if len(data) > MAX_BYTES:
        raise ImportRefused("The file is larger than 1 MB. A policy is not.")
    if not data.strip():
        raise ImportRefused("The file is empty.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportRefused("The file is UTF-16. Save it as UTF-8.")
    declared = _DECLARED.search(data[:2048])
    if encoding is None and declared:
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


def _form_of(text: str, name: str) -> str:
    suffix = name.lower().rpartition(".")[2]
    if suffix in ("html", "htm", "xhtml") or _LOOKS_LIKE_HTML.match(text):
        return "HTML"
    if suffix in ("md", "markdown") or _MARKDOWN_HEADING.search(text):
        return "Markdown"
    return "text"


def _from_html(text: str) -> tuple[str, list[str]]:
    soup = BeautifulSoup(text, "html.parser")
    for element in soup.find_all(_NOT_TEXT):
        element.decompose()
    for node in soup.find_all(string=lambda s: isinstance(s, Comment | Doctype)):
        node.extract()
    for link in soup.find_all("a"):
        if not _LINK_TARGET.match(str(link.get("href") or "")):
            link.unwrap()
    converter = MarkdownConverter(
        heading_style="ATX",
        bullets="-",
        strong_em_symbol="*",
        escape_misc=True,
        newline_style="BACKSLASH",
        autolinks=False,
    )
    words = _words_shown(str(soup))  # first, as the conversion changes the soup
    return converter.convert_soup(soup), words


def _words_of_markdown(text: str) -> list[str]:
    """The words of Markdown with its signs taken away, found without the renderer."""
    if re.search(r"!\[[^\]]*\]\(", text):
        raise ImportRefused("The text holds pictures. A policy page shows none: take them out.")
    return _words_shown(render(text).html)


class _Words(HTMLParser):
    """Collects text, with a space wherever a block begins or ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _words_shown(html: str) -> list[str]:
    parser = _Words()
    parser.feed(html)
    parser.close()
    return words_in(strip_source_marks("".join(parser.parts)))


def _compare(wanted: list[str], shown: list[str]) -> None:
    """Refuse when a reader would see other words than the file holds."""
    if wanted == shown:
        return
    pairs = zip(wanted, shown, strict=False)
    place = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(wanted), len(shown)))
    around = " ".join(wanted[max(0, place - 5) : place + 5])
    raise ImportRefused(f"The text cannot be taken over word for word. Look near: “{around}”.")
