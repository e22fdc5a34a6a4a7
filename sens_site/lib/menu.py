"""The menu of a company: what `company.toml` says of each page in it, and what it may say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from sens_site.lib.departments import line_fault

# Addresses that code leads to or hangs further pages on.
NEEDED_IN_MENU = ("/contact/", "/downloads/", "/news/")
_PATH = re.compile(r"/(?:[a-z0-9]+(?:-[a-z0-9]+)*/)+")


@dataclass(frozen=True, slots=True)
class Link:
    """An address with its name: a page in the menu with those below it."""

    path: str
    label: str
    children: tuple["Link", ...] = ()
    drawing: str = ""
    """Which part of `img/art.svg` shows what the page is about."""
    on_home: str = ""
    """The heading under which the pages below it stand on the home page."""


KEYS_OF_A_LINK = {one.name for one in fields(Link)}


def undrawn(links: tuple[Link, ...], file: Path) -> Iterator[str]:
    """Yield which pages name a drawing that the file of drawings has not."""
    drawn = file.read_text(encoding="utf-8") if file.is_file() else ""
    for link in links:
        if link.drawing and f'id="{link.drawing}"' not in drawn:
            yield f"menu shows {link.path} by {link.drawing}, which {file.name} does not draw."
        yield from undrawn(link.children, file)


def paths_of(links: tuple[Link, ...]) -> Iterator[str]:
    """Yield the addresses of these links and of all below them."""
    for link in links:
        yield link.path
        yield from paths_of(link.children)


def links_fault(value: object) -> str:
    """Say what is wrong with a list of pages, or nothing."""
    if not isinstance(value, tuple) or not value or not all(isinstance(o, Link) for o in value):
        return "is not a list of pages, each with path and label"
    for link in value:
        if not isinstance(link.path, str) or not _PATH.fullmatch(link.path):
            return f"holds the path {link.path!r}, which is not like /about/history/"
        if wrong := line_fault(link.label):
            return f"holds a label for {link.path} that {wrong}"
        for words in filter(None, (link.drawing, link.on_home)):
            if wrong := line_fault(words):
                return f"holds something for {link.path} that {wrong}"
        if link.children and (wrong := links_fault(link.children)):
            return wrong
    return ""


def menu_fault(value: object) -> str:
    """Say what is wrong with the menu, or nothing."""
    if wrong := links_fault(value):
        return wrong
    assert isinstance(value, tuple)  # noqa: S101 - for the type checker; links_fault has looked
    paths = list(paths_of(value))
    for path in NEEDED_IN_MENU:
        if path not in paths:
            return f"does not name {path}, to which the site's own pages lead"
    twice = sorted({path for path in paths if paths.count(path) > 1})
    return f"names {twice[0]} twice" if twice else ""
