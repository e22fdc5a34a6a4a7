"""From the Markdown of a policy to the HTML that readers see, and the marks that stand in it.

A policy may come from a lawyer's file, so its text is treated as hostile: raw HTML is not parsed,
and what Markdown makes of the rest passes an allow-list. Pictures and embedded things do not
exist here, as each would name another origin (law 5).

A mark, `{promise:some.id}`, ties the sentence before it to a promise. It is part of the source, and
so of what is hashed. In the stored HTML it becomes a comment, which a reader's page either drops
(`without_marks`) or replaces with something to see (`place_marks`).

A pin, `{#some-anchor}`, is what links lead to: in a heading the heading's own anchor, which stays
whatever is inserted around it; elsewhere a place in the text.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

# Raised whenever the same source would give other HTML. It is stored with each version, so that a
# change of the renderer is never taken for a change of the policy.
RENDERER = "site-markdown 2"

PROMISE_ID = r"[a-z0-9]+(?:[.-][a-z0-9]+)*"
SOURCE_MARK = re.compile(r"\{promise:(" + PROMISE_ID + r")\}")
PIN = re.compile(r"\{#(\w(?:[\w.:-]*\w)?)\}")
_PIN_AT_END = re.compile(rf" {PIN.pattern}(?=\s|$)")
STORED_MARK = re.compile(r"<!--promise:(" + PROMISE_ID + r")-->")

_ALLOWED_TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p",
    "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ALLOWED_ATTRIBUTES = {
    "a": {"href", "rel"},
    "ol": {"start"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
}
# Anchors of the page around the text, which a heading may not take.
TAKEN_ANCHORS = frozenset({"main", "contents", "menu", "banner", "sent", "webmaster"})
URL_SCHEMES = {"http", "https", "mailto", "tel"}
_TABLE_START = '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>'
_HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
# What a pin is until the HTML has passed the allow-list. No font has a sign for these two.
_PLACED_PIN = re.compile("\ue000([^\ue000\ue001]*)\ue001")
# Words at the beginning of a section that tell it from one with an equal heading.
_OPENING = 20


@dataclass(frozen=True, slots=True)
class Heading:
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A promise's place: `position` counts characters of `Rendered.html`."""

    promise_id: str
    position: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """What `render` makes of a source. `stored_html` is `html` with the marks as comments."""

    html: str
    stored_html: str
    toc: tuple[Heading, ...]
    marks: tuple[Mark, ...]


def normalised(text: str) -> str:
    """Return the one form of a text that is stored, hashed and compared.

    Unicode NFC, line feeds, plain spaces, no white space at line ends, one line feed at the end.
    Two spaces at a line end, Markdown's invisible line break, become the visible backslash.
    """
    text = unicodedata.normalize("NFC", text).replace("\ufeff", "")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = re.sub(r"[^\S\n]", " ", text)
    text = re.sub(r"(?<=\S) {2,}\n(?=\S)", "\\\\\n", text)
    text = re.sub(r" +\n", "\n", text)
    return text.strip("\n").rstrip() + "\n"


def strip_source_marks(source: str) -> str:
    """Return a source without its marks and pins: the text that readers compare."""
    return PIN.sub("", _PIN_AT_END.sub("", SOURCE_MARK.sub("", source)))


def promise_ids(source: str) -> list[str]:
    return SOURCE_MARK.findall(source)


def slugify_heading(text: str) -> str:
    """Return an anchor in the letters of the heading's own script, Latin ones without accents."""
    slug = ""
    for character in unicodedata.normalize("NFC", text.casefold()):
        parts = unicodedata.normalize("NFKD", character)
        if parts[0].isascii():
            parts = parts.encode("ascii", "ignore").decode()
            slug += parts if parts.isalnum() else " "
        elif f"a{character}".isidentifier():  # a letter, a figure or a vowel sign of any script
            slug += character
        else:
            slug += " "
    return "-".join(slug.split()) or "section"


def render(source: str) -> Rendered:
    stored = _to_html(normalised(source))
    return Rendered(
        html=without_marks(stored),
        stored_html=stored,
        toc=toc_of(stored),
        marks=marks_of(stored),
    )


def without_marks(stored_html: str) -> str:
    """Return stored HTML as a reader without promises sees it."""
    return STORED_MARK.sub("", stored_html)


def place_marks(stored_html: str, widget: Callable[[str], str]) -> str:
    """Return stored HTML with each mark replaced by `widget(promise_id)`, which must be safe."""
    return STORED_MARK.sub(lambda match: widget(match[1]), stored_html)


def marks_of(stored_html: str) -> tuple[Mark, ...]:
    """Return the marks of stored HTML with their places in the HTML without them."""
    marks, removed = [], 0
    for match in STORED_MARK.finditer(stored_html):
        marks.append(Mark(match[1], match.start() - removed))
        removed += len(match[0])
    return tuple(marks)


def toc_of(stored_html: str) -> tuple[Heading, ...]:
    """Return the main headings of stored HTML, whatever renderer wrote it."""
    return tuple(
        Heading(anchor, unescape(_TAG.sub("", text)).strip())
        for anchor, text in _HEADING.findall(without_marks(stored_html))
    )


def parse_markdown(source: str) -> list[Token]:
    """Parse a source as it is shown. Whoever looks at a text reads it by this set-up alone.

    The redline and the search for sentences without a promise would otherwise read another text
    than the visitor does.
    """
    return _MARKDOWN.parse(source)


def _to_html(source: str) -> str:
    import nh3  # noqa: PLC0415 - a megabyte and a half that nobody needs who shows what is stored

    tokens = parse_markdown(source)
    _set_headings(tokens)
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    html = nh3.clean(
        html,
        tags=_ALLOWED_TAGS,
        attributes=_ALLOWED_ATTRIBUTES,
        url_schemes=URL_SCHEMES,
        link_rel=None,
    )
    html = html.replace("<table>", _TABLE_START).replace("</table>", "</table></div>")
    placed = set(TAKEN_ANCHORS)
    html = _PLACED_PIN.sub(lambda match: _place_pin(match[1], placed), html)
    return SOURCE_MARK.sub(r"<!--promise:\1-->", html).strip() + "\n"


def _place_pin(anchor: str, placed: set[str]) -> str:
    """An anchor that leads to two places leads to the first."""
    if anchor in placed:
        return ""
    placed.add(anchor)
    return f'<span id="{anchor}"></span>'


def _set_headings(tokens: Sequence[Token]) -> None:
    """Give each heading a unique anchor, and leave the first level to the page's own title.

    A number that counts equal headings would shift when one more is inserted, and links would lead
    elsewhere. So what tells an equal heading apart is what it stands under, then how its section
    begins; and an anchor that is pinned is nobody else's.
    """
    opening = [token for token in tokens if token.type == "heading_open"]
    shift = 1 if any(token.tag == "h1" for token in opening) else 0
    pinned = [
        pin for token in tokens if token.type == "inline" for pin in PIN.findall(token.content)
    ]
    anchors = _Anchors(pinned)
    above: dict[int, str] = {}
    for index, token in enumerate(tokens):
        if token.type not in ("heading_open", "heading_close"):
            continue
        level = min(6, int(token.tag[1]) + shift)
        token.tag = f"h{level}"
        if token.type == "heading_open":
            inline = tokens[index + 1]
            slug = slugify_heading(_words_of(inline))
            parent = next((above[one] for one in range(level - 1, 1, -1) if one in above), "")
            above = {one: name for one, name in above.items() if one < level} | {level: slug}
            pin = _take_pin(inline)
            anchor = anchors.pinned(pin) or anchors.new(slug, parent, tokens, index)
            token.attrSet("id", anchor)


def _take_pin(inline: Token) -> str:
    """Take the first pin out of a heading."""
    for child in inline.children or ():
        match = PIN.search(child.content) if child.type == "text" else None
        if match:
            child.content = child.content[: match.start()].rstrip() + child.content[match.end() :]
            return match[1]
    return ""


class _Anchors:
    """The anchors of one text."""

    def __init__(self, pins: Iterable[str]) -> None:
        self._pins = set(pins) - TAKEN_ANCHORS
        self._taken = {*TAKEN_ANCHORS, *self._pins}
        self._numbers: dict[str, int] = {}

    def pinned(self, pin: str) -> str:
        """Return the pin, once."""
        if pin not in self._pins:
            return ""
        self._pins.remove(pin)
        return pin

    def new(self, slug: str, parent: str, tokens: Sequence[Token], index: int) -> str:
        """Return an anchor that no other heading has."""
        if slug in self._taken and slug not in TAKEN_ANCHORS:
            below = f"{parent}-{slug}".strip("-")
            slug = below if below not in self._taken else f"{slug}{_opening(tokens, index)}"
        anchor = slug
        while anchor in self._taken:
            self._numbers[slug] = self._numbers.get(slug, 1) + 1
            anchor = f"{slug}-{self._numbers[slug]}"
        self._taken.add(anchor)
        return anchor


def _opening(tokens: Sequence[Token], index: int) -> str:
    """Name what the section of a heading begins with."""
    for number in range(index + 3, len(tokens)):
        token = tokens[number]
        if token.type == "heading_open":
            break
        if token.type == "inline":
            words = " ".join(_words_of(token).split()[:_OPENING])
            return f"-{hashlib.sha256(words.encode()).hexdigest()[:6]}"
    return ""


def _words_of(inline: Token) -> str:
    words = "".join(child.content for child in inline.children or () if child.type != "image")
    return strip_source_marks(words)


def _text(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Any
) -> str:
    return PIN.sub("\ue000\\1\ue001", escapeHtml(tokens[index].content))


def _link_open(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Any
) -> str:
    """A page that we link to learns nothing of the window it was opened from."""
    if re.match(r"(https?:)?//", str(tokens[index].attrGet("href")), re.IGNORECASE):
        tokens[index].attrSet("rel", "noopener")
    return self.renderToken(tokens, index, options, env)


def _make_markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    markdown.add_render_rule("link_open", _link_open)
    markdown.add_render_rule("text", _text)
    return markdown


_MARKDOWN = _make_markdown()
