"""Markdown from plain text, where structure is only in the line breaks.

A heading is a short line of its own without an end; a list is marked by bullets or numbers, or is
a run of lines after a colon that end in semicolons. Everything else is a paragraph. Signs that
Markdown would read as its own are escaped, so that the words stay as they are.
"""

import re
import unicodedata
from collections.abc import Callable

from privacy.policy.rendering import SOURCE_MARK

_BULLET = re.compile(r"^\s*(?:[*•‣◦▪·–-]|\u2014)\s+(?=\S)")
_NUMBER = re.compile(r"^\s*(\d{1,3})[.)]\s+(?=\S)")
_RULE = re.compile(r"^\s*([-=_*~#])(?:\s*\1){2,}\s*$")
_ENDS = re.compile(r"[.,;:!?…]['\"”’)\]]*$")
_LINK = re.compile(
    r"(?P<url>https?://[^\s<>\"“”]+)|(?P<www>\bwww\.[^\s<>\"“”]+)"
    r"|(?P<mail>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
)
_SPECIAL = re.compile(r"([\\`*_\[\]<>&|~])")
_LINE_START = re.compile(r"^(\d{1,9})([.)])(?=\s|$)|^([#+=-])", re.MULTILINE)
MAX_HEADING_CHARACTERS, MAX_HEADING_WORDS = 90, 12
WRAPPED_AT = 100


def words_in(text: str) -> list[str]:
    """Return the words of a text: what stands between white space."""
    return unicodedata.normalize("NFC", text).replace("\ufeff", "").split()


def markdown_of(text: str) -> tuple[str, list[str]]:
    """Return the Markdown of a plain text, and the words that its readers must see."""
    lines = [" ".join(words_in(line)) for line in text.splitlines()]
    lines = [line for line in lines if not _RULE.match(line)]
    blocks = _blocks(lines)
    words: list[str] = []
    output: list[str] = []
    index = 0
    while index < len(blocks):
        for recognise in (_bulleted, _numbered, _semicolons, _short_lines):
            taken = recognise(blocks, index, output, words)
            if taken:
                break
        else:
            output.append(_escape(blocks[index]))
            words += blocks[index].split()
            taken = 1
        index += taken
    return "\n\n".join(output) + "\n", [w for w in words if not SOURCE_MARK.fullmatch(w)]


def _blocks(lines: list[str]) -> list[str]:
    """Join the lines of a wrapped text to paragraphs; in other texts each line is one."""
    filled = [line for line in lines if line]
    wrapped = "" in lines and all(len(line) <= WRAPPED_AT for line in filled)
    if not wrapped:
        return filled
    blocks: list[list[str]] = [[]]
    for line in lines:
        if not line:
            blocks.append([])
        elif _BULLET.match(line) or _NUMBER.match(line) or _breaks(blocks[-1]):
            blocks.append([line])
        else:
            blocks[-1].append(line)
    return [" ".join(block) for block in blocks if block]


def _breaks(block: list[str]) -> bool:
    """A line much shorter than its neighbours was ended on purpose, as in an address."""
    return bool(block) and not _BULLET.match(block[0]) and len(block[-1]) < 45


def _run(blocks: list[str], start: int, belongs: Callable[[str], bool]) -> list[str]:
    run = []
    for block in blocks[start:]:
        if not belongs(block):
            break
        run.append(block)
    return run


def _bulleted(blocks: list[str], start: int, output: list[str], words: list[str]) -> int:
    run = _run(blocks, start, lambda block: bool(_BULLET.match(block)))
    items = [_BULLET.sub("", block) for block in run]
    if items:
        output.append("\n".join("- " + _escape(item) for item in items))
        words += " ".join(items).split()
    return len(run)


def _numbered(blocks: list[str], start: int, output: list[str], words: list[str]) -> int:
    run: list[str] = []
    for block in blocks[start:]:
        match = _NUMBER.match(block)
        if not match or (run and int(match[1]) != _number(run[-1]) + 1):
            break
        run.append(block)
    if len(run) < 2:
        return 0
    items = [_NUMBER.sub("", block) for block in run]
    first = _number(run[0])
    output.append("\n".join(f"{first + i}. {_escape(item)}" for i, item in enumerate(items)))
    words += " ".join(items).split()
    return len(run)


def _number(block: str) -> int:
    match = _NUMBER.match(block)
    return int(match[1]) if match else 0


def _semicolons(blocks: list[str], start: int, output: list[str], words: list[str]) -> int:
    """Lines that end in semicolons, after a colon, with the line that ends the list."""
    if start == 0 or not blocks[start - 1].endswith(":"):
        return 0
    run = _run(blocks, start, lambda block: bool(re.search(r";(?: (?:and|or))?$", block)))
    if not run:
        return 0
    run += blocks[start + len(run) : start + len(run) + 1]
    output.append("\n".join("- " + _escape(item) for item in run))
    words += " ".join(run).split()
    return len(run)


def _short_lines(blocks: list[str], start: int, output: list[str], words: list[str]) -> int:
    """One or two short lines before longer text are headings; more are an address or the like."""
    run = _run(blocks, start, _is_short)
    if not run:
        return 0
    follows = start + len(run) < len(blocks)
    if len(run) <= 2 and follows:
        level = 2
        for line in run:
            titled = not re.search(r": |\d{4}$", line)
            output.append(f"{'#' * level} {_escape(line)}" if titled else _escape(line))
            level += int(titled)
    else:
        output.append("\\\n".join(map(_escape, run)))
    words += " ".join(run).split()
    return len(run)


def _is_short(block: str) -> bool:
    return (
        len(block) <= MAX_HEADING_CHARACTERS
        and len(block.split()) <= MAX_HEADING_WORDS
        and not _ENDS.search(block)
        and not _BULLET.match(block)
    )


def _escape(text: str) -> str:
    """Return Markdown that shows exactly this text, with its addresses as links."""
    output, end = [], 0
    for match in _LINK.finditer(text):
        address = re.sub(r"[.,;:!?'’)\]]+$", "", match[0])
        output.append(_plain(text[end : match.start()]))
        if match["www"]:
            output.append(f"[{_plain(address)}](https://{address})")
        else:
            output.append(f"<{address}>")
        end = match.start() + len(address)
    output.append(_plain(text[end:]))
    joined = "".join(output)
    return _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", joined)


def _plain(text: str) -> str:
    parts = SOURCE_MARK.split(text)
    # split() gives text, id, text, ...: marks are kept as they are.
    return "".join(
        _SPECIAL.sub(r"\\\1", part) if i % 2 == 0 else f"{{promise:{part}}}"
        for i, part in enumerate(parts)
    )
