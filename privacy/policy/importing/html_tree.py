"""HTML as a tree that knows the line of each element.

Elements whose end is left out, as HTML allows, are closed where a browser closes them: a parser
that nests them instead makes one paragraph of a whole page.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from privacy.policy.importing.findings import ImportRefused
from privacy.policy.importing.paragraph_marks import place_in

DEEPEST = 200
VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
})  # fmt: skip
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol",
    "option", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
})  # fmt: skip
_CELLS = frozenset({"td", "th", "caption", "table"})
_SECTIONS = frozenset({"thead", "tbody", "tfoot"})
# What a start tag closes, and where the search for it ends.
_CLOSES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu", "dir"}) | _CELLS),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"}) | _CELLS),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"}) | _CELLS),
    "td": (frozenset({"td", "th"}), frozenset({"table"})),
    "th": (frozenset({"td", "th"}), frozenset({"table"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    **{tag: (_SECTIONS, frozenset({"table"})) for tag in _SECTIONS},
    "option": (frozenset({"option"}), frozenset({"select"})),
}
_IN_CELLS = BLOCKS - _CELLS - _SECTIONS - {"tr", "body", "html"}


@dataclass(eq=False, slots=True)
class Node:
    """An element."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    place: str = ""
    children: list["Node | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        """Yield the element and all below it."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    @property
    def text(self) -> str:
        """All text below, with single spaces."""
        return " ".join("".join(_texts(self)).split())


def _texts(node: Node) -> Iterator[str]:
    edge = " " if node.tag in BLOCKS or node.tag == "br" else ""
    yield edge
    for child in node.children:
        if isinstance(child, str):
            yield child
        elif child.tag not in ("script", "style"):
            yield from _texts(child)
    yield edge


def parse_html(text: str) -> Node:
    """Return the root of the tree, whose own tag is `html`."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    return parser.root


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("html")
        self.open = [self.root]
        self.place = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            return
        if tag in _CLOSES:
            closed, until = _CLOSES[tag]
            self._close(closed, until)
        if tag in BLOCKS and tag != "option":
            self._close(frozenset({"p"}), _CELLS | {"button"})
        attributes = {name: value or "" for name, value in attrs}
        # What was made of another file says where in that file it stands.
        if "data-line" in attributes:
            self.place = f"line {attributes.pop('data-line')}"
        node = Node(tag, attributes, self.place or f"line {self.getpos()[0]}")
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)
        if len(self.open) > DEEPEST:
            raise ImportRefused(
                f"{node.place}: more than {DEEPEST} elements stand inside each other. "
                "Save the page anew from a word processor."
            )

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._close(frozenset({tag}), _CELLS if tag in _IN_CELLS else frozenset())

    def handle_data(self, data: str) -> None:
        self.place = place_in(data) or self.place
        self.open[-1].children.append(data)

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Take `<![x` for a comment, as browsers do: the library's parser gives up over it."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return self.parse_bogus_comment(i)

    def _close(self, tags: frozenset[str], until: frozenset[str]) -> None:
        """Close the innermost open element of these, unless one of the others is met before."""
        for number in range(len(self.open) - 1, 0, -1):
            tag = self.open[number].tag
            if tag in tags:
                del self.open[number:]
                return
            if tag in until:
                return
