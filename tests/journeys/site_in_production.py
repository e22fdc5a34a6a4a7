"""The site as in production on PostgreSQL, in processes of its own, and visitors who ask it."""

import http.client
import os
import secrets
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from sens_site.serving import granian_command
from tests import postgres
from tests.architecture.source import ROOT

SECONDS = 120
CLIENTS = 4
BUSY_MACHINE = 3
SETTLED = 5 * BUSY_MACHINE
"""The claim is 5 s on an idle machine; one that runs tests may take three times as long."""


@dataclass(frozen=True)
class Asked:
    """A request: when it was sent, what it was, and its status, or what kept it from having one."""

    at: float
    what: str
    status: int | str


class Site:
    """The site as in production with visitors who never rest."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.database_url = database_url
        self.port = postgres.free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.asked: list[Asked] = []
        self.enough = threading.Event()
        self.clients = [threading.Thread(target=self.keep_asking) for _ in range(CLIENTS)]
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.journeys.production",
            "DEBUG": "false",
            "DATABASE_URL": database_url,
            "DATABASE_POOL_SIZE": "2",
            "SITE_ORIGIN": self.origin,
            "TRUSTED_PROXY_COUNT": "1",
            "ERASURE_LEDGER": str(folder / "ledger"),
            "PRIVATE_ROOT": str(folder / "private"),
            "DOCUMENTS_ROOT": str(folder / "documents"),
            "LOG_LEVEL": "CRITICAL",
        }

    def prepare(self) -> None:
        """Make its tables and load its content."""
        for command in ("migrate", "createcachetable", "setup_site"):
            done = subprocess.run(
                [sys.executable, "manage.py", command, "--verbosity=0"],
                cwd=ROOT,
                env=self.environment,
                check=False,
                timeout=SECONDS,
            )
            assert done.returncode == 0, command

    def serve(self, *, workers: int = 2) -> "subprocess.Popen[bytes]":
        """Start the web server and return when it answers."""
        command = granian_command(port=self.port, workers=workers, threads=2)
        web = subprocess.Popen(command, cwd=ROOT, env=self.environment)
        deadline = time.monotonic() + SECONDS
        while self.ask("session").status != 302:
            assert web.poll() is None
            assert time.monotonic() < deadline, self.ask("session")
            time.sleep(0.1)
        return web

    def ask(self, what: str) -> Asked:
        """Send a request for which the database is needed: to read a session, or to store."""
        at = time.monotonic()
        # Each comes from a network of its own: no limit is meant.
        network = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}"
        headers = {"Forwarded": f'for="{network}::1"'}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            if what == "session":
                headers["Cookie"] = f"session={secrets.token_hex(16)}"
                connection.request("GET", "/accounts/profile/", headers=headers)
            else:
                headers |= {
                    "Origin": self.origin,
                    "Content-Type": "application/x-www-form-urlencoded",
                }
                message = {
                    "name": "Ann",
                    "email": "ann@example.com",
                    "message": secrets.token_hex(),
                }
                connection.request("POST", "/contact/webmaster/", urlencode(message), headers)
            answer = connection.getresponse()
            answer.read()
        except OSError as error:
            return Asked(at, what, type(error).__name__)
        finally:
            connection.close()
        return Asked(at, what, answer.status)

    def status(self, method: str, path: str, body: str | None = None) -> int:
        """Send a request for which no database is needed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        headers = {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, path, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def keep_asking(self) -> None:
        """Send requests until it is enough."""
        while not self.enough.is_set():
            self.asked += [self.ask("session"), self.ask("message")]

    def rest(self) -> None:
        """Let every visitor wait for the last answer, and ask no more."""
        self.enough.set()
        for client in self.clients:
            if client.ident is not None:
                client.join()

    def stored(self) -> int:
        """Count the messages in the database."""
        with psycopg.connect(self.database_url) as opened:
            row = opened.execute("SELECT count(*) FROM contact_contactmessage").fetchone()
            assert row is not None
            return int(row[0])
