"""From plain text to blocks, where structure is only in the line breaks.

A heading is a short line of its own without an end; a list is marked by bullets, numbers or
letters, or is a run of lines after a colon that end in semicolons; lines with tabs between their
words are a table. Everything else is a paragraph.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from privacy.policy.importing.document import (
    Block,
    Document,
    Heading,
    ItemList,
    Listed,
    Paragraph,
    Run,
    Runs,
    text_of,
)
from privacy.policy.importing.findings import Findings
from privacy.policy.importing.nesting import nested
from privacy.policy.importing.numerals import LABEL, follows, is_first
from privacy.policy.importing.paragraph_marks import TAB
from privacy.policy.importing.tables import with_tab_made_tables

_BULLET = re.compile(r"^\s*(?:[*•‣◦▪·–-]|\u2014)\s+(?=\S)")
_NUMBER = re.compile(r"^\s*(\d{1,3})[.)]\s+(?=\S)")
_LETTER = re.compile(rf"^({LABEL.pattern})\s+(?=\S)")
_SECTION_NUMBER = re.compile(r"^(?:§\s*)?\d{1,2}((?:\.\d{1,2})*)\.?\s+\D")
_RULE = re.compile(r"^\s*([-=_*~#])(?:\s*\1){2,}\s*$")
_ENDS = re.compile(r"[.,;:!?…]['\"”’)\]]*$")
_LINK = re.compile(
    r"(?P<url>https?://[^\s<>\"“”]+)|(?P<www>\bwww\.[^\s<>\"“”]+)"
    r"|(?P<mail>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
)
MAX_HEADING_CHARACTERS, MAX_HEADING_WORDS = 90, 12
WRAPPED_AT = 100


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    number: int

    @property
    def place(self) -> str:
        return f"line {self.number}"


def read_text(text: str, findings: Findings) -> Document:
    """Read plain text. Findings name lines."""
    lines = text.replace("\ufeff", "").splitlines()
    kept: list[_Line | Block] = []
    rows: list[Block] = []
    for number, line in enumerate([*lines, ""], start=1):
        if _has_tabs(line):
            rows.append(Paragraph([Run(line.strip().replace("\t", TAB))], f"line {number}"))
            continue
        kept += _table_or_lines(rows, findings)
        rows = []
        if not _is_rule(line):
            kept.append(_Line(" ".join(line.split()), number))
    document = Document("text", [], [[(line, True)] for line in lines if not _is_rule(line)])
    wrapped = _is_wrapped([one for one in kept if isinstance(one, _Line)])
    stretch: list[_Line] = []
    for one in [*kept, None]:
        if isinstance(one, _Line):
            stretch.append(one)
            continue
        document.blocks += _Reader(_joined(stretch, wrapped=wrapped)).blocks()
        stretch = []
        if one is not None:
            document.blocks.append(one)
    return document


def _table_or_lines(rows: Sequence[Block], findings: Findings) -> "list[_Line | Block]":
    """Return lines with tabs as a table, and as lines where they make none."""
    output: list[_Line | Block] = []
    for block in with_tab_made_tables(rows, findings):
        if isinstance(block, Paragraph):
            text = " ".join(text_of(block.runs).replace(TAB, " ").split())
            output.append(_Line(text, int(block.place.removeprefix("line "))))
        else:
            output.append(block)
    return output


def _has_tabs(line: str) -> bool:
    """Tell whether tabs part the words of a line; one behind a bullet or number parts nothing."""
    stripped = line.strip()
    return "\t" in stripped and not any(
        sign.match(stripped) for sign in (_BULLET, _NUMBER, _LETTER)
    )


def _is_rule(line: str) -> bool:
    return bool(_RULE.match(" ".join(line.split())))


def _is_wrapped(lines: Sequence[_Line]) -> bool:
    filled = [line.text for line in lines if line.text]
    return len(filled) < len(lines) and all(len(text) <= WRAPPED_AT for text in filled)


def _joined(lines: Sequence[_Line], *, wrapped: bool) -> list[_Line]:
    """Join the lines of a wrapped text to paragraphs; in other texts each line is one."""
    if not wrapped:
        return [line for line in lines if line.text]
    blocks: list[list[_Line]] = [[]]
    for line in lines:
        if not line.text:
            blocks.append([])
        elif any(sign.match(line.text) for sign in (_BULLET, _NUMBER, _LETTER)) or _breaks(
            blocks[-1]
        ):
            blocks.append([line])
        else:
            blocks[-1].append(line)
    return [
        _Line(" ".join(line.text for line in block), block[0].number) for block in blocks if block
    ]


def _breaks(block: Sequence[_Line]) -> bool:
    """A line much shorter than its neighbours was ended on purpose, as in an address."""
    if not block or _BULLET.match(block[0].text) or _LETTER.match(block[0].text):
        return False
    return len(block[-1].text) < 45


class _Reader:
    def __init__(self, lines: Sequence[_Line]) -> None:
        self.lines = lines
        self.found: list[Block] = []

    def blocks(self) -> list[Block]:
        index = 0
        while index < len(self.lines):
            for recognise in (
                self._bulleted, self._numbered, self._lettered, self._semicolons, self._short_lines,
            ):  # fmt: skip
                taken = recognise(index)
                if taken:
                    break
            else:
                line = self.lines[index]
                self.found.append(Paragraph(runs_with_links(line.text), line.place))
                taken = 1
            index += taken
        return nested(self.found)

    def _run(self, start: int, belongs: Callable[[str], bool]) -> Sequence[_Line]:
        end = start
        while end < len(self.lines) and belongs(self.lines[end].text):
            end += 1
        return self.lines[start:end]

    def _add_list(self, lines: Sequence[_Line], sign: re.Pattern[str], first: int | None) -> int:
        items: list[list[Block]] = [
            [Paragraph(runs_with_links(sign.sub("", line.text)), line.place)] for line in lines
        ]
        if items:
            self.found.append(ItemList(first, items, lines[0].place))
        return len(lines)

    def _bulleted(self, start: int) -> int:
        run = self._run(start, lambda text: bool(_BULLET.match(text)))
        return self._add_list(run, _BULLET, None)

    def _numbered(self, start: int) -> int:
        run: list[_Line] = []
        for line in self.lines[start:]:
            number = _number(line.text)
            if not number or (run and number != _number(run[-1].text) + 1):
                break
            run.append(line)
        if len(run) < 2:
            return 0
        return self._add_list(run, _NUMBER, _number(run[0].text))

    def _lettered(self, start: int) -> int:
        """Items whose letters stay as they are: (a), b), (iv). Which is below which, they tell."""
        open_labels: list[str] = []
        run = 0
        for line in self.lines[start:]:
            match = _LETTER.match(line.text)
            if not match:
                break
            label = match[1]
            while open_labels and not follows(open_labels[-1], label):
                if is_first(label) and label != open_labels[-1]:
                    break
                open_labels.pop()
            if open_labels and follows(open_labels[-1], label):
                open_labels[-1] = label
            elif open_labels or is_first(label) or not run:
                open_labels.append(label)
            else:
                break
            text = runs_with_links(line.text[match.end() :])
            self.found.append(Listed(len(open_labels) - 1, label, text, line.place))
            run += 1
        return run

    def _semicolons(self, start: int) -> int:
        """Lines that end in semicolons, after a colon, with the line that ends the list."""
        if start == 0 or not self.lines[start - 1].text.endswith(":"):
            return 0
        run = list(self._run(start, lambda text: bool(re.search(r";(?: (?:and|or))?$", text))))
        if not run:
            return 0
        run += self.lines[start + len(run) : start + len(run) + 1]
        return self._add_list(run, re.compile("^(?!)"), None)

    def _short_lines(self, start: int) -> int:
        """One or two short lines before longer text are headings; more are an address or so."""
        run = self._run(start, _is_short)
        numbered = [line for line in run if _SECTION_NUMBER.match(line.text)]
        if not run:
            return 0
        follows_text = start + len(run) < len(self.lines)
        if follows_text and (len(run) <= 2 or len(numbered) == len(run)):
            level = 2
            for line in run:
                runs = runs_with_links(line.text)
                if re.search(r": |\d{4}$", line.text):
                    self.found.append(Paragraph(runs, line.place))
                    continue
                number = _SECTION_NUMBER.match(line.text)
                # A number says how deep a section is, whatever stands above it.
                own = 2 + number[1].count(".") if number else level
                self.found.append(Heading(min(6, own), runs, line.place))
                level = own + 1
        else:
            runs = []
            for line in run:
                runs += [Run(line_break=True)] * bool(runs) + runs_with_links(line.text)
            self.found.append(Paragraph(runs, run[0].place))
        return len(run)


def _number(text: str) -> int:
    match = _NUMBER.match(text)
    return int(match[1]) if match else 0


def _is_short(text: str) -> bool:
    return (
        len(text) <= MAX_HEADING_CHARACTERS
        and len(text.split()) <= MAX_HEADING_WORDS
        and not _ENDS.search(text)
        and not _BULLET.match(text)
    )


def runs_with_links(text: str) -> Runs:
    """Return a text with its addresses as links."""
    output: Runs = []
    end = 0
    for match in _LINK.finditer(text):
        address = re.sub(r"[.,;:!?'’)\]]+$", "", match[0])
        prefix = "https://" if match["www"] else "mailto:" if match["mail"] else ""
        output += [Run(text[end : match.start()]), Run(address, href=prefix + address)]
        end = match.start() + len(address)
    output.append(Run(text[end:]))
    return [run for run in output if run.text]
