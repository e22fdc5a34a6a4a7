"""The site as a process of its own, behind a front that a test can bend."""

import http.client
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from django.conf import settings

from sens_site.serving import granian_command
from tests import postgres

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 120
DROPPED = {"connection", "content-length", "date", "server", "transfer-encoding"}


@dataclass
class Reply:
    """What the front is about to answer."""

    path: str
    asked: Message
    form: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def replace(self, old: str, new: str) -> None:
        assert old.encode() in self.body, old
        self.body = self.body.replace(old.encode(), new.encode())

    def add(self, name: str, value: str) -> None:
        self.headers.append((name, value))

    def drop(self, name: str) -> None:
        self.headers = [one for one in self.headers if one[0].lower() != name.lower()]


RARE_PAGES = ("/privacy/p/57/", "/privacy/p/202/")
GONE = Reply("", Message(), "", 410, [("X-Content-Type-Options", "nosniff")], b"")
Bend = Callable[[Reply], object]


def nothing(reply: Reply) -> None:
    """Leave it as it is."""


@dataclass
class Front:
    """A server before the site: hands on what is asked, and what is answered after bending it."""

    port: int
    behind: int
    bend: Bend = nothing
    blind_to: str = ""
    faults: list[Exception] = field(default_factory=list)
    """What went wrong while bending: a test in which that happens shows nothing."""
    kept: dict[tuple[str, str], Reply] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator["Front"]:
        front = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                front.answer(self)

            def do_POST(self) -> None:
                front.answer(self)

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 128

        with Server(("127.0.0.1", self.port), Handler) as server:
            thread = Thread(target=server.serve_forever, args=(0.05,))
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def is_spared(self, path: str) -> bool:
        """Tell whether a page is one of very many alike, of which a test needs few."""
        return path.startswith("/privacy/p/") and path not in RARE_PAGES

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Ask the site, or remember what it says to every stranger, and answer."""
        form = handler.rfile.read(int(handler.headers["Content-Length"] or 0)).decode()
        del handler.headers[self.blind_to]
        signal = handler.headers["Sec-GPC"] or ""
        is_strangers = handler.command == "GET" and not handler.headers["Cookie"]
        known = self.kept.get((handler.path, signal)) if is_strangers else None
        if self.is_spared(handler.path):
            known = GONE
        reply = known or self._asked(handler, form)
        if is_strangers:
            self.kept[handler.path, signal] = reply
        reply = Reply(
            handler.path, handler.headers, form, reply.status, [*reply.headers], reply.body
        )
        try:
            self.bend(reply)
        except Exception as error:  # noqa: BLE001 - told to the test, which runs in another thread
            self.faults.append(error)
        handler.send_response(reply.status)
        for name, value in reply.headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        handler.wfile.write(reply.body)

    def _asked(self, handler: BaseHTTPRequestHandler, form: str) -> Reply:
        with closing(http.client.HTTPConnection("127.0.0.1", self.behind, timeout=60)) as link:
            link.request(handler.command, handler.path, form, dict(handler.headers.items()))
            answer = link.getresponse()
            headers = [one for one in answer.getheaders() if one[0].lower() not in DROPPED]
            return Reply(handler.path, handler.headers, form, answer.status, headers, answer.read())


@contextmanager
def serving(folder: Path, database: str, **environment: str) -> Iterator[Front]:
    """Run the site on a copy of the suite's database, and give a front that does not run yet."""
    # The rows of the copy name these files: where one is not there, its page answers 503.
    shutil.copytree(settings.DOCUMENTS_ROOT, folder / "documents")
    front = Front(port=postgres.free_port(), behind=postgres.free_port())
    own = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sens_site.settings",
        "DEBUG": "true",  # files need not be collected
        "DATABASE_URL": database,
        "SITE_ORIGIN": front.origin,
        "ERASURE_LEDGER": str(folder / "ledger"),
        "PRIVATE_ROOT": str(folder / "private"),
        "DOCUMENTS_ROOT": str(folder / "documents"),
        **environment,
    }
    log_heads = "from privacy.policy.head_log import close_day; close_day()"
    shell = [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", log_heads]
    subprocess.run(shell, cwd=ROOT, env=own, check=True, timeout=SECONDS)
    command = granian_command(port=front.behind, workers=1, threads=4)
    with subprocess.Popen(command, cwd=ROOT, env=own) as web:
        try:
            wait_for(front.behind, web)
            yield front
        finally:
            web.terminate()
            web.wait(SECONDS)


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Return when the site answers."""
    deadline = time.monotonic() + SECONDS
    while True:
        assert process.poll() is None
        assert time.monotonic() < deadline
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as link:
                link.request("GET", "/about/")
                link.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
