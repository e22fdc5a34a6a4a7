"""Looking for words in everything the site stores: the eye of the proof of erasure.

Unlike export and erasure this does not follow the map: it reads every column of every table of the
database, known to Django or not, so that it sees what a map with a mistake in it hides.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from privacy.datamap.registry import concrete_field, entries, stores

PORTION = 500


def stored_texts() -> Iterator[tuple[str, bytes]]:
    """Yield every stored value as bytes, with the place where it is, encodings undone."""
    yield from _tables()
    for name in sorted(stores()):
        samples = stores()[name].samples
        if samples is not None:
            for sample in samples():
                yield name, sample
    for folder in {str(settings.PRIVATE_ROOT), str(settings.MEDIA_ROOT)} - {""}:
        yield from _files(Path(folder))


def _tables() -> Iterator[tuple[str, bytes]]:
    decoders = _decoders()
    for table in sorted(connection.introspection.table_names()):
        quoted = connection.ops.quote_name(table)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {quoted}")  # noqa: S608 - a name from the catalogue
            names = [column[0] for column in cursor.description]
            while rows := cursor.fetchmany(PORTION):
                for row in rows:
                    for name, value in zip(names, row, strict=True):
                        place = f"{table}.{name}"
                        if value not in (None, "", b""):
                            yield place, _bytes(value)
                            if place in decoders:
                                yield place, decoders[place](value).encode()


def _decoders() -> dict[str, Any]:
    found = {}
    for entry in entries().values():
        for name, decode in entry.readable.items():
            column = concrete_field(entry.model, name).column
            found[f"{entry.model._meta.db_table}.{column}"] = decode
    return found


def _bytes(value: Any) -> bytes:
    if isinstance(value, memoryview):
        return bytes(value)
    return value if isinstance(value, bytes) else str(value).encode()


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    if folder.is_dir():
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                yield str(file.relative_to(folder)), file.read_bytes()


def hits(needles: Iterable[str]) -> Counter[str]:
    """Count, for each place, the values that hold one of the words, in whatever case."""
    wanted = [needle.lower().encode() for needle in needles]
    return Counter(
        place
        for place, text in stored_texts()
        for lowered in (text.lower(),)
        if any(needle in lowered for needle in wanted)
    )


def database_file() -> Path | None:
    """Return the file of an SQLite database, after what waits beside it was written into it."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return None
    name = connection.settings_dict["NAME"]
    if not Path(name).is_file():
        return None
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(name)


def hits_in_file(needles: Iterable[str]) -> int | None:
    """Count how often the bytes of the database file hold one of the words; None: there is none."""
    file = database_file()
    if file is None:
        return None
    content = file.read_bytes().lower()
    return sum(content.count(needle.lower().encode()) for needle in needles)
