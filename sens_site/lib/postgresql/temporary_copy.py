"""All tables of the database as temporary ones of one connection, in which their names lead to these.

PostgreSQL looks for a name among temporary tables first, so whoever uses the connection reads and
writes the copy without knowing. It needs no right but TEMPORARY, holds no lock once it is made, and
is gone with the connection, however that ends.

Keys, checks, indexes and triggers are those of the catalogue, not of models: what is missing in the
database, or switched off, is so in the copy. Rights are not carried: a copy belongs to who made it.
A table with rules or row security stays what it is, as does one that this role may not read.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from psycopg import Connection, IsolationLevel
from psycopg.sql import Identifier, quote

BUFFERS = "64MB"
"""How much of the copy the server keeps in memory, at most; the rest lies in files of its own."""

# A partition is in the table that it is part of.
TABLES = """
    SELECT array_agg(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
        AND NOT c.relhasrules AND NOT c.relrowsecurity
        AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND pg_table_is_visible(c.oid) AND has_table_privilege(c.oid, 'SELECT')
"""
COLUMNS = """
    SELECT c.oid, quote_ident(c.relname), c.oid::regclass::text, array_agg(a.attname ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.oid = ANY(%(tables)s)
        AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY c.oid
"""
NUMBERED = """
    SELECT attrelid, attname, attidentity <> '', sequence FROM pg_attribute,
        pg_get_serial_sequence(attrelid::regclass::text, attname) AS sequence
    WHERE attrelid = ANY(%(tables)s) AND attnum > 0 AND NOT attisdropped AND sequence IS NOT NULL
"""
# Keys first, as others refer to them.
CONSTRAINTS = """
    SELECT conrelid, conname, pg_get_constraintdef(oid), contype IN ('p', 'u', 'x') AS is_key,
        confrelid
    FROM pg_constraint
    WHERE conrelid = ANY(%(tables)s) AND contype IN ('p', 'u', 'x', 'c', 'f')
        AND (contype <> 'f' OR confrelid = ANY(%(tables)s))
    ORDER BY is_key DESC, oid
"""
INDEXES = """
    SELECT indrelid, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = ANY(%(tables)s) AND indisvalid AND NOT EXISTS (
        SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
    ORDER BY indexrelid
"""
TRIGGERS = """
    SELECT tgrelid, tgname, tgenabled::text, pg_get_triggerdef(oid), tgfoid
    FROM pg_trigger WHERE tgrelid = ANY(%(tables)s) AND NOT tgisinternal ORDER BY oid
"""
FUNCTIONS = """
    SELECT oid, oid::regproc::text, pg_get_functiondef(oid) FROM pg_proc WHERE oid IN (
        SELECT tgfoid FROM pg_trigger WHERE tgrelid = ANY(%(tables)s) AND NOT tgisinternal)
"""
SWITCHED = {"D": "DISABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}


def copy_tables(connection: Connection[Any]) -> None:  # pragma: postgresql - SQLite has a file
    """Make the copy, of one moment, within a connection that has had no temporary tables."""
    usual, connection.isolation_level = connection.isolation_level, IsolationLevel.REPEATABLE_READ
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(f"SET temp_buffers = '{BUFFERS}'; SET LOCAL statement_timeout = 0".encode())
        cursor.execute(TABLES.encode())
        tables = (cursor.fetchone() or [None])[0] or []
        # As pg_dump does it: with nothing in sight, the server writes every name in full.
        cursor.execute("SET LOCAL search_path = ''")
        cursor.execute(";\n".join(_Script(cursor, tables)).encode())
    connection.isolation_level = usual


class _Script:  # pragma: postgresql - as above
    """The statements that make the copy. Rows come before what would have to be asked for each."""

    def __init__(self, cursor: Any, tables: list[int]) -> None:
        self._cursor, self._tables = cursor, tables
        cursor.execute("CREATE TEMPORARY TABLE first (); DROP TABLE pg_temp.first")
        cursor.execute("SELECT pg_my_temp_schema()::regnamespace::text")
        self._schema = cursor.fetchone()[0]
        self._real: dict[int, str] = {}
        self._copy: dict[int, str] = {}

    def __iter__(self) -> Iterator[str]:
        for oid, name, real, columns in self._found(COLUMNS):
            self._real[oid] = real
            self._copy[oid] = f"{self._schema}.{name}"
            yield (
                f"CREATE TEMPORARY TABLE {name}"
                f" (LIKE {real} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING IDENTITY)"
            )
            listed = ", ".join(map(_quoted, columns))
            yield (
                f"INSERT INTO {self._copy[oid]} ({listed}) OVERRIDING SYSTEM VALUE"  # noqa: S608 - names of the catalogue
                f" SELECT {listed} FROM {real}"
            )
        yield from self._numbers()
        yield from self._constraints()
        for table, definition in self._found(INDEXES):
            yield self._moved(definition, " ON ", table)
        yield from self._triggers()
        yield from (f"ANALYZE {copy}" for copy in self._copy.values())

    def _found(self, query: str) -> list[tuple[Any, ...]]:
        self._cursor.execute(query, {"tables": self._tables})
        return list(self._cursor.fetchall())

    def _moved(self, definition: str, before: str, table: int) -> str:
        return definition.replace(before + self._real[table], before + self._copy[table], 1)

    def _numbers(self) -> Iterator[str]:
        """Count on from where the database is, without taking numbers from it."""
        for table, column, is_identity, sequence in self._found(NUMBERED):
            copy, name = self._copy[table], _quoted(column)
            if not is_identity:
                yield (
                    f"ALTER TABLE {copy} ALTER {name} DROP DEFAULT,"
                    f" ALTER {name} ADD GENERATED BY DEFAULT AS IDENTITY"
                )
            own = f"pg_get_serial_sequence({quote(copy)}, {quote(column)})"
            yield f"SELECT setval({own}, last_value, is_called) FROM {sequence}"  # noqa: S608 - as above

    def _constraints(self) -> Iterator[str]:
        for table, name, words, is_key, other in self._found(CONSTRAINTS):
            definition = self._moved(words, " REFERENCES ", other) if other else words
            # What stands has been asked once, or stands all the same.
            if not is_key and not definition.endswith(" NOT VALID"):
                definition += " NOT VALID"
            yield f"ALTER TABLE {self._copy[table]} ADD CONSTRAINT {_quoted(name)} {definition}"

    def _triggers(self) -> Iterator[str]:
        moved: dict[int, tuple[str, str]] = {}
        for oid, name, definition in self._found(FUNCTIONS):
            own = f"{self._schema}.{name.rpartition('.')[2]}"
            about_the_copy = _renamed(definition, self._names())
            if about_the_copy != definition:
                yield about_the_copy.replace(f" FUNCTION {name}(", f" FUNCTION {own}(", 1)
                moved[oid] = (name, own)
        for table, name, enabled, words, function in self._found(TRIGGERS):
            definition = self._moved(words, " ON ", table)
            if function in moved:
                there, here = moved[function]
                definition = definition.replace(f" FUNCTION {there}(", f" FUNCTION {here}(", 1)
            yield definition
            if enabled in SWITCHED:
                yield f"ALTER TABLE {self._copy[table]} {SWITCHED[enabled]} TRIGGER {_quoted(name)}"

    def _names(self) -> dict[str, str]:
        return {real: self._copy[oid] for oid, real in self._real.items()}


def _renamed(text: str, names: Mapping[str, str]) -> str:  # pragma: postgresql - as above
    """Let the body of a function that names tables in full name others."""
    known = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.sub(rf'(?<![\w."])(?:{known})(?![\w"])', lambda found: names[found[0]], text)


def _quoted(name: str) -> str:  # pragma: postgresql - as above
    return Identifier(name).as_string()
