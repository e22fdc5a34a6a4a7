"""PostgreSQL is away, in each way in which a server can be: nobody waits, and what can be read is read."""

import http.client
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests import postgres
from tests.journeys.site_in_production import BUSY_MACHINE, SECONDS, SETTLED, Site

pytestmark = [pytest.mark.slow, pytest.mark.own_database, pytest.mark.only_on("postgresql")]
FORWARDING, REFUSING, DROPPING, SILENT = "forwarding", "refusing", "dropping", "silent"
LONGEST = 3 * BUSY_MACHINE
KEPT = ("/", "/privacy/", "/products/")
MESSAGE = {"name": "Ann", "email": "ann@example.com", "message": "as it was typed"}


class Between:
    """The way to a server, which can be closed, cut off, or swallow what is sent."""

    def __init__(self, server: tuple[str, int]) -> None:
        self.server, self.port, self.mode = server, postgres.free_port(), REFUSING
        self.links: list[socket.socket] = []
        self.listener: socket.socket | None = None

    def be(self, mode: str) -> None:
        self.mode = mode
        if mode == REFUSING:
            self.close(self.listener)
            self.listener = None
        elif self.listener is None:
            self.listener = socket.create_server(("127.0.0.1", self.port))
            threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()
        if mode != SILENT:
            for link in self.links:
                self.close(link)
            self.links.clear()

    def accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                link, _ = listener.accept()
                self.links.append(link)
                if self.mode == DROPPING:
                    self.close(link)
                elif self.mode == FORWARDING:
                    far = socket.create_connection(self.server)
                    self.links.append(far)
                    for ends in ((link, far), (far, link)):
                        threading.Thread(target=self.pump, args=ends, daemon=True).start()

    def pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while (sent := source.recv(65536)) and self.mode != SILENT:
                target.sendall(sent)
            if not sent:
                self.close(target)

    def close(self, link: socket.socket | None) -> None:
        if link is not None:
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)  # a thread may wait for it
            link.close()


@pytest.fixture
def between(copied_database: str) -> Iterator[Between]:
    port = urlsplit(os.environ["DATABASE_URL"]).port
    assert port is not None
    way = Between(("127.0.0.1", port))
    way.be(FORWARDING)
    yield way
    way.be(REFUSING)


@pytest.fixture
def site(
    socket_enabled: None, tmp_path: Path, copied_database: str, between: Between
) -> Iterator[Site]:
    url = urlsplit(copied_database)
    user = url.netloc.rpartition("@")[0]
    site = Site(url._replace(netloc=f"{user}@127.0.0.1:{between.port}").geturl(), tmp_path)
    web = site.serve(workers=1)
    try:
        yield site
    finally:
        web.terminate()
        web.wait(SECONDS)


def send_message(site: Site) -> tuple[int, str | None, list[str]]:
    """Send the form, and tell what it came to: status, when to come back, and what was kept."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=SECONDS)
    headers = {"Origin": site.origin, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/contact/webmaster/", urlencode(MESSAGE), headers)
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    return (
        answer.status,
        answer.headers["Retry-After"],
        [n for n, v in MESSAGE.items() if v in page],
    )


def seconds(began: float) -> float:
    return time.monotonic() - began


@pytest.mark.parametrize("first", ["session", "message"])
def test_whoever_asks_first_is_answered_in_three_seconds_and_all_others_at_once(
    site: Site, between: Between, first: str
) -> None:
    assert [site.status("GET", path) for path in KEPT] == [200, 200, 200]
    for mode in (REFUSING, DROPPING, SILENT):
        between.be(mode)
        began = time.monotonic()
        assert site.ask(first).status == 503, mode
        waited = seconds(began)
        print(mode, first, f"{waited:.2f} s")
        assert waited < LONGEST, mode

        began = time.monotonic()
        assert [site.status("GET", path) for path in KEPT] == [200, 200, 200], mode
        assert site.status("GET", "/static/css/site.css") == 200
        assert site.status("POST", "/cookies/choose/", "choice=reject&next=/") == 303, mode
        assert send_message(site) == (503, "30", ["name", "email", "message"]), mode
        assert site.status("GET", "/healthz") == 200
        waited = seconds(began)
        print(mode, "others", f"{waited:.2f} s")
        assert waited < 1 * BUSY_MACHINE, mode
        assert site.status("GET", "/readyz") == 503

        between.be(FORWARDING)
        began = time.monotonic()
        while send_message(site)[0] != 303:
            assert seconds(began) < SETTLED, mode
            time.sleep(0.1)
        print(mode, "back after", f"{seconds(began):.2f} s")
