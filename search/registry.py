"""What the search finds: each room that has public text registers a source of it.

A room does so in its `search_sources.py`, which is imported at start as `admin.py` is; `privacy`
stands beside this room and not above it, so what it publishes is registered by `sens_site`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found.

    `key` names it within its source and stays when its address changes. `text` is plain text, and
    is searched and shown in part to everybody: what only some may read has no place in it.
    `numbers` are part, model and document numbers. `gated` tells that its page says more to people
    with an account.
    """

    key: str
    path: str
    title: str
    text: str
    description: str = ""
    numbers: tuple[str, ...] = ()
    changed_on: date | None = None
    gated: bool = False


@dataclass(frozen=True, slots=True)
class SearchSource:
    """A kind of thing that is found: `name` in addresses, `label` for people."""

    name: str
    label: str
    entries: Callable[[], Iterable[Entry]]


SOURCES: dict[str, SearchSource] = {}


def register_source(name: str, label: str, entries: Callable[[], Iterable[Entry]]) -> None:
    """Add a source. `entries` yields all that everybody may find now."""
    SOURCES[name] = SearchSource(name, label, entries)
