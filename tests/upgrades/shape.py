"""What a database is made of, in words that are equal however it came to be so."""

from django.db import connection

Shape = dict[str, dict[str, list[str]]]
OF_SEARCH = "search_words"
"""Holds words of SQLite's full-text search in tables of its own kind."""


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.table_names(cursor)
    return [name for name in sorted(found) if not name.startswith(OF_SEARCH)]


def rows() -> dict[str, int]:
    """Count the rows of each table."""
    counted = {}
    with connection.cursor() as cursor:
        for name in _tables():
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608 - a name of a table
            counted[name] = cursor.fetchone()[0]
    return counted


def shape() -> Shape:
    """Return each table's columns and constraints."""
    found: Shape = {}
    with connection.cursor() as cursor:
        for name in _tables():
            columns = connection.introspection.get_table_description(cursor, name)
            constraints = connection.introspection.get_constraints(cursor, name)
            found[name] = {
                "columns": sorted(f"{c.name} {c.type_code} {c.null_ok}" for c in columns),
                "constraints": sorted(
                    f"{c['columns']} {c['primary_key']} {c['unique']} {c['foreign_key']} {c['check']}"
                    for c in constraints.values()
                ),
            }
    return found
