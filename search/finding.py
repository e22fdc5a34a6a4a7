"""The one function that searches, for the page, for error pages, and for whoever comes later."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from urllib.parse import unquote

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.safestring import SafeString

from search.asked import Asked, Phrase, any_of, read, words_in
from search.engines import Match, best, count_by_source, engine, place_of
from search.highlighting import excerpt, marked
from search.models import IndexedWord, IndexEntry, Synonym
from search.registry import SOURCES
from search.services import SHORTEST_WORD
from search.sources import Live, indexed_state, is_of_now, out_of_date
from search.words import fold, is_one_edit, words_of
from sens_site.lib.cache.fragment_cache import fragment
from sens_site.lib.http.database_wait import read_at_once
from sens_site.lib.http.local_limit import LocalLimit

logger = logging.getLogger(__name__)
A_PAGE = 10
MOST_PAGES = 50
FEW = 3
"""With fewer hits than this a word is taken for a mistyped one."""
MOST_MEANT = 5
"""How many words one that was mistyped may stand for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One entry that was found, as it is shown."""

    source: str
    path: str
    title: SafeString
    description: str
    excerpt: SafeString | None
    changed_on: date | None
    gated: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has come to. `total` counts the chosen source, `counts` each by its name.

    `meant` holds the words that were searched for in place of mistyped ones; `only_some` tells that
    nothing has all of the words.
    """

    hits: tuple[Hit, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    source: str = ""
    page: int = 1
    meant: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only_some: bool = False

    @property
    def everywhere(self) -> int:
        """How much was found in all sources."""
        return sum(self.counts.values())

    @property
    def total(self) -> int:
        """How much was found where it was looked for."""
        return self.counts.get(self.source, 0) if self.source else self.everywhere

    @property
    def pages(self) -> int:
        """How many pages of hits there are."""
        return max(1, min(-(-self.total // A_PAGE), MOST_PAGES))


def search(typed: str, *, source: str = "", page: int = 1, a_page: int = A_PAGE) -> Found:
    """Search everything that is public for what somebody typed."""
    asked = read(typed, _synonyms())
    if not asked:
        return Found(source=source)
    indexed = indexed_state()
    is_fresh = is_of_now(indexed, within_transaction=connection.in_atomic_block)
    replaced = {} if is_fresh else out_of_date(indexed)
    with engine().asking():
        return _search(asked, replaced, source, page, a_page)


def _search(
    asked: Asked, replaced: Mapping[int, Live | None], source: str, page: int, a_page: int
) -> Found:
    gone = tuple(place for place, live in replaced.items() if live is None)
    meant: dict[str, tuple[str, ...]] = {}
    counts = count_by_source(Match(asked, without=gone), SOURCES)
    wider, near = (
        _corrected(asked, even_if_known=False) if sum(counts.values()) < FEW else (asked, {})
    )
    if (
        not counts and not near
    ):  # words that occur are taken for others only where nothing else helps
        bolder, guessed = _corrected(asked, even_if_known=True)
        if guessed and count_by_source(Match(bolder, without=gone), SOURCES):
            wider, near = bolder, guessed
    if near:
        found_so = count_by_source(Match(wider, without=gone), SOURCES)
        if found_so != counts:
            asked, counts, meant = wider, found_so, near
    only_some = not counts and len(asked) > 1
    if only_some:
        asked, meant = any_of(wider), near
        counts = count_by_source(Match(asked, without=gone), SOURCES)
    found = Found((), counts, source, 1, meant, only_some)
    page = max(1, min(page, found.pages))
    keys = best(Match(asked, source, gone), first=(page - 1) * a_page, most=a_page)
    rows = IndexEntry.objects.in_bulk(keys)
    phrases = words_in(asked)
    hits = tuple(
        _hit(row, replaced.get(place_of(row.source, row.pk)), phrases)
        for row in (rows[pk] for pk in keys if pk in rows)
    )
    return replace(found, hits=hits, page=page)


def _hit(row: IndexEntry, live: Live | None, phrases: list[Phrase]) -> Hit:
    """Show an entry; of one that has changed since it was indexed, what it says now."""
    entry = row if live is None else live.entry
    return Hit(
        source=row.source,
        path=entry.path,
        title=marked(entry.title, phrases),
        description=entry.description,
        excerpt=excerpt(row.text, phrases) if live is None else None,
        changed_on=entry.changed_on,
        gated=entry.gated,
    )


def _synonyms() -> list[list[tuple[str, ...]]]:
    def build() -> list[list[tuple[str, ...]]]:
        rows = Synonym.objects.values_list("words", flat=True)
        return [[tuple(words_of(one)[0]) for one in row.split(",")] for row in rows]

    return fragment("search synonyms", build)


def _corrected(asked: Asked, *, even_if_known: bool) -> tuple[Asked, dict[str, tuple[str, ...]]]:
    """Return the question with the words that may have been meant, and these."""
    words = {one.word for one in asked if len(one.word) >= SHORTEST_WORD}
    if not even_if_known:
        words -= set(IndexedWord.objects.filter(word__in=words).values_list("word", flat=True))
    meant = {word: near for word in sorted(words) if (near := _near(word))}
    better = tuple(
        one.also(*(Phrase((near,)) for near in meant.get(one.word, ()))) for one in asked
    )
    return better, meant


def _near(word: str) -> tuple[str, ...]:
    """Return the words that occur somewhere and are one mistake away."""
    half = (len(word) - 1) // 2
    either = Q(word__startswith=word[:half]) | Q(backwards__startswith=word[::-1][:half])
    lengths = (len(word) - 1, len(word) + 1)
    rows = IndexedWord.objects.annotate(length=Length("word")).filter(either, length__range=lengths)
    found = (one for one in rows.values_list("word", flat=True) if is_one_edit(word, one))
    return tuple(sorted(islice(found, MOST_MEANT)))


IN_ADDRESSES = frozenset({
    "asp", "aspx", "com", "default", "home", "htm", "html", "index", "page", "pages", "php", "www",
})  # fmt: skip
"""Words that stand in many addresses and say nothing about what was looked for."""
MOST_NEAREST = 3
LOOKED_AT = 30
NEAREST = LocalLimit((20, 1))
"""How often one process looks in a second for pages near to an address: programs try thousands."""


def nearest(path: str) -> list[tuple[str, str]]:
    """Return title and address of the pages nearest to an address at which there is none.

    Only those whose own title or address has one of the words. Nothing where looking would take
    long or the database is away: an error page comes all the same.
    """
    words = [
        word
        for word in re.findall(r"[^\W\d_]{3,}", fold(unquote(path)[:200]))
        if word not in IN_ADDRESSES
    ][-3:]
    if not words or NEAREST.take("everybody"):
        return []
    within = connection.in_atomic_block
    try:
        with read_at_once(), engine().asking():
            if is_of_now(indexed_state(), within_transaction=within):
                return _nearest(words)
    except Exception as error:  # noqa: BLE001 - an error page comes, whatever is wrong with the search
        logger.warning("No near pages could be found: %s", type(error).__name__)
    return []


def _nearest(words: list[str]) -> list[tuple[str, str]]:
    asked, _ = _corrected(read(" ".join(words)), even_if_known=False)
    named = {word for phrase in words_in(asked) for word in phrase.words}
    keys = best(Match(any_of(asked)), first=0, most=LOOKED_AT)
    rows = IndexEntry.objects.defer("text").in_bulk(keys)
    near = []
    for place, pk in enumerate(keys):
        title, path = rows[pk].title, rows[pk].path
        in_path, in_title = (len(named & set(words_of(one)[0])) for one in (path, title))
        if in_path or in_title:
            near.append((-in_path, -in_title, place, title, path))
    named_so = [one for one in near if one[0]] or near
    return [(title, path) for _, _, _, title, path in sorted(named_so)[:MOST_NEAREST]]
