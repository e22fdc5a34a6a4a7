"""What the rooms tell of now, and whether the index still says the same.

A change of public content is indexed by the worker some seconds later. Until then nobody may find
what has been withdrawn, so what was found is compared with what the rooms tell at this moment.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from search.models import IndexState
from search.registry import SOURCES, Entry
from search.words import clean
from sens_site.lib import canonical_json
from sens_site.lib.cache.content_stamp import content_state, generation
from sens_site.lib.cache.fragment_cache import fragment

MOST_TEXT = 200_000
"""How many characters of a text are searched: a long manual says what it is about before that."""
Name = tuple[str, str]
"""Source and key of an entry."""


@dataclass(frozen=True, slots=True)
class Live:
    """What a room tells of an entry now, without its text."""

    entry: Entry
    digest: str


def entries() -> Iterator[tuple[str, Entry]]:
    """Yield all that everybody may find now, with its source, in characters that can be stored."""
    for name, source in SOURCES.items():
        for entry in source.entries():
            yield (
                name,
                replace(
                    entry,
                    title=clean(entry.title)[:500],
                    description=clean(entry.description),
                    text=clean(entry.text[:MOST_TEXT]),
                    numbers=tuple(map(clean, entry.numbers)),
                ),
            )


def digest_of(entry: Entry) -> str:
    """Name all that an entry says."""
    told = {
        "path": entry.path, "title": entry.title, "text": entry.text, "numbers": entry.numbers,
        "description": entry.description, "gated": entry.gated,
        "changed_on": entry.changed_on and entry.changed_on.isoformat(),
    }  # fmt: skip
    return canonical_json.digest_of(told)


def live_entries() -> Mapping[Name, Live]:
    """Return what the rooms tell of now. Made once for each state of the content."""
    return fragment("search entries", _live)


def _live() -> dict[Name, Live]:
    return {
        (source, entry.key): Live(replace(entry, text=""), digest_of(entry))
        for source, entry in entries()
    }


_confirmed: tuple[str, int] = "", 0
"""The last state in which index and content agreed, and how many changes this process had made."""


def is_fresh() -> bool:
    """Tell whether the index was made from the content as it is.

    A change of this process that is not committed, as in a rehearsal, has no state of its own yet.
    """
    global _confirmed  # noqa: PLW0603 - one value a process
    indexed = IndexState.objects.values_list("content", flat=True).first()
    now, own = content_state(), generation()[1]
    if indexed != now:
        return False
    if _confirmed[0] != now:
        _confirmed = now, own
    return _confirmed[1] == own


def must_be_indexed() -> bool:
    """Tell whether the worker has something to do."""
    indexed = IndexState.objects.values_list("content", flat=True).first()
    return indexed != content_state()
