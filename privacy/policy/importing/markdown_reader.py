"""From Markdown to blocks, whatever dialect it was written in.

It is read as HTML that knows the lines of the file. Where this site shows the file's own Markdown
as the file means it, `engine` keeps that as it was typed.
"""

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.token import Token

from privacy.policy.importing.document import Document
from privacy.policy.importing.findings import Findings
from privacy.policy.importing.html_reader import read_html
from privacy.policy.rendering import PIN, normalised, slugify_heading

_FRONT_MATTER = re.compile(r"\A(---|\+\+\+) *\n(.*?)^\1 *(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_NOTE = re.compile(r"^\[\^([^\]\s]+)\]: *(.*(?:\n(?: {2,}\S.*))*)", re.MULTILINE)
_NOTE_MARK = re.compile(r"(?<!\\)\[\^([^\]\s]+)\]")
_CODE = re.compile(r"(^(?:```|~~~).*?^(?:```|~~~) *$|`[^`\n]+`)", re.DOTALL | re.MULTILINE)
_NOT_IN_SLUGS = re.compile(r"[^\w\- ]")
# Deeper than this site shows: what it would not show has to be missed.
_DEEPEST = 100


def read_markdown(text: str, findings: Findings) -> Document:
    """Read Markdown. Findings name lines."""
    body, first_line = _without_front_matter(normalised(text), findings)
    noted, notes = _notes(body, first_line)
    pinned = _outside_code(noted, lambda part: PIN.sub(r'<a id="\1" data-pin="\1"></a>', part))
    markdown = _markdown()
    tokens = markdown.parse(pinned)
    _number_lines(tokens, first_line)
    _name_headings(tokens)
    html = markdown.renderer.render(tokens, markdown.options, {})
    document = read_html(html + _written_notes(notes, markdown), findings, form="Markdown")
    document.verbatim = "" if notes else body
    return document


def _without_front_matter(text: str, findings: Findings) -> tuple[str, int]:
    """Leave out what is for a site generator, and return the rest and its first line's number."""
    match = _FRONT_MATTER.match(text)
    if not match:
        return text, 1
    for number, line in enumerate(match[2].splitlines(), start=2):
        if line.strip():
            why = "It is for the program that made the old site, not for readers."
            findings.leave_out(f"line {number}", "front matter", why, line)
    rest = text[match.end() :]
    blank = len(rest) - len(rest.lstrip("\n"))
    return rest.lstrip("\n"), match[0].count("\n") + blank + 1


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    # split() gives text, code, text, …
    parts = _CODE.split(text)
    return "".join(part if i % 2 else change(part) for i, part in enumerate(parts))


Notes = dict[str, tuple[str, int]]
"""The text and the line of each note, in the order in which they are first mentioned."""


def _notes(text: str, first_line: int) -> tuple[str, Notes]:
    """Make links of the marks of notes, and return the notes that they lead to."""
    defined = {
        match[1]: (" ".join(match[2].split()), text.count("\n", 0, match.start()) + first_line)
        for match in _NOTE.finditer(text)
    }
    if not defined:
        return text, {}
    text = _NOTE.sub(lambda match: "\n" * match[0].count("\n"), text)
    mentioned: dict[str, None] = {}

    def mark(match: re.Match[str]) -> str:
        name = match[1]
        if name not in defined:
            return match[0]
        mentioned.setdefault(name)
        return f'<sup><a href="#note-{name}">{list(mentioned).index(name) + 1}</a></sup>'

    text = _outside_code(text, lambda part: _NOTE_MARK.sub(mark, part))
    return text, {name: defined[name] for name in [*mentioned, *defined]}


def _written_notes(notes: Notes, markdown: MarkdownIt) -> str:
    items = "".join(
        f'<li id="note-{name}" data-line="{line}">{markdown.renderInline(text)}</li>'
        for name, (text, line) in notes.items()
    )
    return f"<ol>{items}</ol>" if items else ""


def _number_lines(tokens: list[Token], first_line: int) -> None:
    for token in tokens:
        if token.map is None:
            continue
        line = token.map[0] + first_line
        if token.type == "html_block":
            token.content = f'<wbr data-line="{line}">{token.content}'
        elif token.nesting == 1:
            token.attrSet("data-line", str(line))


def _name_headings(tokens: list[Token]) -> None:
    """Give headings the names by which links mean them in Markdown files, and on this site."""
    counts: dict[str, int] = {}
    for index, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        words = "".join(child.content for child in tokens[index + 1].children or ())
        words = re.sub(r"<[^>]*>", "", words).strip().lower()
        slug = _NOT_IN_SLUGS.sub("", words).replace(" ", "-")
        again = counts.get(slug, 0)
        counts[slug] = again + 1
        token.attrSet("id", f"{slug}-{again}" if again else slug)
        token.attrSet("name", slugify_heading(words))


def _markdown() -> MarkdownIt:
    options = {"html": True, "maxNesting": _DEEPEST}
    return MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
