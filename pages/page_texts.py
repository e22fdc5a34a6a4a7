"""The texts that come with the company's content: one Markdown file for each content page."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from sens_site.lib.content import ContentError
from sens_site.lib.texts import Text, read_text

SHAPE = "A page's file begins with `# Title` and `> One sentence about it`; then comes its text"


def file_of(path: str) -> Path:
    """Return where the text of an address is kept: `/about/history/` is `about__history.md`."""
    name = path.strip("/").replace("/", "__") or "home"
    folder: Path = settings.CONTENT_DIR
    return folder / "pages" / f"{name}.md"


def text_paths() -> list[str]:
    """Return the addresses for which a file was written."""
    names = sorted(file.stem for file in file_of("/").parent.glob("*.md"))
    return ["/" if name == "home" else f"/{name.replace('__', '/')}/" for name in names]


def label_of(path: str) -> str:
    """Return the title of a text for a menu, or the address where the text is not readable yet."""
    try:
        return shipped_text(path).title
    except ContentError:  # pages.E001 says so, with what to write
        return path


@lru_cache(maxsize=128)
def shipped_text(path: str) -> Text:
    """Read the text of an address. Raises ContentError where none was written."""
    file = file_of(path)
    if not file.is_file():
        raise ContentError(f"{file} is missing: the text of {path}.")
    return read_text(file)


@lru_cache(maxsize=128)
def digest_of(path: str) -> str:
    """Return the SHA-256 of the text of an address, by which a change of it is noticed."""
    return hashlib.sha256(shipped_text(path).source.encode()).hexdigest()
