"""Rows that the database itself refuses to change: triggers on SQLite and PostgreSQL.

A room declares a `Guard` for a table; `install` writes its triggers after every migration. They
stop mistakes and every door of the application: the ORM, bulk statements, upserts, raw SQL. They
do not stop the owner of the database, who may drop them: that is what hash chains and anchors
kept elsewhere are for.

Measured traps that shape this: SQLite drops a table's triggers, without a word, whenever Django
rebuilds the table, so they are compared with the catalogue and written again after each
migration. `INSERT OR REPLACE` gets past update and delete triggers, so inserts are guarded too.
PostgreSQL's row triggers do not stop TRUNCATE, and no ordinary trigger stops a session in replica
mode, so there is a statement trigger, and all of them are ALWAYS.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connections
from django.db import connection as default_connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

Sql = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Guard:
    """What may not happen to the rows of one table.

    `frozen` says in SQL over `OLD` which rows are protected: all of them when it is empty.
    `mutable` names columns that may change all the same, such as a link to an account that is
    erased. `deletable` says in SQL over `OLD` which rows may be deleted: none when it is empty.
    Where the two databases need other words, either is a mapping by vendor. A table that
    `deletable` reads is named `{schema}table`; only the guarded table itself may be, as SQLite
    cannot rebuild a table that another one's trigger reads.
    `unique` repeats the table's unique keys: columns, or SQL over `kept` and `NEW`.
    """

    table: str
    unique: tuple[tuple[str, ...] | str, ...] = ()
    mutable: tuple[str, ...] = ()
    frozen: Sql = ""
    deletable: Sql = ""
    primary_key: str = "id"

    @property
    def message(self) -> str:
        """What the database says when it refuses."""
        return f"{self.table}: what is sealed is never changed or deleted"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger as it should stand in the catalogue."""

    name: str
    table: str
    statements: tuple[str, ...]
    # What the catalogue of this database shows of it.
    shown: tuple[Any, ...] = field(default=())


_guards: dict[str, Guard] = {}


def register(guard: Guard) -> Guard:
    """Declare a guard. The same table twice is a mistake, unless it is the same guard."""
    known = _guards.setdefault(guard.table, guard)
    if known != guard:
        raise ValueError(f"{guard.table} has another guard already")
    return guard


def registered() -> tuple[Guard, ...]:
    """Return all guards."""
    return tuple(_guards.values())


def install(connection: BaseDatabaseWrapper | None = None) -> list[str]:
    """Write what is missing or differs. Return the names of what was written."""
    connection = connection or default_connection
    written = []
    absent = set(missing(connection))
    with connection.cursor() as cursor:
        for trigger in _expected(connection):
            if trigger.name in absent:
                for statement in _removal(connection, trigger) + trigger.statements:
                    cursor.execute(statement)
                written.append(trigger.name)
    return written


def lift(connection: BaseDatabaseWrapper | None = None) -> None:
    """Take all guards away: for tests that empty tables, and for nothing else."""
    connection = connection or default_connection
    with connection.cursor() as cursor:
        for trigger in _expected(connection):
            for statement in _removal(connection, trigger):
                cursor.execute(statement)


@contextmanager
def lifted(connection: BaseDatabaseWrapper | None = None) -> Iterator[None]:
    """Take the guards away for a while: for tests that play somebody who can."""
    _check_what_is_deferred(connection or default_connection)
    lift(connection)
    try:
        yield
        _check_what_is_deferred(connection or default_connection)
    finally:
        install(connection)


def _check_what_is_deferred(connection: BaseDatabaseWrapper) -> None:
    """PostgreSQL alters no table whose rows it has still to check at the end of the transaction."""
    if connection.vendor == "postgresql":  # pragma: postgresql - SQLite alters no table for this
        connection.check_constraints()


def missing(connection: BaseDatabaseWrapper | None = None) -> list[str]:
    """Return the names of triggers that are absent, switched off, or not what they should be.

    Tables that do not exist yet have no triggers to miss.
    """
    connection = connection or default_connection
    expected = _expected(connection)
    if not expected:
        return []
    catalogue = _catalogue(connection)
    return [t.name for t in expected if catalogue.get((t.table, t.name)) != t.shown]


def unknown(connection: BaseDatabaseWrapper | None = None) -> list[str]:
    """Return the names of triggers that no guard has written: nobody knows what they do."""
    connection = connection or default_connection
    known = {(trigger.table, trigger.name) for trigger in _expected(connection)}
    return sorted(name for table, name in _catalogue(connection) if (table, name) not in known)


def install_after_migrate(using: str, **kwargs: Any) -> None:
    """Receiver of post_migrate: SQLite loses a table's triggers when it rebuilds the table."""
    install(connections[using])


@checks.register(checks.Tags.database)
def check_guards(databases: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """W010: what freezes rows stands in the catalogue of each database.

    A warning, not an error: an error would stop `migrate`, which is what mends it.
    """
    return [
        checks.Warning(
            f"Trigger {name} is missing, changed or switched off: rows can be altered.",
            hint="Run manage.py migrate, then manage.py verify_policy to see what was altered.",
            id="sens_site.W010",
        )
        for alias in databases or ()
        if alias == DEFAULT_DB_ALIAS
        for name in missing(connections[alias])
    ]


def _expected(connection: BaseDatabaseWrapper) -> list[Trigger]:
    tables = set(connection.introspection.table_names())
    build = {"sqlite": _sqlite_triggers, "postgresql": _postgresql_triggers}[connection.vendor]
    return [t for g in registered() if g.table in tables for t in build(g, connection)]


Catalogue = dict[tuple[str, str], tuple[Any, ...]]


def _catalogue(connection: BaseDatabaseWrapper) -> Catalogue:
    read = {"sqlite": _sqlite_catalogue, "postgresql": _postgresql_catalogue}[connection.vendor]
    with connection.cursor() as cursor:
        return read(cursor)


def _sqlite_catalogue(cursor: CursorWrapper) -> Catalogue:
    cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
    return {(table, name): (_folded(sql),) for table, name, sql in cursor.fetchall()}


def _postgresql_catalogue(cursor: CursorWrapper) -> Catalogue:  # pragma: postgresql - its tables
    cursor.execute(
        "SELECT c.relname, t.tgname, p.prosrc, t.tgtype, t.tgenabled::text, t.tgqual IS NULL"
        " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)"
    )
    return {
        (table, name): (_folded(source), kind, enabled, unconditional)
        for table, name, source, kind, enabled, unconditional in cursor.fetchall()
    }


def _removal(connection: BaseDatabaseWrapper, trigger: Trigger) -> tuple[str, ...]:
    on = f' ON "{trigger.table}"' if connection.vendor == "postgresql" else ""
    return (f'DROP TRIGGER IF EXISTS "{trigger.name}"{on}',)


def _sqlite_triggers(guard: Guard, connection: BaseDatabaseWrapper) -> Iterator[Trigger]:
    frozen = _condition(guard.frozen, "sqlite") or "1"
    deletable = _condition(guard.deletable, "sqlite").replace("{schema}", "") or "0"
    same_key = [f'kept."{guard.primary_key}" = NEW."{guard.primary_key}"']
    same_key += [_same(unique) for unique in guard.unique]
    takes_place = (
        f'EXISTS (SELECT 1 FROM "{guard.table}" AS kept WHERE ({" OR ".join(same_key)})'  # noqa: S608 - names and conditions from code
        f" AND ({_over('kept', frozen)}) IS NOT FALSE"
    )
    changed = "1"
    if guard.mutable:
        fixed = [name for name in _sqlite_columns(guard, connection) if name not in guard.mutable]
        changed = " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in fixed)
    other = f'kept."{guard.primary_key}" IS NOT OLD."{guard.primary_key}"'
    conditions = {
        "INSERT": f"{takes_place})",
        "UPDATE": f"(({frozen}) IS NOT FALSE AND ({changed})) OR {takes_place} AND {other})",
        "DELETE": f"({frozen}) IS NOT FALSE AND ({deletable}) IS NOT TRUE",
    }
    for event, condition in conditions.items():
        name = _name(guard, event)
        sql = (
            f'CREATE TRIGGER "{name}" BEFORE {event} ON "{guard.table}" WHEN {condition} '
            f"BEGIN SELECT RAISE(ABORT, '{guard.message}'); END"
        )
        yield Trigger(name, guard.table, (sql,), (_folded(sql),))


def _sqlite_columns(guard: Guard, connection: BaseDatabaseWrapper) -> list[str]:
    """Return the columns that hold something, generated ones included.

    Django's own description of a table takes the write lock once in each process, to try JSON: who
    asks whether the site is well would wait for whoever writes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pragma_table_xinfo(%s) WHERE hidden <> 1 ORDER BY cid", [guard.table]
        )
        return [name for (name,) in cursor.fetchall()]


# pg_trigger.tgtype is a sum: row 1, before 2, insert 4, delete 8, update 16, truncate 32.
_ROW_KIND, _TRUNCATE_KIND = 1 + 2 + 8 + 16, 2 + 32


def _postgresql_triggers(  # pragma: postgresql - its language of triggers
    guard: Guard, connection: BaseDatabaseWrapper
) -> Iterator[Trigger]:
    frozen = _condition(guard.frozen, "postgresql") or "true"
    deletable = _condition(guard.deletable, "postgresql") or "false"
    if "{schema}" in deletable:
        # The function's own search path is narrow, so that no temporary table takes its place. In a
        # copy of temporary tables, the table itself is one.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = %s::regclass",
                [connection.ops.quote_name(guard.table)],
            )
            deletable = deletable.replace("{schema}", f"{cursor.fetchone()[0]}.")
    without = "".join(f" - '{column}'" for column in guard.mutable)
    changed = "true"
    if guard.mutable:
        changed = f"(to_jsonb(OLD){without}) IS DISTINCT FROM (to_jsonb(NEW){without})"
    refuse = f"RAISE EXCEPTION USING ERRCODE = '23001', MESSAGE = '{guard.message}';"
    source = f"""
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        IF ({frozen}) IS NOT FALSE AND ({changed}) THEN {refuse} END IF;
        RETURN NEW;
      ELSIF TG_OP = 'DELETE' THEN
        IF ({frozen}) IS NOT FALSE AND ({deletable}) IS NOT TRUE THEN {refuse} END IF;
        RETURN OLD;
      END IF;
      {refuse}
    END
    """
    function = f'"guard_{guard.table}"'
    create_function = (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql"
        f" SET search_path = pg_catalog, pg_temp AS $guard${source}$guard$"
    )
    for event, each, kind in (
        ("UPDATE OR DELETE", "ROW", _ROW_KIND),
        ("TRUNCATE", "STATEMENT", _TRUNCATE_KIND),
    ):
        name = _name(guard, event)
        statements = (
            create_function,
            (
                f'CREATE TRIGGER "{name}" BEFORE {event} ON "{guard.table}"'
                f" FOR EACH {each} EXECUTE FUNCTION {function}()"
            ),
            f'ALTER TABLE "{guard.table}" ENABLE ALWAYS TRIGGER "{name}"',
        )
        yield Trigger(name, guard.table, statements, (_folded(source), kind, "A", True))


def _name(guard: Guard, event: str) -> str:
    return f"guard_{guard.table}_{event.lower().replace(' ', '_')}"


def _condition(sql: Sql, vendor: str) -> str:
    return sql if isinstance(sql, str) else sql[vendor]


def _over(row: str, sql: str) -> str:
    return re.sub(r"\bOLD\b", row, sql)


def _same(unique: tuple[str, ...] | str) -> str:
    if isinstance(unique, str):
        return f"({unique})"
    return "(" + " AND ".join(f'kept."{column}" = NEW."{column}"' for column in unique) + ")"


def _folded(sql: str) -> str:
    return " ".join(sql.split())
