"""What is said of an import before it is stored: to the command's terminal and on the admin's page."""

from collections.abc import Iterator

from django.utils.safestring import SafeString

from privacy.policy.importing.comparison import Part
from privacy.policy.importing.engine import Imported
from privacy.policy.importing.writer import paragraph
from privacy.policy.redline import compare
from privacy.policy.redline_rendering import to_html

_KINDS = (
    ("word", "word", "words"),
    ("heading", "heading", "headings"),
    ("paragraph", "paragraph", "paragraphs"),
    ("item of a list", "list item", "list items"),
    ("head of a table", "row of column heads", "rows of column heads"),
    ("row of a table", "row of a table", "rows of tables"),
    ("quotation", "quotation", "quotations"),
    ("block of code", "block of code", "blocks of code"),
    ("line", "line across the page", "lines across the page"),
    ("link", "link", "links"),
)


def counts(text: Imported) -> list[str]:
    """Count what was taken over, and leave out what there is none of."""
    found = []
    for kind, one, many in _KINDS:
        number = sum(count for name, count in text.counts.items() if name.startswith(kind))
        if number:
            found.append(f"{number:,} {one if number == 1 else many}")
    return found


def numbering(text: Imported) -> list[Part]:
    """Return the items of lists and rows of tables, with what stands before each."""
    return [part for part in text.parts if part.kind in ("item of a list", "head of a table")]


def redline(text: Imported) -> SafeString:
    """Compare the file's own words with those of the draft, as a page."""
    before = [" ".join(one.split()) for one in text.original]
    after = [
        cell
        for part in text.parts
        if part.kind != "link"
        for cell in (part.text.split(" | ") if part.kind.endswith("table") else [part.text])
    ]
    return to_html(compare(*("\n\n".join(map(paragraph, side)) for side in (before, after))))[0]


def lines(text: Imported) -> Iterator[str]:
    """Say it in lines, for a terminal."""
    yield f"{text.form}: {', '.join(counts(text))}."
    for title, findings in (("Left out", text.left_out), ("Shown otherwise", text.changed)):
        if findings:
            yield f"{title}:"
            yield from (f"  {finding}" for finding in findings)
    relative = [link for link in text.links if link.is_relative]
    if relative:
        yield "Links relative to the old site:"
        yield from (
            f"  {link.place}: {link.text} → {link.target or 'taken out'}" for link in relative
        )
