"""Texts of ours as accessible PDF (PDF/UA-1), from Markdown. Needs the extra `pdf`.

The same text gives the same bytes: no clock, and no fonts of the machine. Threat: a text that is
taken for instructions of the typesetter, so each word goes in as a quoted string.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from privacy.policy.rendering import parse_markdown

PAGE = """\
#set document(title: {title}, author: {author}, date: datetime(year: {day.year}, month: {day.month}, day: {day.day}))
#set text(lang: {lang}, size: 11pt)
#set page(paper: "us-letter", margin: 2.5cm, numbering: "1 / 1")
#set par(justify: false, leading: 0.7em, spacing: 1.1em)
#set heading(numbering: none)
#show heading: set block(above: 1.6em, below: 0.8em)
#show link: underline
#title()
#emph[{line}]

"""


def is_available() -> bool:
    """Tell whether the typesetter is installed."""
    return find_spec("typst") is not None


def pdf_of(
    markdown: str,
    *,
    title: str,
    author: str,
    issued_on: date,
    line: str,
    origin: str,
    lang: str = "en",
) -> bytes:
    """Set a text. `line` stands below the title; links within the site begin with `origin`."""
    tree = SyntaxTreeNode(parse_markdown(markdown))
    head = PAGE.format(
        title=_quoted(title),
        author=_quoted(author),
        day=issued_on,
        lang=_quoted(lang),
        line=f"#{_quoted(line)}",
    )
    source = head + "".join(_Writer(origin).written(tree.children))
    typst: Any = import_module("typst")
    made: bytes = typst.compile(
        source.encode(), format="pdf", pdf_standards=["ua-1"], ignore_system_fonts=True, timestamp=0
    )
    return made


def _quoted(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


class _Writer:
    """Writes a tree of Markdown in the typesetter's own language."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def written(self, nodes: Iterable[SyntaxTreeNode]) -> Iterator[str]:
        for node in nodes:
            yield self.one(node)

    def inside(self, node: SyntaxTreeNode) -> str:
        return "".join(self.written(node.children))

    def one(self, node: SyntaxTreeNode) -> str:
        write: Callable[[SyntaxTreeNode], str] = getattr(self, node.type, self.inside)
        return write(node)

    def text(self, node: SyntaxTreeNode) -> str:
        return f"#{_quoted(node.content)}"

    def softbreak(self, node: SyntaxTreeNode) -> str:
        return " "

    def hardbreak(self, node: SyntaxTreeNode) -> str:
        return "#linebreak()"

    def code_inline(self, node: SyntaxTreeNode) -> str:
        return f"#raw({_quoted(node.content)})"

    def fence(self, node: SyntaxTreeNode) -> str:
        lines = [_quoted(line) for line in node.content.rstrip("\n").split("\n")]
        return f'#raw(({", ".join(lines)},).join("\\n"), block: true)\n\n'

    code_block = fence

    def strong(self, node: SyntaxTreeNode) -> str:
        return f"#strong[{self.inside(node)}]"

    def em(self, node: SyntaxTreeNode) -> str:
        return f"#emph[{self.inside(node)}]"

    def link(self, node: SyntaxTreeNode) -> str:
        href = str(node.attrs["href"])
        if href.startswith("#"):
            return self.inside(node)  # a heading of the same text
        target = self.origin + href if href.startswith("/") else href
        return f"#link({_quoted(target)})[{self.inside(node)}]"

    def paragraph(self, node: SyntaxTreeNode) -> str:
        return f"{self.inside(node)}\n\n"

    def heading(self, node: SyntaxTreeNode) -> str:
        # The title stands above them: what is second in the text is the first below it.
        level = max(1, int(node.tag[1:]) - 1)
        return f"#heading(level: {level})[{self.inside(node)}]\n\n"

    def bullet_list(self, node: SyntaxTreeNode) -> str:
        return f"#list({self._items(node.children)})\n\n"

    def ordered_list(self, node: SyntaxTreeNode) -> str:
        return f"#enum({self._items(node.children)})\n\n"

    def blockquote(self, node: SyntaxTreeNode) -> str:
        return f"#quote(block: true)[{self.inside(node)}]\n\n"

    def hr(self, node: SyntaxTreeNode) -> str:
        return "#v(1em)\n\n"

    def table(self, node: SyntaxTreeNode) -> str:
        head, *body = node.children
        (titles,) = head.children
        rows = [row for part in body for row in part.children]
        cells = [f"table.header({self._items(titles.children)})"]
        cells += [self._items(row.children) for row in rows]
        return f"#table(columns: {len(titles.children)}, {', '.join(cells)})\n\n"

    def _items(self, nodes: Sequence[SyntaxTreeNode]) -> str:
        return ", ".join(f"[{self.inside(node).strip()}]" for node in nodes)
