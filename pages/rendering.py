"""From a page's Markdown to HTML, by the same safe renderer that the policy has.

A line of its own may be a short form for what Markdown has no word for here:

    {picture:name}    a picture of the desk
    {file:name}       a link to a file of the desk
    {embed:service reference Title}    a video, map or post, shown by the visitor's consent
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe  # noqa: TID251 - nh3 has cleaned it

from pages.models import File
from privacy.consent.offer.catalogue import embed_service
from privacy.policy.rendering import render
from sens_site.lib.phone import numbers, with_links

FEWEST_QUESTIONS = 2
_SECTION = re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)
SHORT_FORM = re.compile(r"^\{(picture|file|embed):([^{}\n]+)\}[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ShortForm:
    """One such line. `name` is that of a picture, a file or a service."""

    kind: str
    name: str
    reference: str = ""
    title: str = ""
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a page: HTML, or what a short form stands for."""

    html: SafeString | str = ""
    file: File | None = None
    embed: ShortForm | None = None


def short_forms(body: str) -> list[ShortForm]:
    """Return the short forms of a text, in their order."""
    return [_short_form(match) for match in SHORT_FORM.finditer(body)]


def fault_of(form: ShortForm) -> str:
    """Say what is wrong with a short form for something embedded, or nothing."""
    try:
        _, service = embed_service(form.name)
    except LookupError:
        return f"Nothing can be shown by “{form.name}”."
    shape = service.embed
    if shape is None or not re.fullmatch(shape.reference, form.reference):
        return f"“{form.reference}” is no reference of {service.name}."
    return "" if form.title else f"A title is missing at the end of {form.typed}"


@lru_cache(maxsize=256)
def html_of(body: str) -> SafeString:
    """Return safe HTML, in which our telephone numbers can be pressed.

    The same text is rendered once in each worker.
    """
    return with_links(mark_safe(render(body).html), numbers())


def questions_of(body: str) -> list[tuple[str, str]]:
    """Return what a page of questions asks, each with its answer as HTML; nothing of other pages.

    It is one where every section is headed by a question. A line across ends the last answer.
    """
    _, *sections = _SECTION.split(html_of(body))
    asked = [unescape(strip_tags(one)) for one in sections[::2]]
    if len(asked) < FEWEST_QUESTIONS or not all(one.endswith("?") for one in asked):
        return []
    return [
        (question, answer.partition("<hr")[0].strip())
        for question, answer in zip(asked, sections[1::2], strict=True)
    ]


def pieces_of(body: str) -> list[Piece]:
    """Return a text in pieces. What a short form names and is not there stays as it was typed."""
    forms = short_forms(body)
    if not forms:
        return [Piece(html_of(body))]
    files = File.objects.named(form.name for form in forms if form.kind != "embed")
    return list(_pieces(body, forms, dict(files)))


def _short_form(match: re.Match[str]) -> ShortForm:
    kind, said = match[1], match[2].strip()
    if kind != "embed":
        return ShortForm(kind, said, typed=match[0].strip())
    name, reference, title = [*said.split(maxsplit=2), "", "", ""][:3]
    return ShortForm(kind, name, reference, title, match[0].strip())


def _pieces(body: str, forms: list[ShortForm], files: dict[str, File]) -> Iterator[Piece]:
    # A word that stands in no text takes the place of each, as Markdown would read its signs.
    word = hashlib.sha256(body.encode()).hexdigest()[:16]
    numbers = iter(range(len(forms)))
    marked = SHORT_FORM.sub(lambda match: f"\n\npart{word}n{next(numbers)}\n\n", body)
    parts = re.split(rf"<p>part{word}n(\d+)</p>", html_of(marked))
    for index, part in enumerate(parts):
        if index % 2:
            yield _shown(forms[int(part)], files)
            continue
        # Inside a list or a block of code it is no line of its own.
        text = re.sub(rf"part{word}n(\d+)", lambda match: escape(forms[int(match[1])].typed), part)
        yield Piece(mark_safe(text))


def _shown(form: ShortForm, files: dict[str, File]) -> Piece:
    file = files.get(form.name)
    if form.kind == "embed" and not fault_of(form):
        return Piece(embed=form)
    if form.kind != "embed" and file is not None and file.is_picture == (form.kind == "picture"):
        return Piece(file=file)
    return Piece(mark_safe(f"<p>{escape(form.typed)}</p>\n"))
