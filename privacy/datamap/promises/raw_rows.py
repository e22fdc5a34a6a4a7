"""The rows of one person in the database as it stands: its own tables, columns and keys.

Nothing here asks a model or the data map, so that it sees what they forget.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

Rows = dict[str, dict[Any, dict[str, Any]]]
"""By table and primary key."""


@dataclass(frozen=True)
class Table:
    """What the database says of a table."""

    name: str
    columns: dict[str, bool]
    """Whether each holds bytes."""
    key: str
    links: dict[str, str]
    """The columns that point to rows of other tables, with the tables."""


@dataclass
class Database:
    """All tables, read once from the catalogue."""

    tables: dict[str, Table] = field(default_factory=dict)

    @classmethod
    def as_it_stands(cls) -> "Database":
        """Read the catalogue."""
        look, found = connection.introspection, {}
        with connection.cursor() as cursor:
            for name in look.table_names(cursor):
                described = columns_of(cursor, name)
                columns = {one[0]: _holds_bytes(one) for one in described}
                links = {
                    column: other for column, (_, other) in look.get_relations(cursor, name).items()
                }
                key = look.get_primary_key_column(cursor, name) or described[0][0]
                found[name] = Table(name, columns, key, links)
        return cls(found)

    def naming(self, words: Iterable[str]) -> Rows:
        """Return the rows in which one of some words stands, in whatever column."""
        wanted = list(words)
        return self._where(
            lambda table: (
                " OR ".join(
                    f"{_as_text(column, holds)} LIKE %s"
                    for column, holds in table.columns.items()
                    for _ in wanted
                ),
                [f"%{word}%" for _ in table.columns for word in wanted],
            )
        )

    def pointing_to(self, target: str, keys: Iterable[Any]) -> Rows:
        """Return the rows that point to some rows of a table."""
        wanted = list(keys)
        places = ", ".join(["%s"] * len(wanted))

        def condition(table: Table) -> tuple[str, list[Any]]:
            links = [column for column, other in table.links.items() if other == target]
            words = " OR ".join(f"{_quoted(column)} IN ({places})" for column in links)
            return words, wanted * len(links)

        return self._where(condition) if wanted else {}

    def of_person(self, account: Any, account_table: str, words: Iterable[str]) -> Rows:
        """Return the rows that name a person or hang on what is theirs, however many steps off."""
        found = self.naming(words)
        waiting = [(account_table, [account]), *((t, list(rows)) for t, rows in found.items())]
        while waiting:
            table, keys = waiting.pop()
            for name, rows in self.pointing_to(table, keys).items():
                new = {key: row for key, row in rows.items() if key not in found.get(name, {})}
                if new:
                    found.setdefault(name, {}).update(new)
                    waiting.append((name, list(new)))
        return found

    def _where(self, condition: Any) -> Rows:
        found: Rows = {}
        with connection.cursor() as cursor:
            for table in self.tables.values():
                words, parameters = condition(table)
                if not words:
                    continue
                sql = f"SELECT * FROM {_quoted(table.name)} WHERE {words}"  # noqa: S608 - names from the catalogue
                cursor.execute(sql, parameters)
                names = [column[0] for column in cursor.description]
                rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
                if rows:
                    found[table.name] = {row[table.key]: row for row in rows}
        return found


def columns_of(cursor: Any, table: str) -> Any:
    """Return the columns of a table as the cursor describes them.

    Django's own description also says how SQLite compares each column, for which it parses the words
    that made the table.
    """
    cursor.execute(f"SELECT * FROM {_quoted(table)} LIMIT 0")  # noqa: S608 - a name from the catalogue
    return cursor.description


def texts_of(rows: Rows) -> Iterator[tuple[str, str]]:
    """Yield each value that is there as text, with its table and column."""
    for table, found in rows.items():
        for row in found.values():
            for column, value in row.items():
                if value not in (None, "", b""):
                    held = bytes(value) if isinstance(value, memoryview | bytes) else str(value)
                    text = held.decode("utf-8", "replace") if isinstance(held, bytes) else held
                    yield f"{table}.{column}", text


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))


def _holds_bytes(column: Any) -> bool:
    """Tell whether PostgreSQL holds bytes there (its type 17), which it does not cast to text."""
    return bool(column[1] == 17)


def _as_text(column: str, holds_bytes: bool) -> str:
    name = _quoted(column)
    return f"encode({name}, 'escape')" if holds_bytes else f"CAST({name} AS text)"
