"""One process at a time prepares the database: who starts beside it waits, and finds it done.

Held for the whole of a preparation, which is more than one transaction, by what its end lets go even
if it is killed: a lock of the session on PostgreSQL, of the open file on SQLite. A job of several
workers is held in the same way, but nobody waits for it: whoever has it does it for all.
"""

import fcntl
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

NUMBER = 7_365_110_026
"""Which of PostgreSQL's advisory locks of this database it is. Any number that no one else uses."""
JOBS = 736_511
"""The first of the two numbers of the lock of a job; its name makes the second."""
APART = "site-set-up"
"""By which name a server shows who holds the lock, or waits for it: these ask for nothing else."""
_held: set[str] = set()


@contextmanager
def alone_in_set_up() -> Iterator[None]:
    """Wait until no other process prepares this database, and keep others waiting."""
    name = str(connection.settings_dict["NAME"])
    if name in _held:  # what holds it calls others that ask for it
        yield
        return
    lock = _file_lock(Path(name)) if connection.vendor == "sqlite" else _server_lock()
    with lock:
        _held.add(name)
        try:
            yield
        finally:
            _held.discard(name)


@contextmanager
def in_hand(name: str) -> Iterator[bool]:
    """Take a job for the time of a block, on all machines. Give False where another process has it."""
    database = Path(str(connection.settings_dict["NAME"]))
    number = zlib.crc32(name.encode()) >> 1  # fits a signed number of four bytes
    if connection.vendor != "sqlite":  # pragma: postgresql - SQLite has no server
        with connection_apart() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [JOBS, number])
            yield cursor.fetchone()[0]
    elif not database.is_absolute():  # in memory, where nobody else can come
        yield True
    else:
        with _opened(database.with_name(f"{database.name}.jobs")) as descriptor:
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
            except BlockingIOError:
                yield False
            else:
                yield True


@contextmanager
def _file_lock(database: Path) -> Iterator[None]:
    if not database.is_absolute():  # in memory, where nobody else can come
        yield
        return
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _opened(database.with_name(f"{database.name}.set-up")) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _server_lock() -> Iterator[None]:  # pragma: postgresql - SQLite has no server
    with connection_apart() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [NUMBER])
        yield


@contextmanager
def connection_apart(name: str = APART) -> Iterator[Any]:  # pragma: postgresql - as above
    """Give a cursor whose connection is of no pool, so that it stays, and is the only one."""
    apart: Any = connection.copy()
    options = {k: v for k, v in connection.settings_dict["OPTIONS"].items() if k != "pool"}
    options["application_name"] = name
    apart.settings_dict = {**connection.settings_dict, "OPTIONS": options}
    try:
        with apart.cursor() as cursor:
            yield cursor
    finally:
        apart.close()
