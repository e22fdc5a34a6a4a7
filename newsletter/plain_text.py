"""The Markdown of an issue as plain text: the part of the mail for who reads it without HTML."""

import textwrap
from collections.abc import Callable
from urllib.parse import urljoin

from markdown_it.tree import SyntaxTreeNode

from privacy.policy.rendering import parse_markdown, strip_source_marks

WIDTH = 72
UNDERLINES = {"h1": "=", "h2": "="}


def plain_text(source: str, *, base: str) -> str:
    """Return a text whose links are whole addresses: beside their words, as nobody can click words."""
    tree = SyntaxTreeNode(parse_markdown(strip_source_marks(source)))
    return _Writer(base).blocks(tree)


class _Writer:
    """Writes the nodes of one text. `base` is what its own relative links start from."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.kinds: dict[str, Callable[[SyntaxTreeNode], str]] = {
            "heading": self.heading,
            "paragraph": self.words,
            "blockquote": lambda node: _indented(self.blocks(node), "> "),
            "bullet_list": lambda node: self.items(node, None),
            "ordered_list": lambda node: self.items(node, int(node.attrs.get("start", 1))),
            "fence": lambda node: _indented(node.content.rstrip("\n"), "    "),
            "code_block": lambda node: _indented(node.content.rstrip("\n"), "    "),
            "hr": lambda node: "-" * 24,
            "table": self.table,
        }

    def blocks(self, node: SyntaxTreeNode) -> str:
        """Write what stands below one another."""
        return "\n\n".join(self.kinds[child.type](child) for child in node.children)

    def heading(self, node: SyntaxTreeNode) -> str:
        """Write a heading with a line under it."""
        words = self.words(node)
        longest = max(map(len, words.splitlines()), default=0)
        return f"{words}\n{UNDERLINES.get(node.tag, '-') * longest}"

    def words(self, node: SyntaxTreeNode) -> str:
        """Write what is inline, wrapped; a break that somebody typed stays."""
        lines = self.inline(node.children[0]).split("\n")
        return "\n".join(
            textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)
            for line in lines
        )

    def items(self, node: SyntaxTreeNode, number: int | None) -> str:
        """Write a list. Its items stand close where none holds more than a line of text."""
        found = []
        for index, item in enumerate(node.children):
            sign = "- " if number is None else f"{number + index}. "
            found.append(_indented(self.blocks(item), " " * len(sign), first=sign))
        return ("\n" if all("\n\n" not in one for one in found) else "\n\n").join(found)

    def table(self, node: SyntaxTreeNode) -> str:
        """Write a table, one line a row."""
        rows = [row for part in node.children for row in part.children]
        return "\n".join(
            " | ".join(self.inline(cell.children[0]) for cell in row.children) for row in rows
        )

    def inline(self, node: SyntaxTreeNode) -> str:
        """Write words."""
        return "".join(map(self.word, node.children))

    def word(self, node: SyntaxTreeNode) -> str:
        """Write one piece of a line."""
        if node.type == "link":
            words, target = self.inline(node), urljoin(self.base, str(node.attrs["href"]))
            return target if words in (target, "") else f"{words} <{target}>"
        if node.type == "softbreak":
            return " "
        if node.type == "hardbreak":
            return "\n"
        return self.inline(node) if node.children else node.content


def _indented(text: str, indent: str, *, first: str | None = None) -> str:
    lines = [f"{indent}{line}".rstrip() for line in text.split("\n")]
    if first is not None:
        lines[0] = f"{first}{lines[0][len(first) :]}"
    return "\n".join(lines)
