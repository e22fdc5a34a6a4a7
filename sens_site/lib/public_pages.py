"""Which public pages there are, told by the rooms that serve them.

The site map, `llms.txt` and the Markdown form of a page are made from this one list.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime


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


_rooms: dict[str, Callable[[], Iterable[PublicPage]]] = {}


def register_pages(room: str, pages: Callable[[], Iterable[PublicPage]]) -> None:
    """Let a room tell of its pages. `pages` is called anew each time."""
    _rooms[room] = pages


def pages_by_room() -> Iterator[tuple[str, Iterable[PublicPage]]]:
    """Yield each room with its public pages."""
    for room, pages in _rooms.items():
        yield room, pages()


def public_pages() -> Iterator[PublicPage]:
    """Yield all public pages, room by room."""
    for _, pages in pages_by_room():
        yield from pages
