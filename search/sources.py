"""What the rooms tell of now, and whether the index still says the same.

A change of public content is indexed by the worker some seconds later. Until then nobody may find
what has been withdrawn, so what was found is compared with what the rooms tell at this moment.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from search.engines import place_of
from search.models import IndexEntry, IndexState
from search.registry import SOURCES, Entry
from search.words import clean
from sens_site.lib import canonical_json
from sens_site.lib.cache.content_stamp import content_state, has_changes_of_its_own
from sens_site.lib.cache.fragment_cache import fragment

MOST_TEXT = 200_000
"""How many characters of a text are searched: a long manual says what it is about before that."""


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


def indexed_state() -> str:
    """Return the state of the content from which the index was made; nothing where there is none."""
    return IndexState.objects.values_list("content", flat=True).first() or ""


def is_of_now(indexed: str, *, within_transaction: bool) -> bool:
    """Tell whether an index of that state was made from the content as it is.

    Within a transaction, as in a rehearsal, content may be changed and have no state of its own yet.
    """
    if within_transaction and has_changes_of_its_own():
        return False
    return indexed == content_state()


def out_of_date(indexed: str) -> Mapping[int, Live | None]:
    """Return the places of entries that are not as they were, with what they are; None: gone.

    Worked out once for each state of content and index.
    """
    return fragment(("search out of date", indexed), _out_of_date)


def _out_of_date() -> dict[int, Live | None]:
    live = {
        (source, entry.key): Live(replace(entry, text=""), digest_of(entry))
        for source, entry in entries()
    }
    found: dict[int, Live | None] = {}
    rows = IndexEntry.objects.values_list("pk", "source", "key", "digest")
    for pk, source, key, digest in rows:
        now = live.get((source, key))
        if now is None or now.digest != digest:
            found[place_of(source, pk)] = now
    return found


def must_be_indexed() -> bool:
    """Tell whether the worker has something to do."""
    return indexed_state() != content_state()
