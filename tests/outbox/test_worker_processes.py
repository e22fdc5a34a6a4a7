"""Real worker processes on a database of their own, talking to a mail server on this machine."""

import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.outbox.smtp_sink import SmtpSink

pytestmark = [pytest.mark.slow, pytest.mark.own_database]
ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 180
BUSY_MACHINE = 3
"""What is said of a machine that is idle may take so many times as long on one that runs tests."""


class Site:
    """A database that holds the outbox, and commands that run on it."""

    def __init__(self, url: str, environment: dict[str, str]) -> None:
        self.url = url
        self.environment = environment

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        """Start a management command."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment
        )

    def run(self, *command: str) -> None:
        """Run a management command to its end."""
        assert self.start(*command, "--skip-checks").wait(SECONDS) == 0

    def query(self, statement: str) -> list[tuple[object, ...]]:
        """Run one statement and return its rows."""
        if self.url.startswith("sqlite"):
            with closing(
                sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=20)
            ) as opened:
                rows = opened.execute(statement).fetchall()
                opened.commit()
                return rows
        with psycopg.connect(self.url, autocommit=True) as opened:
            cursor = opened.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


def environment_of(url: str, sink: SmtpSink, settings: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": settings,
        "DATABASE_URL": url,
        "MAIL_TRANSPORT": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(sink.port),
        "LOG_LEVEL": "CRITICAL",
    }


@pytest.fixture
def site(sink: SmtpSink, tmp_path: Path) -> Iterator[Site]:
    """A fresh outbox on the engine that this run is about."""
    server = os.environ["DATABASE_URL"]
    name = f"outbox_{secrets.token_hex(4)}"
    on_postgres = server.startswith("postgres")
    if on_postgres:
        with psycopg.connect(server, autocommit=True) as opened:
            opened.execute(f"CREATE DATABASE {name}".encode())
        url = urlsplit(server)._replace(path=f"/{name}").geturl()
    else:
        url = f"sqlite:///{tmp_path / 'outbox.sqlite3'}"
    new = Site(url, environment_of(url, sink, "tests.outbox.process_settings"))
    new.run("migrate", "outbox", "--verbosity=0")
    yield new
    if on_postgres:
        with psycopg.connect(server, autocommit=True) as opened:
            opened.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def whole_site(copied_database: str, sink: SmtpSink, tmp_path: Path) -> Site:
    """All rooms with their tables and their content; of what runs apart the look alone."""
    own = {
        "DEBUG": "true",
        "ERASURE_LEDGER": str(tmp_path / "ledger"),
        "PRIVATE_ROOT": str(tmp_path / "private"),
        "DOCUMENTS_ROOT": str(tmp_path / "documents"),
    }
    environment = environment_of(copied_database, sink, "tests.outbox.look_settings")
    return Site(copied_database, environment | own)


@pytest.fixture
def start() -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Start commands on a site that are killed at the end of the test, if they still run."""
    started: list[subprocess.Popen[bytes]] = []

    def start_one(site: Site, *command: str) -> "subprocess.Popen[bytes]":
        started.append(site.start(*command, "--skip-checks"))
        return started[-1]

    yield start_one
    for process in started:
        process.kill()
        process.wait()


def test_four_workers_send_each_mail_once(
    site: Site, sink: SmtpSink, start: Callable[..., "subprocess.Popen[bytes]"]
) -> None:
    addresses = [f"p{number}@example.com" for number in range(40)]
    site.run("sendtestemail", *addresses)
    workers = [start(site, "worker", "--once") for _ in range(4)]
    assert [worker.wait(SECONDS) for worker in workers] == [0, 0, 0, 0]
    assert Counter(mail.recipients for mail in sink.received) == Counter((a,) for a in addresses)
    assert site.query(
        "SELECT count(*), sum(attempts), sum(length(message)) FROM outbox_outboxmail"
        " WHERE sent_at IS NOT NULL"
    ) == [(40, 40, 0)]


def test_mail_of_a_killed_worker_goes_out_again_under_the_same_name(
    site: Site, sink: SmtpSink, start: Callable[..., "subprocess.Popen[bytes]"]
) -> None:
    site.run("sendtestemail", "ann@example.com", "bob@example.com")
    sink.hold()
    victim = start(site, "worker")
    assert sink.arrived.wait(SECONDS)
    victim.kill()
    assert victim.wait(SECONDS) == -signal.SIGKILL
    sink.go_on.set()
    site.run("worker", "--once")
    assert [mail.recipients for mail in sink.received] == [
        ("ann@example.com",),
        ("bob@example.com",),
    ]
    site.query("UPDATE outbox_outboxmail SET lease_until = created_at WHERE sent_at IS NULL")
    site.run("worker", "--once")
    assert [mail.recipients for mail in sink.received] == [
        ("ann@example.com",),
        ("bob@example.com",),
        ("ann@example.com",),
    ]
    first, _, again = sink.received
    assert again.raw == first.raw
    assert first.mime["Message-ID"] is not None
    assert site.query(
        "SELECT recipient, attempts FROM outbox_outboxmail WHERE sent_at IS NOT NULL ORDER BY 1"
    ) == [("ann@example.com", 2), ("bob@example.com", 1)]


def test_worker_asked_to_end_finishes_the_mail_in_hand(
    site: Site, sink: SmtpSink, start: Callable[..., "subprocess.Popen[bytes]"]
) -> None:
    site.run("sendtestemail", "ann@example.com", "bob@example.com")
    sink.hold()
    worker = start(site, "worker")
    assert sink.arrived.wait(SECONDS)
    worker.terminate()
    sink.go_on.set()
    assert worker.wait(SECONDS) == 0
    assert [mail.recipients for mail in sink.received] == [("ann@example.com",)]
    assert site.query(
        "SELECT recipient, attempts, sent_at IS NOT NULL FROM outbox_outboxmail ORDER BY 1"
    ) == [("ann@example.com", 1, True), ("bob@example.com", 0, False)]


def test_look_at_the_promises_keeps_neither_mail_nor_forms_nor_the_end_waiting(
    whole_site: Site, sink: SmtpSink, start: Callable[..., "subprocess.Popen[bytes]"]
) -> None:
    """The claims: a mail that falls due goes within 5 s, and the worker ends within 2 s."""
    site = whole_site
    site.run("sendtestemail", "ann@example.com")
    site.query("UPDATE outbox_outboxmail SET due_at = '2999-01-01'")
    worker = start(site, "worker")
    look = wait_for_process(site.url, b"verify promises", priority=10)
    began = time.monotonic()
    site.query("UPDATE outbox_outboxmail SET due_at = '2026-01-01'")
    waited = time.monotonic() - began
    assert sink.arrived.wait(SECONDS)
    sent = time.monotonic() - began
    assert Path(f"/proc/{look}").exists(), "the look was over before the mail fell due"
    began = time.monotonic()
    worker.terminate()
    assert worker.wait(SECONDS) == 0
    ended = time.monotonic() - began
    assert not Path(f"/proc/{look}").exists()
    assert waited < 0.5 * BUSY_MACHINE
    assert sent < 5 * BUSY_MACHINE
    assert ended < 2 * BUSY_MACHINE


def wait_for_process(mark: str, argument: bytes, *, priority: int) -> int:
    """Return the process that runs with an argument behind us, and has a mark in its environment.

    A command takes its priority when Django has been loaded: from there on it does its work.
    """
    priority += os.getpriority(os.PRIO_PROCESS, 0)
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (
                    argument in (process / "cmdline").read_bytes()
                    and mark.encode() in (process / "environ").read_bytes()
                    and os.getpriority(os.PRIO_PROCESS, int(process.name)) == priority
                ):
                    return int(process.name)
            except OSError:
                continue
        time.sleep(0.1)
    raise AssertionError(f"no process runs {argument!r}")
