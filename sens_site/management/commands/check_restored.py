"""`manage.py check_restored URL`: whether a restored backup is whole, and young enough."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend
from django.utils import timezone

from outbox.job_runs import RESTORE_TRIED, note_done

OLDEST = timedelta(days=2)
MIGRATIONS = "SELECT app, name FROM django_migrations"
VERSIONS = "SELECT hash FROM policy_policyversion"
NEWEST = "SELECT MAX(started_at) FROM outbox_jobrun"


class Command(BaseCommand):
    """Reads the copy and writes nothing into it."""

    help = (
        "Compare a database that was restored from a backup with this one: its tables, its sealed "
        "versions, its age. A success is noted in the set-up list."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url", help="like DATABASE_URL: sqlite:////path or postgresql://…")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            settings = dj_database_url.parse(options["url"])
        except (ValueError, KeyError) as error:
            raise CommandError("That is no address of a database.") from error
        if "sqlite3" in settings["ENGINE"] and not Path(settings["NAME"]).is_file():
            raise CommandError("There is no such file.")
        if settings["NAME"] == connections[DEFAULT_DB_ALIAS].settings_dict["NAME"]:
            raise CommandError("That is the database of the site itself, and no copy.")
        copy = _connection(settings)
        try:
            faults = list(_faults(copy))
        except DatabaseError as error:
            raise CommandError(f"The copy cannot be read: {type(error).__name__}.") from error
        finally:
            copy.close()
        if faults:
            raise CommandError(" ".join(faults))
        note_done(RESTORE_TRIED)
        self.stdout.write("The copy is whole, and not older than two days. This is noted.")


def _connection(settings: Any) -> BaseDatabaseWrapper:
    """Open the copy without telling Django of it: no model is ever read from there by mistake."""
    full = connections.configure_settings({DEFAULT_DB_ALIAS: settings})[DEFAULT_DB_ALIAS]
    wrapper: type[BaseDatabaseWrapper] = load_backend(full["ENGINE"]).DatabaseWrapper
    return wrapper(full, DEFAULT_DB_ALIAS)


def _faults(copy: BaseDatabaseWrapper) -> Iterator[str]:
    if "django_migrations" not in copy.introspection.table_names():
        yield "There are no tables of this site in it."
        return
    lost = set(_read(connection, MIGRATIONS)) - set(_read(copy, MIGRATIONS))
    if lost:
        yield f"The copy lacks {len(lost)} migrations: it is of an older release."
        return
    if lost := set(_read(connection, VERSIONS)) - set(_read(copy, VERSIONS)):
        yield f"The copy lacks {len(lost)} sealed versions."
    ((newest,),) = _read(copy, NEWEST)
    if newest is None or _moment(newest) < timezone.now() - OLDEST:
        yield "The newest sign of life in the copy is older than two days."


def _read(database: BaseDatabaseWrapper, statement: str) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _moment(value: Any) -> datetime:
    """Return a moment as either database gives it: SQLite keeps words, in UTC."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
