"""The text of a policy as a list of headings, paragraphs and list items made of words.

Taken from the Markdown and not from stored HTML, so that two versions which differ only in the
renderer that once showed them have the same blocks.
"""

from dataclasses import dataclass, field

from markdown_it.token import Token

from privacy.policy.rendering import normalised, parse_markdown, strip_source_marks

Word = tuple[str, str]
"""What is read, and where it links to ("" for nowhere)."""


@dataclass(frozen=True, slots=True)
class Block:
    tag: str
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words with single spaces."""
        return " ".join(word for word, _ in self.words)


@dataclass(slots=True)
class _Collector:
    """Gathers words; pieces without white space between them are one word."""

    words: list[Word] = field(default_factory=list)
    glued: bool = False

    def add(self, text: str, target: str) -> None:
        if not text:
            return
        parts = text.split()
        if not parts:
            self.glued = False
            return
        if self.glued and not text[0].isspace() and self.words:
            before, old_target = self.words.pop()
            parts[0] = before + parts[0]
            self.words.append((parts[0], old_target or target))
        else:
            self.words.append((parts[0], target))
        self.words += [(part, target) for part in parts[1:]]
        self.glued = not text[-1].isspace()


def blocks_of(source: str) -> list[Block]:
    tokens = parse_markdown(strip_source_marks(normalised(source)))
    shift = int(any(token.tag == "h1" for token in tokens))
    blocks: list[Block] = []
    tag = "p"
    row: _Collector | None = None
    for token in tokens:
        if token.type == "heading_open":
            tag = f"h{min(6, int(token.tag[1]) + shift)}"
        elif token.type == "list_item_open":
            tag = "li"
        elif token.type == "tr_open":
            row = _Collector()
        elif token.type == "tr_close" and row is not None:
            blocks.append(Block("p", tuple(row.words)))
            row = None
        elif token.type in ("fence", "code_block"):
            blocks.append(Block("p", tuple((word, "") for word in token.content.split())))
        elif token.type == "inline":
            if row is not None:
                _collect(token, row)
                row.glued = False
                continue
            collector = _Collector()
            _collect(token, collector)
            if collector.words:
                blocks.append(Block(tag, tuple(collector.words)))
            tag = "p"
    return blocks


def _collect(inline: Token, collector: _Collector) -> None:
    target = ""
    for child in inline.children or ():
        if child.type == "link_open":
            target = str(child.attrGet("href") or "")
        elif child.type == "link_close":
            target = ""
        elif child.type in ("softbreak", "hardbreak"):
            collector.add(" ", "")
        else:
            collector.add(child.content, target)
