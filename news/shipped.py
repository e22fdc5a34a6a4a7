"""The announcements that come with the company's content: `news/2026-11-24-some-words.md`.

The name of the file gives date and address. It begins as a page's file does, and may then say
`Category: …` and, once for each, `Document: …`, each on a line of its own.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils.text import slugify

from sens_site.lib.content import ContentError
from sens_site.lib.texts import Text, read_text

NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-([a-z0-9]+(?:-[a-z0-9]+)*)")
FACT = re.compile(r"^(Category|Document): (.+)\n+", re.MULTILINE)
SHAPE = (
    "Name the file like 2026-11-24-some-words.md, and begin it with `# Title`, "
    "`> One sentence about it` and `Category: …`; then comes its text"
)


@dataclass(frozen=True, slots=True)
class ShippedItem:
    """An announcement as its file has it."""

    name: str
    slug: str
    day: date
    category: str
    documents: tuple[str, ...]
    text: Text


def shipped_items() -> list[ShippedItem]:
    """Return all, oldest first. Raises ContentError for a file that is none."""
    folder: Path = settings.CONTENT_DIR / "news"
    found: dict[str, ShippedItem] = {}
    for file in sorted(folder.glob("*.md")):
        item = _read(file)
        if item.slug in found:
            raise ContentError(f"{file} has the address of {found[item.slug].name}. Name it anew.")
        found[item.slug] = item
    return list(found.values())


def _read(file: Path) -> ShippedItem:
    named, text = NAME.fullmatch(file.stem), read_text(file)
    body, facts = text.body, []
    while fact := FACT.match(body):
        facts.append((fact[1], fact[2].strip()))
        body = body[fact.end() :]
    categories = [said for key, said in facts if key == "Category"]
    if named is None or len(categories) != 1 or not body.strip():
        raise ContentError(f"{file} is no announcement. {SHAPE}.")
    for what, said, most in (
        ("address", named[2], 80),
        ("category", categories[0], 60),
        ("heading", text.title, 120),
        ("description", text.description, 300),
    ):
        if len(said) > most:
            raise ContentError(f"The {what} of {file} is longer than {most} characters.")
    if not slugify(categories[0]):
        raise ContentError(f"The category of {file} makes no address. Write it in letters.")
    try:
        day = date.fromisoformat(named[1])
    except ValueError:
        raise ContentError(f"{file} is of no day. {SHAPE}.") from None
    return ShippedItem(
        name=file.stem,
        slug=named[2],
        day=day,
        category=categories[0],
        documents=tuple(said for key, said in facts if key == "Document"),
        text=Text(text.title, text.description, body.strip() + "\n"),
    )
