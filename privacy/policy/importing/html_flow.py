"""Runs as they come, and the blocks that they make."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from privacy.policy.importing.document import Block, Run, Runs, runs_of, text_of, tidied
from privacy.policy.importing.paragraph_marks import marked


@dataclass(frozen=True, slots=True)
class Look:
    """How text looks, as the elements around it say."""

    strong: bool = False
    emphasis: bool = False
    code: bool = False
    href: str = ""

    def run(self, text: str) -> Run:
        """Return text that looks so."""
        return Run(text, self.strong, self.emphasis, self.code, self.href)


@dataclass(slots=True)
class Flow:
    """The blocks of one element as they come, and the runs that are no block yet."""

    place: str
    blocks: list[Block] = field(default_factory=list)
    runs: Runs = field(default_factory=list)

    def end_paragraph(self) -> None:
        """Make a paragraph of the runs; pins without text belong to what comes."""
        pins = [run for run in self.runs if run.pin]
        for part in _parts(self.runs):
            self.blocks.append(marked(part, self.place))
            pins = []
        self.runs = pins

    def add(self, block: Block) -> None:
        """Add a block that is no paragraph."""
        self.end_paragraph()
        self.blocks.append(block)
        first = next(runs_of([block]), None)
        if first is not None:
            first[:0], self.runs = self.runs, []

    def finish(self) -> list[Block]:
        """Return the blocks. Pins with no text at all stay behind in `runs`."""
        self.end_paragraph()
        last = list(runs_of(self.blocks))
        if self.runs and last:
            last[-1].extend(self.runs)
            self.runs = []
        return self.blocks


def _parts(runs: Sequence[Run]) -> Iterable[Runs]:
    """Split at two line breaks with nothing in between, as old pages part their paragraphs."""
    part: Runs = []
    for run in runs:
        blank = [one for one in part if one.line_break or one.text.strip()]
        if run.line_break and blank and blank[-1].line_break:
            yield from _kept(part)
            part = []
        else:
            part.append(run)
    yield from _kept(part)


def _kept(part: Runs) -> Iterable[Runs]:
    tidy = tidied(part)
    if text_of(tidy):
        yield tidy
