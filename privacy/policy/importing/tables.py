"""Tables with a cell for each row and column, as Markdown has them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from privacy.policy.importing.document import (
    Block,
    Paragraph,
    Runs,
    Table,
    text_of,
    tidied,
)
from privacy.policy.importing.findings import Findings
from privacy.policy.importing.paragraph_marks import TAB

MOST_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as the file has it."""

    runs: Runs
    columns: int = 1
    rows: int = 1
    is_head: bool = False


def grid_of(rows: Sequence[Sequence[Cell]], place: str, findings: Findings) -> Table | None:
    """Return the table with each cell repeated where it spans others, None where it is empty."""
    grid: list[dict[int, Cell]] = [{} for _ in rows]
    left = MOST_CELLS
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            while column in grid[number]:
                column += 1
            left -= cell.columns * min(cell.rows, len(rows) - number)
            if left < 0:
                _too_many(place, findings)
                return None
            _set(grid, number, column, cell, alone=len(row) == 1)
            if (cell.columns > 1 and len(row) > 1) or cell.rows > 1:
                _say(cell, place, findings)
            column += cell.columns
    grid = [row for row in grid if any(text_of(cell.runs) or _pins(cell) for cell in row.values())]
    if not grid:
        return None
    width = max(max(row) + 1 for row in grid)
    if width * len(grid) > MOST_CELLS:
        _too_many(place, findings)
        return None
    full = [[row.get(column, Cell([])) for column in range(width)] for row in grid]
    has_header = len(full) > 1 and (
        all(cell.is_head or not cell.runs for cell in full[0]) or _all_strong(full[0])
    )
    return Table(
        has_header,
        [
            [_runs(cell, in_header=has_header and number == 0) for cell in row]
            for number, row in enumerate(full)
        ],
        place,
    )


def _too_many(place: str, findings: Findings) -> None:
    findings.refuse(place, "table", f"It has more than {MOST_CELLS:,} cells.")


def _set(grid: list[dict[int, Cell]], number: int, column: int, cell: Cell, *, alone: bool) -> None:
    """Put a cell into its place; what stands alone in its row is a line between rows."""
    for below in range(number, min(number + cell.rows, len(grid))):
        for beside in range(column, column + cell.columns):
            is_first = (below, beside) == (number, column)
            grid[below].setdefault(beside, cell if is_first or not alone else Cell([]))


def _say(cell: Cell, place: str, findings: Findings) -> None:
    text = text_of(cell.runs)
    if text:
        spans = " and ".join(
            f"{name}={number}"
            for name, number in (("colspan", cell.columns), ("rowspan", cell.rows))
            if number > 1
        )
        findings.change(
            place, f"cell with {spans}", "It stands in each of the cells that it covered.", text
        )


def _pins(cell: Cell) -> bool:
    return any(run.pin for run in cell.runs)


def _all_strong(cells: Sequence[Cell]) -> bool:
    runs = [run for cell in cells for run in cell.runs if run.text.strip()]
    return bool(runs) and all(run.strong for run in runs) and all(c.runs for c in cells)


def _runs(cell: Cell, *, in_header: bool) -> Runs:
    """Heads of columns are bold by themselves, and heads of rows are made so."""
    if in_header or cell.is_head:
        return [replace(run, strong=not in_header and bool(run.text)) for run in cell.runs]
    return list(cell.runs)


def with_tab_made_tables(blocks: Sequence[Block], findings: Findings) -> list[Block]:
    """Return the blocks with each stretch of lines that tabs part alike as a table."""
    output: list[Block] = []
    stretch: list[Paragraph] = []
    for block in [*blocks, None]:
        if isinstance(block, Paragraph) and len(_cells_of(block.runs)) > 1:
            stretch.append(block)
            continue
        table = _tab_made(stretch, findings)
        output += [table] if table else stretch
        stretch = []
        if block is not None:
            output.append(block)
    return output


def _tab_made(paragraphs: Sequence[Paragraph], findings: Findings) -> Table | None:
    rows = [_cells_of(paragraph.runs) for paragraph in paragraphs]
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return None
    place = paragraphs[0].place
    table = grid_of([[Cell(runs) for runs in row] for row in rows], place, findings)
    if table is not None:
        table.has_header = True
        findings.change(
            place,
            "lines with tabs",
            "They are taken for a table whose first line is the heads of its columns.",
            " | ".join(map(text_of, rows[0])),
        )
    return table


def _cells_of(runs: Runs) -> list[Runs]:
    """Return what stands between tabs; those at the beginning only move a line to the right."""
    cells: list[Runs] = [[]]
    for run in runs:
        for number, part in enumerate(re.split(f"{TAB}+", run.text)):
            if number:
                cells.append([])
            if part or run.pin or run.line_break:
                cells[-1].append(replace(run, text=part))
    tidy = [tidied(cell) for cell in cells]
    while tidy and not tidy[0]:
        del tidy[0]
    while tidy and not tidy[-1]:
        del tidy[-1]
    return tidy
