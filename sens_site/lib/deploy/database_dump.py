"""A copy of the whole database as one file, and a database made of such a file.

On both databases the copy is what one moment saw, and the site goes on writing meanwhile.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection

from sens_site.lib.deploy.backup_archive import BackupError
from sens_site.lib.deploy.setup_lock import APART, connection_apart

FILES = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
"""The name of the copy in an archive says which database can read it."""
GIVEN_TO_NEW_TABLES = """
    SELECT DISTINCT format(
        'ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I REVOKE ALL ON %s FROM %s',
        pg_get_userbyid(defaclrole), nspname,
        CASE defaclobjtype WHEN 'S' THEN 'SEQUENCES' ELSE 'TABLES' END,
        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
    FROM pg_default_acl JOIN pg_namespace n ON n.oid = defaclnamespace, aclexplode(defaclacl)
    WHERE defaclobjtype IN ('r', 'S') AND nspname = current_schema()
"""
"""Statements against rights that a table has from its making: pg_dump writes down those alone that it
had besides. So a role could change afterwards what it had been forbidden to."""
BUSY = "The database is in use. Stop the site first, its worker too."


def dump(into: Path) -> Path:
    """Copy the database into a folder and return the file."""
    file = into / FILES[connection.vendor]
    if connection.vendor == "sqlite":
        # By a connection of its own: what is copied is what has been committed.
        with closing(sqlite3.connect(_path())) as opened:
            opened.execute("VACUUM INTO ?", [str(file)])
    else:  # pragma: postgresql - by its program; the archive packs it
        _run("pg_dump", "--format=custom", "--compress=0", "--no-owner", f"--file={file}")
    return file


def load(file: Path) -> None:
    """Put a copy in the place of the database. One that cannot be loaded changes nothing."""
    close()
    if connection.vendor == "sqlite":
        _load_sqlite(file)
    else:  # pragma: postgresql - by its programs
        _load_postgresql(file)


def has_tables() -> bool:
    """Tell whether there is anything in the database."""
    return bool(connection.introspection.table_names())


def close() -> None:
    """Give up every connection of this process."""
    wrapper: Any = connection
    wrapper.close()
    if connection.vendor == "postgresql":  # pragma: postgresql - SQLite has no pool
        wrapper.close_pool()


def _path() -> str:
    return str(connection.settings_dict["NAME"])


def _load_sqlite(file: Path) -> None:
    path = Path(_path())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=1)) as present:
        try:
            # Refused while anybody else has the file open; and nothing stays in a second file.
            (mode,) = present.execute("PRAGMA journal_mode = DELETE").fetchone()
        except sqlite3.OperationalError:
            mode = ""
        except sqlite3.DatabaseError:
            mode = "delete"  # a damaged file is what a restore is for
    if mode != "delete":
        raise BackupError(BUSY)
    fresh = path.with_name(path.name + ".restored")
    shutil.copyfile(file, fresh)
    fresh.chmod(0o600)
    with fresh.open("rb") as written:
        os.fsync(written.fileno())
    for ending in ("-wal", "-shm", "-journal"):  # of the damaged one
        path.with_name(path.name + ending).unlink(missing_ok=True)
    fresh.replace(path)


def _load_postgresql(file: Path) -> None:  # pragma: postgresql - by its programs
    script, removal = file.with_suffix(".sql"), file.with_suffix(".removal.sql")
    with connection_apart() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND application_name <> %s",
            [APART],
        )
        if cursor.fetchone()[0]:
            raise BackupError(BUSY)
        tables = connection.introspection.table_names(cursor)
        drop = "DROP TABLE IF EXISTS {} CASCADE;\n"
        written = [drop.format(connection.ops.quote_name(table)) for table in tables]
        cursor.execute(GIVEN_TO_NEW_TABLES)
        written += [f"{revoke};\n" for (revoke,) in cursor.fetchall()]
        removal.write_text("".join(written))
    _run(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        f"--file={script}",
        str(file),
        own=True,
    )
    # One transaction: the old database is there until the new one is whole.
    options = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")
    _run("psql", *options, f"--file={removal}", f"--file={script}")


def _run(
    program: str, *options: str, own: bool = False
) -> None:  # pragma: postgresql - SQLite needs none
    """Run one of PostgreSQL's programs, on the database unless it has enough of its own."""
    if shutil.which(program) is None:
        raise BackupError(f"{program} is missing: install the client programs of PostgreSQL.")
    client: Any = connection.client
    (_, *address), environment = client.settings_to_cmd_args_env(connection.settings_dict, [])
    command = [program, *([] if own else _named(address)), *options]
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, with our own settings
        command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [""])[-1]
        raise BackupError(f"{program} has failed: {last}")


def _named(address: list[str]) -> Iterator[str]:  # pragma: postgresql - as above
    """Give the database, which Django's client leaves to the end of the line, by its option."""
    *options, name = address
    yield from (*options, f"--dbname={name}")
