"""Writes of the search: the index, what staff call alike, and the words that found nothing."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice

from django.db import transaction
from django.db.models import F

from search.engines import columns_of, engine, pk_at, place_of
from search.models import IndexedWord, IndexEntry, IndexState, Miss, Synonym
from search.registry import Entry
from search.sources import digest_of, entries
from sens_site.lib.cache.content_stamp import content_changed, content_state

PORTION = 100
SHORTEST_WORD, LONGEST_WORD = 4, 40
"""Which words are worth to be mended. A shorter one is near to too many others."""
MISSES_A_DAY = 1000
"""How many different searches without a result are kept of one day: a flood of them says nothing."""


def refresh_index() -> int:
    """Bring the index up to what the rooms tell now; return how many entries have changed.

    What is the same is left alone. Each portion is a transaction of its own, so that nobody waits
    long for the lock, and one that is done twice comes to the same.
    """
    state = content_state()
    known = {
        (source, key): (place_of(source, pk), digest)
        for pk, source, key, digest in IndexEntry.objects.values_list(
            "pk", "source", "key", "digest"
        )
    }
    if not known:  # what empties the tables of models knows nothing of the index of words
        with transaction.atomic():
            engine().clear()
    told: set[tuple[str, str]] = set()
    changed = 0
    for portion in _portions(_differing(known, told)):
        _write(portion)
        changed += len(portion)
    gone = [place for name, (place, _) in known.items() if name not in told]
    with transaction.atomic():
        _lock()
        _forget(gone)
        if changed or gone:
            engine().tidy()
            _write_words()
        IndexState.objects.update(content=state)
    return changed + len(gone)


def rebuild_index() -> int:
    """Make the index anew, whatever stands in it; return how many entries it has."""
    with transaction.atomic():
        IndexEntry.objects.all().delete()
        IndexedWord.objects.all().delete()
    return refresh_index()


Row = tuple[str, Entry, str]


def _differing(
    known: Mapping[tuple[str, str], tuple[int, str]], told: set[tuple[str, str]]
) -> Iterator[Row]:
    """Yield what has to be written, and note all that there is."""
    for source, entry in entries():
        name, digest = (source, entry.key), digest_of(entry)
        if name not in told and known.get(name, (0, ""))[1] != digest:
            yield source, entry, digest
        told.add(name)


def _portions(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while portion := list(islice(rows, PORTION)):
        yield portion


def _lock() -> None:
    """Let one process write at a time: two that find the same to do take turns."""
    IndexState.objects.get_or_create(pk=1)
    IndexState.objects.select_for_update().get(pk=1)


@transaction.atomic
def _write(rows: list[Row]) -> None:
    _lock()
    for source in {source for source, _, _ in rows}:
        keys = [entry.key for one, entry, _ in rows if one == source]
        rows_of_it = IndexEntry.objects.filter(source=source, key__in=keys)
        _forget(place_of(source, pk) for pk in rows_of_it.values_list("pk", flat=True))
    made = IndexEntry.objects.bulk_create(
        IndexEntry(
            source=source,
            key=entry.key,
            path=entry.path,
            title=entry.title,
            description=entry.description,
            text=entry.text,
            numbers=list(entry.numbers),
            changed_on=entry.changed_on,
            gated=entry.gated,
            digest=digest,
        )
        for source, entry, digest in rows
    )
    engine().add(
        (
            place_of(row.source, row.pk),
            columns_of(row.numbers, row.title, row.description, row.text),
        )
        for row in made
    )


def _forget(places: Iterable[int]) -> None:
    gone = list(places)
    engine().remove(gone)
    for start in range(0, len(gone), PORTION):
        pks = map(pk_at, gone[start : start + PORTION])
        IndexEntry.objects.filter(pk__in=list(pks)).delete()


def _write_words() -> None:
    """Keep which words there are."""
    there = {
        word
        for word in engine().vocabulary()
        if SHORTEST_WORD <= len(word) <= LONGEST_WORD and word.isalnum()
    }
    kept = set(IndexedWord.objects.values_list("word", flat=True))
    gone = sorted(kept - there)
    for start in range(0, len(gone), 500):
        IndexedWord.objects.filter(word__in=gone[start : start + 500]).delete()
    IndexedWord.objects.bulk_create(
        (IndexedWord(word=word, backwards=word[::-1]) for word in sorted(there - kept)),
        batch_size=500,
    )


def save_synonym(synonym: Synonym) -> None:
    """Store words that mean the same."""
    synonym.save()
    content_changed()


def delete_synonym(synonym: Synonym) -> None:
    """Delete words that mean the same."""
    synonym.delete()
    content_changed()


@transaction.atomic
def count_misses(found_nothing: Mapping[tuple[date, str], int]) -> None:
    """Add up how often words have found nothing."""
    for (day, words), times in found_nothing.items():
        rows = Miss.objects.filter(day=day)
        if rows.filter(words=words).exists() or rows.count() < MISSES_A_DAY:
            Miss.objects.get_or_create(day=day, words=words)
            rows.filter(words=words).update(count=F("count") + times)
