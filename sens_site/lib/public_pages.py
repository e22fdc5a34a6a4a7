"""Which public pages there are, told by the rooms that serve them.

The site map, `llms.txt` and the Markdown form of a page are made from this one list.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import models

AT_ONCE = 128
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class PublicPage:
    """A page that everybody may read.

    `changed_at` is when what it says last changed, or None where nobody knows. `markdown` returns
    the page as Markdown, title included, in the words that the page itself shows.
    """

    path: str
    title: str
    description: str
    changed_at: datetime | None
    markdown: Callable[[], str]


Pages = Callable[[], Iterable[PublicPage]]
PagesAt = Callable[[str], Iterable[PublicPage]]

_rooms: dict[str, tuple[Pages, PagesAt]] = {}


def register_pages(room: str, pages: Pages, *, at: PagesAt | None = None) -> None:
    """Let a room tell of its pages. `pages` is called anew each time.

    A room of very many yields them as they are asked for, and tells by `at` of those that may have
    an address, so that one of them is found without all others.
    """
    _rooms[room] = (pages, at or (lambda _path: pages()))


def pages_by_room() -> Iterator[tuple[str, Iterable[PublicPage]]]:
    """Yield each room with its public pages."""
    for room, (pages, _) in _rooms.items():
        yield room, pages()


def public_pages() -> Iterator[PublicPage]:
    """Yield all public pages, room by room."""
    for _, pages in pages_by_room():
        yield from pages


def public_page(path: str) -> PublicPage | None:
    """Return the page of an address."""
    found = (page for _, at in _rooms.values() for page in at(path) if page.path == path)
    return next(found, None)


def newest_first(rows: "models.QuerySet[Row]", number: str = "pk") -> Iterator[list[Row]]:
    """Yield rows by the hundred, from the highest number down: who takes a few reads no more."""
    rows = rows.order_by(f"-{number}")
    batch = list(rows[:AT_ONCE])
    while batch:
        yield batch
        if len(batch) < AT_ONCE:
            return
        batch = list(rows.filter(**{f"{number}__lt": getattr(batch[-1], number)})[:AT_ONCE])
