"""What a Word paragraph is, said at its beginning on its way through a converter that drops it."""

import re
from dataclasses import replace

from privacy.policy.importing.document import Block, Heading, Listed, Paragraph, Run, Runs

_MARK = re.compile("\ue000([^\ue001]*)\ue001([^\ue001]*)\ue001([^\ue001]*)\ue001([^\ue002]*)\ue002")
# Collapsing white space would lose the tabs that make a table.
TAB = "\ue003"


def mark_of(place: str, heading: int | None, label: tuple[int, str] | None) -> str:
    """Return the mark of a paragraph."""
    level, text = label or ("", "")
    return f"\ue000{place}\ue001{'' if heading is None else heading}\ue001{level}\ue001{text}\ue002"


def place_in(text: str) -> str:
    """Return where the first marked paragraph of some text stands, "" where there is none."""
    match = _MARK.search(text)
    return match[1] if match else ""


def marked(runs: Runs, place: str) -> Block:
    """Return the block that some runs are, as their mark says."""
    number = next((n for n, run in enumerate(runs) if not run.pin), 0)
    match = _MARK.match(runs[number].text) if runs else None
    if match is None:
        return Paragraph(runs, place)
    place, heading, level, label = match.groups()
    rest = replace(runs[number], text=runs[number].text[match.end() :].lstrip())
    runs = [*runs[:number], *([rest] if rest.text else []), *runs[number + 1 :]]
    if heading:
        start = [Run(f"{label} ")] if label else []
        return Heading(int(heading), [*start, *(run.plain() for run in runs)], place)
    if level:
        return Listed(int(level), label, runs, place)
    return Paragraph(runs, place)
