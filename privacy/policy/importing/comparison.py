"""Whether readers of the draft see what the file says: its words, and what stands where.

Three things are held against each other: the file's own text, gathered apart from the blocks; the
blocks that a reader made; and the page that the draft would be, read back from its HTML.
"""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from urllib.parse import unquote

from privacy.policy.importing.document import (
    Block,
    Code,
    Document,
    Heading,
    ItemList,
    Paragraph,
    Quote,
    Runs,
    Table,
    text_of,
)
from privacy.policy.importing.findings import ImportRefused
from privacy.policy.rendering import strip_source_marks

AROUND = 5
SHOWN = 40
_NO_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing of a text: what kind it is, what it says, and what stands before it or where."""

    kind: str
    text: str
    label: str = ""
    place: str = ""

    @property
    def said(self) -> tuple[str, str, str]:
        """What has to be the same on both sides."""
        return self.kind, " ".join(strip_source_marks(self.text).split()), self.label


def parts_of(blocks: Sequence[Block]) -> Iterator[Part]:
    """Yield all that a text consists of, in the order of reading.

    The page keeps its first level for its own title, so that all headings go one down.
    """
    shift = int(any(heading.level == 1 for heading in _headings(blocks)))
    return _parts(blocks, shift, depth=0, label="")


def _headings(blocks: Sequence[Block]) -> Iterator[Heading]:
    for block in blocks:
        if isinstance(block, Heading):
            yield block
        elif isinstance(block, Quote):
            yield from _headings(block.blocks)
        elif isinstance(block, ItemList):
            for item in block.items:
                yield from _headings(item)


def _parts(blocks: Sequence[Block], shift: int, *, depth: int, label: str) -> Iterator[Part]:
    for block in blocks:
        if isinstance(block, Heading):
            level = min(6, block.level + shift)
            yield Part(f"heading of level {level}", text_of(block.runs), place=block.place)
            yield from _links(block.runs, block.place)
        elif isinstance(block, Paragraph):
            kind = "item of a list" if label else "paragraph"
            yield Part(kind, text_of(block.runs), label, block.place)
            yield from _links(block.runs, block.place)
        elif isinstance(block, ItemList):
            for number, item in enumerate(block.items):
                sign = "•" if block.start is None else f"{block.start + number}."
                yield from _parts(item, shift, depth=depth + 1, label=f"{depth + 1} {sign}")
        elif isinstance(block, Table):
            yield from _rows(block)
        elif isinstance(block, Quote):
            yield Part("quotation", "", place=block.place)
            yield from _parts(block.blocks, shift, depth=depth, label="")
        elif isinstance(block, Code):
            yield Part("block of code", " ".join(block.text.split()), place=block.place)
        else:
            yield Part("line", "", place=block.place)
        label = f"{depth} below" if depth else ""


def _rows(table: Table) -> Iterator[Part]:
    for number, row in enumerate(table.rows):
        kind = "head of a table" if table.has_header and number == 0 else "row of a table"
        yield Part(kind, " | ".join(map(text_of, row)), f"{len(row)} cells", table.place)
        for cell in row:
            yield from _links(cell, table.place)


def _links(runs: Runs, place: str) -> Iterator[Part]:
    linked: list[tuple[str, str]] = []
    for run in runs:
        if run.href and linked and linked[-1][0] == run.href:
            linked[-1] = (run.href, linked[-1][1] + run.text)
        elif run.href:
            linked.append((run.href, run.text))
        elif run.text or run.line_break:
            linked.append(("", ""))
    for href, text in linked:
        if href:
            yield Part("link", " ".join(text.split()), unquote(href), place)


def compare_parts(wanted: Sequence[Part], shown: Sequence[Part]) -> None:
    """Refuse where the page would be built otherwise than the file, and say where."""
    longer = [*shown, *[Part("", "")] * (len(wanted) - len(shown))]
    for number, part in enumerate(wanted):
        other = longer[number]
        if part.said != other.said:
            instead = f"{other.kind} “{other.text[:SHOWN]}” ({other.label})"
            raise ImportRefused(
                f"{part.place}: the {part.kind} “{part.text[:SHOWN]}” cannot be taken over as it "
                f"is: it would become {instead}. Write it more simply, then import it again."
            )
    if len(shown) > len(wanted):
        raise ImportRefused(
            f"The draft would say more than the file: “{shown[len(wanted)].text[:SHOWN]}”."
        )


def compare_words(document: Document, shown: Sequence[Part]) -> None:
    """Refuse where the page lacks a word of the file that is not listed as left out.

    What was written out (labels, quotation marks) may be more, so the signs of the file have to
    stand on the page in the same order, with others in between.
    """
    wanted = "".join(text for one in document.original for text, kept in one if kept)
    seen = "".join(
        part.label.partition(" ")[2] * (part.kind == "item of a list") + part.text
        for part in shown
        if part.kind != "link"
    )
    wanted, seen = strip_source_marks(wanted), strip_source_marks(seen)
    letters, on_page = _letters(wanted), _letters(seen)
    place = 0
    for number, letter in enumerate(letters if letters not in on_page else ""):
        place = on_page.find(letter, place) + 1
        if not place:
            around = _around(wanted, number)
            raise ImportRefused(
                f"The text cannot be taken over word for word. Look near: “{around}”."
            )


def _letters(text: str) -> str:
    """Return the letters and figures of a text, in one form whatever their accents are made of."""
    return _NO_LETTERS.sub("", unicodedata.normalize("NFKD", text))


def _around(text: str, number: int) -> str:
    """Return what stands around the letter of a number."""
    words = text.split()
    ends = list(accumulate(len(_letters(word)) for word in words))
    index = bisect_right(ends, number)
    return " ".join(words[max(0, index - AROUND) : index + AROUND])


def counts_of(parts: Sequence[Part]) -> Counter[str]:
    """Count each kind of thing, and the words."""
    counts = Counter(part.kind for part in parts)
    counts["word"] = sum(
        len(strip_source_marks(part.text).replace(" | ", " ").split())
        for part in parts
        if part.kind != "link"
    )
    return counts
