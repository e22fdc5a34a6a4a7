"""A text as blocks, whatever kind of file it came from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Run:
    """Some text with one look. A `pin` is a target of links and a `line_break` a new line."""

    text: str = ""
    strong: bool = False
    emphasis: bool = False
    code: bool = False
    href: str = ""
    pin: str = ""
    line_break: bool = False

    def saying(self, text: str) -> "Run":
        """Return the same look with another text."""
        return self if text == self.text else replace(self, text=text)

    def plain(self) -> "Run":
        """Return the same without being strong, as headings are by themselves."""
        return replace(self, strong=False) if self.strong else self


Runs = list[Run]


@dataclass(slots=True)
class Heading:
    """The name of a section."""

    level: int
    runs: Runs
    place: str = ""


@dataclass(slots=True)
class Paragraph:
    """Running text."""

    runs: Runs
    place: str = ""


@dataclass(slots=True)
class Listed:
    """A paragraph that its file calls an item, before `nested` makes a list of it and others.

    `label` is what stands before it: "" for a bullet.
    """

    level: int
    label: str
    runs: Runs
    place: str = ""


@dataclass(slots=True)
class ItemList:
    """A list. `start` is its first number, None where it has bullets."""

    start: int | None
    items: list[list["Block"]]
    place: str = ""


@dataclass(slots=True)
class Table:
    """Rows of cells, as many in each row. The first row may be the heads of the columns."""

    has_header: bool
    rows: list[list[Runs]]
    place: str = ""


@dataclass(slots=True)
class Quote:
    """A quotation of blocks."""

    blocks: list["Block"]
    place: str = ""


@dataclass(slots=True)
class Code:
    """Text whose line ends and spaces count."""

    text: str
    place: str = ""


@dataclass(slots=True)
class Rule:
    """A line across the page."""

    place: str = ""


Block = Heading | Paragraph | Listed | ItemList | Table | Quote | Code | Rule

Piece = tuple[str, bool]
"""Text of the file, and whether it is taken over."""


@dataclass(slots=True)
class Document:
    """What a reader made of a file, and beside it the file's own text, paragraph by paragraph.

    The text is gathered apart from the blocks, so that what a reader loses is missed.
    """

    form: str
    blocks: list[Block]
    original: list[list[Piece]] = field(default_factory=list)
    verbatim: str = ""
    """The file's own Markdown, which is kept where it says the same as the blocks."""


def placed_runs(blocks: Sequence[Block]) -> Iterator[tuple[Runs, str]]:
    """Yield the runs of every block, to be edited in place, and where the block stands."""
    for block in blocks:
        if isinstance(block, Heading | Paragraph | Listed):
            yield block.runs, block.place
        elif isinstance(block, ItemList):
            for item in block.items:
                yield from placed_runs(item)
        elif isinstance(block, Table):
            for row in block.rows:
                yield from ((cell, block.place) for cell in row)
        elif isinstance(block, Quote):
            yield from placed_runs(block.blocks)


def runs_of(blocks: Sequence[Block]) -> Iterator[Runs]:
    """Yield the runs of every block, in the order of reading."""
    return (runs for runs, _ in placed_runs(blocks))


def text_of(runs: Sequence[Run]) -> str:
    """Return the words of some runs with single spaces."""
    return " ".join("".join(" " if run.line_break else run.text for run in runs).split())


def tidied(runs: Sequence[Run]) -> Runs:
    """Return runs without white space at the ends and doubled spaces, equal neighbors joined."""
    output: Runs = []
    space_before = True
    for run in runs:
        if run.pin:
            output.append(run)
            continue
        if run.line_break:
            if any(not one.pin for one in output):
                output.append(run)
                space_before = True
            continue
        text = run.text if run.code else _single_spaces(run.text, space_before=space_before)
        if not text:
            continue
        space_before = text.endswith(" ")
        before = output[-1] if output else None
        if before and not before.pin and not before.line_break and _same_look(before, run):
            output[-1] = replace(before, text=before.text + text)
        else:
            output.append(run.saying(text))
    return _without_end(output)


def _single_spaces(text: str, *, space_before: bool) -> str:
    words = text.split()
    if not words:
        return "" if space_before or not text else " "
    start = " " if text[0].isspace() and not space_before else ""
    return start + " ".join(words) + (" " if text[-1].isspace() else "")


def _same_look(one: Run, other: Run) -> bool:
    return (one.strong, one.emphasis, one.code, one.href) == (
        other.strong, other.emphasis, other.code, other.href,
    )  # fmt: skip


def _without_end(runs: Runs) -> Runs:
    """Take white space and line breaks off the end and before line breaks; pins stay."""
    output: Runs = []
    at_end = True
    for run in reversed(runs):
        if run.pin:
            output.append(run)
        elif run.line_break:
            if not at_end:
                output.append(run)
            at_end = True
        else:
            text = run.text.rstrip() if at_end and not run.code else run.text
            if text:
                output.append(run.saying(text))
                at_end = False
    return output[::-1]
