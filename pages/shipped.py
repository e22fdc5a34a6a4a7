"""The texts that come with the code: one Markdown file for each content page.

A file begins with `# Title` and `> description`; the rest is the body.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "texts"


@dataclass(frozen=True, slots=True)
class Text:
    """What stands on one page. `description` is for search engines and for the links to it."""

    title: str
    description: str
    body: str


def file_of(path: str) -> Path:
    """Return where the text of an address is kept: `/about/history/` is `about__history.md`."""
    name = path.strip("/").replace("/", "__") or "home"
    return FOLDER / f"{name}.md"


@lru_cache(maxsize=128)
def shipped_text(path: str) -> Text:
    """Read the text of an address. Raises FileNotFoundError where none was written."""
    title, description, body = file_of(path).read_text(encoding="utf-8").split("\n", 2)
    return Text(title.removeprefix("# "), description.removeprefix("> "), body.strip() + "\n")
