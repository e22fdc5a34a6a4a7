"""The index of words in each database: FTS5 in SQLite, `tsvector` with GIN in PostgreSQL.

Both are given the same words (`search/words.py`) in four columns of falling weight: numbers, title,
description, text. So no extension of PostgreSQL is needed, which not every server lets one create,
and the two find the same (ADR 23).
"""

import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from search.asked import Asked, Phrase
from search.words import squeezed, words_of

TABLE = "search_words"
MOST_POSITIONS = 50
"""How often a word counts in one column of an entry."""
LAST_POSITION = 16_000
"""PostgreSQL counts no further than 16,383."""
GAP = 8
"""Positions between two columns, so that no phrase reaches from one into the next."""

SHIFT = 40
"""How many bits of a place are the number of the entry; those above tell its source."""

Columns = tuple[list[str], list[str], list[str], list[str]]


def columns_of(numbers: Iterable[str], title: str, description: str, text: str) -> Columns:
    """Return the words of an entry by column."""
    in_order, forms = words_of(" ".join(numbers))
    whole = [squeezed(number) for number in numbers]
    first = [*in_order, *dict.fromkeys((*forms, *whole))]
    return (first, *(_all_words(one) for one in (title, description, text)))  # type: ignore[return-value]  # four, as said


def _all_words(text: str) -> list[str]:
    in_order, forms = words_of(text)
    return [*in_order, *dict.fromkeys(forms)]


def place_of(source: str, pk: int) -> int:
    """Return where the words of an entry lie.

    The number tells the source, so that counting and choosing need no look at the entries: with
    thousands of hits that look would cost most of a search.
    """
    return _number_of(source) << SHIFT | pk


def _number_of(source: str) -> int:
    return zlib.crc32(source.encode()) & 0x3F_FFFF


def pk_at(place: int) -> int:
    """Return the number of the entry whose words lie there."""
    return place & (1 << SHIFT) - 1


@dataclass(frozen=True, slots=True)
class Match:
    """Which entries are looked for: by a question, in one source or all, but not at some places."""

    asked: Asked
    source: str = ""
    without: Collection[int] = ()


class Sqlite:
    """FTS5. Its tokenizer only cuts at spaces: all signs that a word may hold belong to it."""

    create = (
        (
            f"CREATE VIRTUAL TABLE {TABLE} USING fts5(numbers, title, description, body, prefix='2 3',"
            " tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M* S* P* Co'\")"
        ),
    )
    drop = (f"DROP TABLE IF EXISTS {TABLE}",)
    # What stands in number, title or description counts twice: in one score many mentions in a text
    # would outweigh it.
    score = f"bm25({TABLE}, 20.0, 15.0, 5.0, 0.0) + bm25({TABLE}, 20.0, 15.0, 5.0, 1.0)"
    place = "rowid"
    matches = f"FROM {TABLE} WHERE {TABLE} MATCH %s"

    def add(self, rows: Iterable[tuple[int, Columns]]) -> None:
        values: list[list[Any]] = [
            [place, *(" ".join(column) for column in columns)] for place, columns in rows
        ]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {TABLE} (rowid, numbers, title, description, body)"  # noqa: S608 - our own name
                " VALUES (%s, %s, %s, %s, %s)",
                values,
            )

    def remove(self, places: Iterable[int]) -> None:
        with connection.cursor() as cursor:
            which = f"DELETE FROM {TABLE} WHERE rowid = %s"  # noqa: S608 - our own name
            cursor.executemany(which, [(place,) for place in places])

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608 - our own name

    def tidy(self) -> None:
        """Merge the index into one piece: until then what was deleted stands in it."""
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('optimize')")  # noqa: S608 - our own name

    def vocabulary(self) -> Iterator[str]:
        """Yield each word once."""
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_vocabulary"
                f" USING fts5vocab('main', '{TABLE}', 'row')"
            )
            cursor.execute("SELECT term FROM temp.search_vocabulary")
            yield from (word for (word,) in cursor.fetchall())

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask some questions."""
        yield

    def question(self, asked: Asked) -> str:
        """Write a question in the language of FTS5, each phrase quoted."""
        return " AND ".join(
            f"({' OR '.join(self._phrase(phrase) for phrase in one.phrases)})" for one in asked
        )

    def _phrase(self, phrase: Phrase) -> str:
        words = " ".join(phrase.words).replace('"', '""')
        return f'"{words}"{"*" if phrase.prefix else ""}'


class Postgresql:  # pragma: postgresql - its own kind of index
    """`tsvector`, written word by word, so that PostgreSQL's own idea of words has no part in it."""

    create = (
        f"CREATE TABLE {TABLE} (entry bigint PRIMARY KEY, words tsvector NOT NULL)",
        f"CREATE INDEX {TABLE}_found ON {TABLE} USING gin (words)",
    )
    drop = (f"DROP TABLE IF EXISTS {TABLE}",)
    # The more is better there, and the less in FTS5.
    score = "-ts_rank('{0.1, 0.4, 0.8, 1.0}', words, asked, 1)"
    place = "entry"
    matches = f"FROM {TABLE}, CAST(%s AS tsquery) AS asked WHERE words @@ asked"

    def add(self, rows: Iterable[tuple[int, Columns]]) -> None:
        values = [(place, self._vector(columns)) for place, columns in rows]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {TABLE} (entry, words) VALUES (%s, CAST(%s AS tsvector))",  # noqa: S608 - our own name
                values,
            )

    def _vector(self, columns: Columns) -> str:
        places: dict[str, list[str]] = defaultdict(list)
        position = 0
        for weight, column in zip("ABCD", columns, strict=True):
            seen: dict[str, int] = defaultdict(int)
            for word in column:
                position = min(position + 1, LAST_POSITION)
                seen[word] += 1
                if seen[word] <= MOST_POSITIONS:
                    places[word].append(f"{position}{weight}")
            position += GAP
        return " ".join(f"{self._quoted(word)}:{','.join(at)}" for word, at in places.items())

    def _quoted(self, word: str) -> str:
        escaped = word.replace("\\", "\\\\").replace("'", "''")
        return f"'{escaped}'"

    def remove(self, places: Iterable[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE} WHERE entry = ANY(%s)", [list(places)])  # noqa: S608 - our own name

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608 - our own name

    def tidy(self) -> None:
        """Leave it to the server, which vacuums by itself."""

    def vocabulary(self) -> Iterator[str]:
        """Yield each word once."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT word FROM ts_stat('SELECT words FROM {TABLE}')")  # noqa: S608 - our own name
            yield from (word for (word,) in cursor.fetchall())

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask some questions by the index alone.

        The planner takes it for cheap to read all vectors, which it has to unpack one by one: that
        costs twice as much as the index does (measured with 10,000 entries).
        """
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('enable_seqscan', 'off', true)")
            yield
            # An outer transaction goes on as it was.
            cursor.execute("SELECT set_config('enable_seqscan', 'on', true)")

    def question(self, asked: Asked) -> str:
        """Write a question in the language of `tsquery`, each word quoted."""
        return " & ".join(
            f"({' | '.join(self._phrase(phrase) for phrase in one.phrases)})" for one in asked
        )

    def _phrase(self, phrase: Phrase) -> str:
        words = [self._quoted(word) for word in phrase.words]
        return f"({' <-> '.join(words)}{':*' if phrase.prefix else ''})"


def engine() -> Any:
    """Return what speaks to the index of this database."""
    return {"sqlite": Sqlite, "postgresql": Postgresql}[connection.vendor]()


def tables() -> dict[str, tuple[str, ...]]:
    """Return the tables of the index with their columns: FTS5 keeps some more beside its own."""
    if connection.vendor != "sqlite":  # pragma: postgresql - there it is one
        return {TABLE: ("entry", "words")}
    return {
        TABLE: ("numbers", "title", "description", "body"),
        f"{TABLE}_config": ("k", "v"),
        f"{TABLE}_content": ("id", "c0", "c1", "c2", "c3"),
        f"{TABLE}_data": ("id", "block"),
        f"{TABLE}_docsize": ("id", "sz"),
        f"{TABLE}_idx": ("segid", "term", "pgno"),
    }


def count_by_source(match: Match, sources: Iterable[str]) -> dict[str, int]:
    """Return how many entries are found of each of some sources, if any."""
    one = engine()
    narrower, values = _narrowed(match, one.place)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {one.place} >> {SHIFT}, count(*) {one.matches}{narrower} GROUP BY 1",
            [one.question(match.asked), *values],
        )
        counts = dict(cursor.fetchall())
    found = {name: counts.get(_number_of(name), 0) for name in sources}
    return {name: count for name, count in found.items() if count}


def best(match: Match, *, first: int, most: int) -> list[int]:
    """Return the numbers of some of the entries that are found, the best ones first."""
    one = engine()
    narrower, values = _narrowed(match, one.place)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {one.place} {one.matches}{narrower} ORDER BY {one.score}, 1 LIMIT %s OFFSET %s",
            [one.question(match.asked), *values, most, first],
        )
        return [pk_at(place) for (place,) in cursor.fetchall()]


def _narrowed(match: Match, place: str) -> tuple[str, list[Any]]:
    words = ""
    values: list[Any] = []
    if match.source:
        words += f" AND {place} BETWEEN %s AND %s"
        values += [place_of(match.source, 0), place_of(match.source, (1 << SHIFT) - 1)]
    if match.without:
        words += f" AND {place} NOT IN ({', '.join(['%s'] * len(match.without))})"
        values += sorted(match.without)
    return words, values
