"""Two processes that start at once prepare the database one after the other."""

import fcntl
import os
import sqlite3
import subprocess
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from sens_site.lib.deploy import setup_lock
from sens_site.lib.deploy.setup_lock import alone_in_set_up, in_hand
from tests.architecture.source import ROOT

pytestmark = pytest.mark.django_db
SHORT = 0.2
PATIENCE = 600


@contextmanager
def another_holds_it() -> Iterator[None]:
    """Hold the lock as a process of another machine does."""
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        with database.with_name(database.name + ".set-up").open("w") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            yield
    else:  # pragma: postgresql - its own lock
        name = connection.settings_dict["NAME"]
        with psycopg.connect(settings.DATABASE_URL, dbname=name, autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(7365110026)")
            yield


def test_whoever_comes_second_waits_for_the_first_to_end(django_db_blocker, socket_enabled):
    entered = threading.Event()

    def second() -> None:
        with django_db_blocker.unblock(), alone_in_set_up():
            entered.set()

    thread = threading.Thread(target=second)
    with another_holds_it():
        thread.start()
        assert not entered.wait(SHORT)
    thread.join(30)
    assert entered.is_set()


@pytest.mark.once
@pytest.mark.parametrize("command", ["migrate", "setup_site"])
def test_each_command_that_prepares_the_database_asks_for_it(monkeypatch, command):
    asked = []

    @contextmanager
    def noted() -> Iterator[None]:
        asked.append(command)
        yield

    for module in (command, "run_site"):
        monkeypatch.setattr(f"sens_site.management.commands.{module}.alone_in_set_up", noted)
    call_command(command, verbosity=0)
    assert asked == [command]


@pytest.mark.once
def test_what_holds_it_may_call_what_asks_for_it():
    with alone_in_set_up():
        call_command("migrate", verbosity=0, check_unapplied=True)
    assert setup_lock._held == set()


@pytest.mark.once
def test_a_database_in_memory_is_nobody_elses(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(connection.settings_dict, "NAME", ":memory:")
    monkeypatch.setattr(connection, "vendor", "sqlite")
    with alone_in_set_up():
        assert list(tmp_path.iterdir()) == []


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[str]:
    """A database without a table, as a DATABASE_URL."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'site.sqlite3'}"
        return
    name = f"{connection.settings_dict['NAME']}_empty"
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def opened(url: str) -> Iterator[Any]:
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            yield database
    else:  # pragma: postgresql - its own client
        with psycopg.connect(url, autocommit=True) as database:
            yield database


@contextmanager
def held(url: str) -> Iterator[Any]:
    """Hold the lock of a database, and give what counts the processes that wait for it."""
    if connection.vendor == "sqlite":
        with Path(url.removeprefix("sqlite:///") + ".set-up").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            inode = f":{os.fstat(file.fileno()).st_ino} "
            yield lambda: sum(
                "->" in line and inode in line
                for line in Path("/proc/locks").read_text().splitlines()
            )
    else:  # pragma: postgresql - its own lock
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        with opened(url) as database:
            database.execute("SELECT pg_advisory_lock(7365110026)")
            yield lambda: database.execute(waiting).fetchone()[0]


@pytest.mark.slow
def test_of_two_machines_that_start_at_once_one_migrates(empty_database, socket_enabled):
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": empty_database,
    }  # fmt: skip
    with held(empty_database) as waiting:
        both = [subprocess.Popen(command, cwd=ROOT, env=environment) for _ in range(2)]
        until = time.monotonic() + PATIENCE
        while waiting() < 2:  # or they would start one after the other
            assert time.monotonic() < until
            time.sleep(0.1)
    assert [process.wait(PATIENCE) for process in both] == [0, 0]
    with opened(empty_database) as database:
        done = database.execute("SELECT app, name FROM django_migrations").fetchall()
    assert [one for one, times in Counter(done).items() if times > 1] == []
    assert ("outbox", "0001_initial") in done


HOLD = """
import fcntl, sys, zlib
with open(sys.argv[1], "w") as opened:
    fcntl.lockf(opened, fcntl.LOCK_EX, 1, zlib.crc32(b"look") >> 1)
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_does(name: str) -> Iterator[None]:
    """Have a job in hand, as the worker of another machine has it."""
    database = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        command = [sys.executable, "-c", HOLD, f"{database}.jobs"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdout
            assert other.stdin
            assert other.stdout.readline() == "held\n"
            yield
            other.stdin.close()
    else:  # pragma: postgresql - its own lock
        with psycopg.connect(settings.DATABASE_URL, dbname=database, autocommit=True) as other:
            number = zlib.crc32(name.encode()) >> 1
            other.execute("SELECT pg_advisory_lock(736511, %s)", [number])
            yield


def test_a_job_that_another_process_has_in_hand_is_not_ours_and_each_other_one_is(socket_enabled):
    with another_does("look"):
        with in_hand("look") as is_ours:
            assert is_ours is False
        with in_hand("purge") as is_ours:
            assert is_ours is True
    with in_hand("look") as is_ours:
        assert is_ours is True


@pytest.mark.once
def test_in_memory_nobody_else_has_a_job(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "NAME", ":memory:")
    with in_hand("look") as is_ours:
        assert is_ours is True
