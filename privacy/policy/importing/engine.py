"""The whole way from a file to the Markdown of a draft, for the command and the admin alike."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from privacy.policy.importing import sniff
from privacy.policy.importing.comparison import (
    Part,
    compare_parts,
    compare_words,
    counts_of,
    parts_of,
)
from privacy.policy.importing.document import (
    Block,
    Document,
    Heading,
    Run,
    placed_runs,
    text_of,
)
from privacy.policy.importing.docx_reader import read_docx
from privacy.policy.importing.findings import Finding, Findings, ImportRefused
from privacy.policy.importing.html_reader import read_html
from privacy.policy.importing.links import Link, Relative, settle
from privacy.policy.importing.markdown_reader import read_markdown
from privacy.policy.importing.text_reader import read_text
from privacy.policy.importing.writer import write
from privacy.policy.rendering import PIN, Rendered, normalised, render, slugify_heading


@dataclass(frozen=True, slots=True)
class Imported:
    """A text that can be taken over, and what there is to know of it first."""

    source: str
    form: str
    rendered: Rendered
    original: tuple[str, ...]
    parts: tuple[Part, ...]
    links: tuple[Link, ...]
    left_out: tuple[Finding, ...]
    changed: tuple[Finding, ...]
    counts: Counter[str]
    asks_about_links: bool

    @property
    def words(self) -> int:
        """How many words readers will see."""
        return self.counts["word"]

    @property
    def headings(self) -> list[Part]:
        """The outline."""
        return [part for part in self.parts if part.kind.startswith("heading")]


def read_policy(
    data: bytes,
    *,
    name: str,
    encoding: str | None = None,
    relative: Relative = Relative.ASK,
    origin: str = "",
) -> Imported:
    """Turn the bytes of a file into the Markdown of a draft, or refuse."""
    sniff.refuse_what_is_no_text(data)
    findings = Findings()
    document = _read(data, name, encoding, findings)
    _refuse_our_own_signs(document, findings)
    findings.raise_if_refused()
    links = settle(document.blocks, findings, relative=relative, origin=origin.strip())
    _pin_equal_headings(document.blocks)
    parts = list(parts_of(document.blocks))
    counts = counts_of(parts)
    if not counts["word"]:
        raise ImportRefused("The file holds no text to show.")
    source, rendered, shown = _source_of(document, parts)
    compare_words(document, shown)
    return Imported(
        source=source,
        form=document.form,
        rendered=rendered,
        original=tuple("".join(text for text, _ in one) for one in document.original),
        parts=tuple(parts),
        links=tuple(links),
        left_out=tuple(findings.left_out),
        changed=tuple(findings.changed),
        counts=counts,
        asks_about_links=relative is Relative.ASK and any(link.is_relative for link in links),
    )


def _read(data: bytes, name: str, encoding: str | None, findings: Findings) -> Document:
    if sniff.is_zip(data):
        return read_docx(data, findings)
    text = sniff.decoded(data, encoding)
    form = sniff.form_of(text, name)
    if form == "HTML":
        return read_html(text, findings)
    return read_markdown(text, findings) if form == "Markdown" else read_text(text, findings)


def _refuse_our_own_signs(document: Document, findings: Findings) -> None:
    """What this site would read as the target of a link and the file means as text."""
    for runs, place in placed_runs(document.blocks):
        match = PIN.search("".join(run.text for run in runs if not run.code))
        if match:
            why = "This site takes it for the target of a link: write it otherwise."
            findings.refuse(place, "sign", why, match[0])


def _pin_equal_headings(blocks: Sequence[Block]) -> None:
    """Keep the anchor of each of them, so that links to it hold when others are inserted."""
    headings = [block for block in blocks if isinstance(block, Heading)]
    slugs = Counter(slugify_heading(text_of(heading.runs)) for heading in headings)
    taken = {run.pin for runs, _ in placed_runs(blocks) for run in runs if run.pin} | set(slugs)
    numbers: Counter[str] = Counter()
    for heading in headings:
        slug = slugify_heading(text_of(heading.runs))
        if slugs[slug] == 1 or any(run.pin for run in heading.runs):
            continue
        numbers[slug] += 1
        pin = slug
        while numbers[slug] > 1 and (pin := f"{slug}-{numbers[slug]}") in taken:
            numbers[slug] += 1
        taken.add(pin)
        heading.runs.append(Run(pin=pin))


def _source_of(document: Document, parts: Sequence[Part]) -> tuple[str, Rendered, list[Part]]:
    """Return the file's own Markdown where it says all of it, and else what the blocks give."""
    if document.verbatim:
        rendered = render(document.verbatim)
        shown = _parts_shown(rendered)
        same = [part.said for part in shown] == [part.said for part in parts]
        if same and not _lost_targets(rendered):
            return normalised(document.verbatim), rendered, shown
    source = normalised(write(document.blocks))
    rendered = render(source)
    shown = _parts_shown(rendered)
    compare_parts(parts, shown)
    for anchor in _lost_targets(rendered):
        raise ImportRefused(f"The target of the link to #{anchor} would be lost.")
    return source, rendered, shown


def _parts_shown(rendered: Rendered) -> list[Part]:
    """Read the page back as its readers would see it."""
    return list(parts_of(read_html(rendered.html, Findings()).blocks))


def _lost_targets(rendered: Rendered) -> list[str]:
    there = set(re.findall(r' id="([^"]+)"', rendered.html))
    wanted = map(unquote, re.findall(r'<a href="#([^"]+)"', rendered.html))
    return [anchor for anchor in wanted if anchor not in there]
