"""Blocks as the Markdown of this site, in which every sign of the text stands for itself."""

import re
from collections.abc import Sequence
from dataclasses import replace

from privacy.policy.importing.document import (
    Block,
    Code,
    Heading,
    ItemList,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
    Table,
)

_SPECIAL = re.compile(r"([\\`*_\[\]<>&|~])")
_LINE_START = re.compile(r"^(\d{1,9})([.)])(?=\s|$)|^([#+=-])", re.MULTILINE)
_PLAIN_TARGET = re.compile(r"[^\s<>()\\]+")


def write(blocks: Sequence[Block]) -> str:
    """Return the Markdown of a text."""
    return "\n\n".join(_blocks(blocks)) + "\n"


def _blocks(blocks: Sequence[Block]) -> list[str]:
    written: list[str] = []
    signs = ("-", ".")
    for number, block in enumerate(blocks):
        if isinstance(block, ItemList):
            # Two lists that follow each other are one, unless their signs differ.
            before = blocks[number - 1] if number else None
            alike = isinstance(before, ItemList) and (before.start is None) == (block.start is None)
            again = alike and signs == ("-", ".")
            signs = ("*", ")") if again else ("-", ".")
            written.append(_list(block, signs))
        else:
            written.append(_block(block))
    return written


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * min(6, block.level)} {_heading(block.runs)}"
    if isinstance(block, Quote):
        return _indented("\n\n".join(_blocks(block.blocks)), "> ", "> ")
    if isinstance(block, Code):
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", block.text)), default=0))
        return f"{fence}\n{block.text}\n{fence}"
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Rule):
        return "---"
    return _line_starts(runs_as_markdown(block.runs)) if isinstance(block, Paragraph) else ""


def _heading(runs: Runs) -> str:
    """The first pin of a heading stands at its end, where it is the heading's anchor."""
    pins = [run for run in runs if run.pin]
    text = _line_starts(runs_as_markdown([run for run in runs if not run.pin]))
    if text.endswith("#"):
        text = f"{text[:-1]}\\#"
    return " ".join([text, *(f"{{#{run.pin}}}" for run in pins)])


def _list(block: ItemList, signs: tuple[str, str]) -> str:
    written = []
    loose = any(len(item) > 1 and not _is_short(item) for item in block.items)
    for number, item in enumerate(block.items):
        sign = signs[0] if block.start is None else f"{block.start + number}{signs[1]}"
        between = "\n\n" if loose else "\n"
        text = between.join(_blocks(item))
        written.append(_indented(text, f"{sign} ", " " * (len(sign) + 1)))
    return ("\n\n" if loose else "\n").join(written)


def _is_short(item: Sequence[Block]) -> bool:
    """A line and the list below it need no empty line between them."""
    return (
        isinstance(item[0], Paragraph)
        and all(isinstance(block, ItemList) and block.start in (None, 1) for block in item[1:])
        and len(item) <= 2
    )


def _indented(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    return "\n".join(
        (first if number == 0 else others) + line if line else others.rstrip()
        for number, line in enumerate(lines)
    )


def _table(table: Table) -> str:
    rows = [[runs_as_markdown(_in_cell(cell)) or " " for cell in row] for row in table.rows]
    if not table.has_header:
        rows.insert(0, [" "] * len(rows[0]))
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{'---|' * len(rows[0])}", *lines[1:]])


def _in_cell(runs: Runs) -> Runs:
    """A line between cells is one in code too."""
    return [replace(run, text=run.text.replace("|", "\\|")) if run.code else run for run in runs]


def runs_as_markdown(runs: Sequence[Run]) -> str:
    """Return runs as Markdown. Links go around looks, and white space stands outside both."""
    output = ""
    number = 0
    while number < len(runs):
        href = runs[number].href
        end = number + 1
        while href and end < len(runs) and runs[end].href == href:
            end += 1
        if not href:
            output = _add(output, runs[number], runs[end] if end < len(runs) else None)
        else:
            output += _link(runs[number:end], href)
        number = end
    return output


def _link(runs: Sequence[Run], href: str) -> str:
    words = "".join(run.text for run in runs)
    before, after = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
    pins = "".join(f"{{#{run.pin}}}" for run in runs if run.pin)
    words = words.strip()
    plain = not any(run.strong or run.emphasis or run.code for run in runs)
    if plain and _is_address(words, href):
        return f"{before}{pins}<{words}>{after}"
    text = ""
    inner = [replace(run, href="") for run in runs if not run.pin]
    for number, run in enumerate(inner):
        text = _add(text, run, inner[number + 1] if number + 1 < len(inner) else None)
    target = href if _PLAIN_TARGET.fullmatch(href) else f"<{_escaped_target(href)}>"
    return f"{before}{pins}[{text.strip()}]({target}){after}"


def _escaped_target(href: str) -> str:
    return re.sub(r"([<>\\])", r"\\\1", " ".join(href.split()))


def _is_address(words: str, href: str) -> bool:
    return href in (words, f"mailto:{words}") and bool(
        re.fullmatch(r"https?://[^\s<>\\]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", words, re.ASCII)
    )


def _add(output: str, run: Run, following: Run | None) -> str:
    if run.pin:
        return f"{output}{{#{run.pin}}}"
    if run.line_break:
        return f"{output.rstrip(' ')}\\\n"
    if run.code:
        return output + _code(run.text)
    sign = "**" * run.strong + "*" * run.emphasis
    start = run.text[: len(run.text) - len(run.text.lstrip())]
    end = run.text[len(run.text.rstrip()) :]
    core = run.text.strip()
    if not sign or not core:
        return output + _plain(run.text)
    if output and not start and not output[-1].isspace():
        # A sign is none between a letter and a point: the point then stands outside.
        head, core = _split(core, at_start=True) if output[-1].isalnum() else ("", core)
        start += head
    after = following.text[:1] if following and not following.pin else ""
    if not end and after.isalnum():
        tail, core = _split(core, at_start=False)
        end = tail
    if not core:
        return output + _plain(start + end)
    return f"{output}{_plain(start)}{sign}{_plain(core)}{sign}{_plain(end)}"


def _split(core: str, *, at_start: bool) -> tuple[str, str]:
    """Return the signs at one end of a text, and the rest."""
    pattern = r"^[\W_]+" if at_start else r"[\W_]+$"
    match = re.search(pattern, core)
    if not match:
        return "", core
    return match[0], core[match.end() :] if at_start else core[: match.start()]


def _code(text: str) -> str:
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def paragraph(text: str) -> str:
    """Return Markdown that shows exactly this text."""
    return _line_starts(_plain(text))


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _line_starts(text: str) -> str:
    return _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", text)
