"""Real worker processes on a database of their own, talking to a mail server on this machine."""

import os
import secrets
import signal
import sqlite3
import subprocess
import sys
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
SECONDS = 60


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
    new = Site(
        url,
        {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "sens_site.settings",
            "DATABASE_URL": url,
            "MAIL_TRANSPORT": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(sink.port),
            "LOG_LEVEL": "CRITICAL",  # the other rooms' tables are not there for their jobs
        },
    )
    new.run("migrate", "outbox", "--verbosity=0")
    yield new
    if on_postgres:
        with psycopg.connect(server, autocommit=True) as opened:
            opened.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def start(site: Site) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Start commands that are killed at the end of the test, if they still run."""
    started: list[subprocess.Popen[bytes]] = []

    def start_one(*command: str) -> "subprocess.Popen[bytes]":
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
    workers = [start("worker", "--once") for _ in range(4)]
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
    victim = start("worker")
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
    worker = start("worker")
    assert sink.arrived.wait(SECONDS)
    worker.terminate()
    sink.go_on.set()
    assert worker.wait(SECONDS) == 0
    assert [mail.recipients for mail in sink.received] == [("ann@example.com",)]
    assert site.query(
        "SELECT recipient, attempts, sent_at IS NOT NULL FROM outbox_outboxmail ORDER BY 1"
    ) == [("ann@example.com", 1, True), ("bob@example.com", 0, False)]
