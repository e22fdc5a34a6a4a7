"""PostgreSQL twice: a primary, and a replica to which each commit is written before it is said.

With a replica that follows later (`synchronous_standby_names` empty) a failover loses what had not
arrived there, however good the site is.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from tests import postgres

PATIENCE = 600
KEPT_IN_MEMORY = {"fsync": "off"}
"""What a machine loses that is switched off is of no interest: servers are killed, machines are not."""


class Primary(postgres.Server):
    """The server that is written to."""

    durability = KEPT_IN_MEMORY

    def start(self) -> None:
        """Start it, and return when it takes connections: it listens before."""
        super().start()
        until = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.url).close()
            except psycopg.OperationalError:
                assert time.monotonic() < until
                time.sleep(0.1)
            else:
                return

    def crash(self) -> None:
        """End all its processes at once, as a machine does that is gone."""
        assert self.running is not None
        self.running.send_signal(signal.SIGQUIT)
        self.running.wait(PATIENCE)


class Replica(Primary):
    """A server that follows a primary, and can take its place."""

    def __init__(self, binaries: Path, folder: Path, *, of: Primary) -> None:
        self.of = of
        super().__init__(binaries, folder)

    def make_data(self) -> Any:
        """Copy the primary, with word of whom to follow."""
        return self._as_account(
            "pg_basebackup", "-D", "data", "-h", "127.0.0.1", "-p", str(self.of.port), "-U", "tests",
            "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync",
        )  # fmt: skip

    def promote(self) -> None:
        """Make it the server that is written to, as docs/operations.md says."""
        with psycopg.connect(self.url, autocommit=True) as opened:
            opened.execute("SELECT pg_promote()")


class Pair:
    """Both, and the one address by which the site finds whichever can be written to."""

    def __init__(self, primary: Primary, replica: Replica) -> None:
        self.primary, self.replica = primary, replica
        self.url = (
            "postgresql://tests@/postgres?host=127.0.0.1,127.0.0.1"
            f"&port={primary.port},{replica.port}"
        )

    def wait_for_each_commit(self) -> None:
        """Let the primary say of no commit that it is stored before the replica has it."""
        with psycopg.connect(self.primary.url, autocommit=True) as opened:
            until = time.monotonic() + PATIENCE
            while not opened.execute("SELECT 1 FROM pg_stat_replication").fetchall():
                assert time.monotonic() < until, "the replica does not follow"
                time.sleep(0.1)
            opened.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            opened.execute("SELECT pg_reload_conf()")

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask whichever server can be written to."""
        asked = f"{self.url}&target_session_attrs=read-write"
        with psycopg.connect(asked, autocommit=True) as opened:
            cursor = opened.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@contextmanager
def pair(folder: Path) -> Iterator[Pair]:
    """Run both. The folder lies near the root: a socket's path has no more than 107 characters."""
    binaries = postgres.find_binaries()
    assert binaries is not None
    started: list[Primary] = []
    try:
        for name in ("primary", "replica"):
            (folder / name).mkdir()
        primary = Primary(binaries, folder / "primary")
        started.append(primary)
        primary.start()
        replica = Replica(binaries, folder / "replica", of=primary)
        started.append(replica)
        replica.start()
        both = Pair(primary, replica)
        both.wait_for_each_commit()
        yield both
    finally:
        for server in reversed(started):
            with suppress(ProcessLookupError):
                server.stop()
