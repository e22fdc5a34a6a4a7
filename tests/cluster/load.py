"""Visitors who never rest, each request from an address of its own, and what became of it.

Who sends a form and gets no answer sends it again, as people do.
"""

import http.client
import re
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.cluster.topology import HOST, Cluster, Machine

MESSAGES = "/contact/webmaster/"
PAUSE = 0.02
PATIENCE = 60
GIVE_UP = 60
RIGHT = {"file": 200, "page": 200, "session": 302, "document": 200, "message": 303}
"""What a visitor asks for: a published page, one that the site keeps, one that reads the database, a
document of the store, a form.
"""
NOT_PUBLISHED = {"If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"}
"""Who brings a date alone is answered by the site (ADR 26)."""
PUBLISHED = re.compile(r'"[0-9a-f]+-[0-9a-f]+"')
"""The tag of a file that nginx has sent."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: when it was sent and answered, what it was, and its status or what it lacked."""

    sent: float
    answered: float
    what: str
    status: int | str

    @property
    def is_right(self) -> bool:
        """Whether the visitor got what was asked for."""
        return self.status == RIGHT[self.what]


class Link:
    """A connection to nginx as a browser keeps it, each from another address of this machine."""

    REQUESTS = 20

    def __init__(self, cluster: Cluster) -> None:
        self.cluster, self.left = cluster, self.REQUESTS
        self.client = http.client.HTTPConnection(HOST, cluster.port)

    @property
    def is_open(self) -> bool:
        """Whether there is a connection that was used before."""
        return self.client.sock is not None

    def send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> int:
        """Send a request, on a new connection where there is none."""
        if self.client.sock is None:
            plain = socket.create_connection(
                ("127.0.0.1", self.cluster.port), PATIENCE, (any_address(), 0)
            )
            self.client.sock = self.cluster.trust.wrap_socket(plain, server_hostname=HOST)
            self.left = self.REQUESTS
        self.client.request(method, path, body, headers)
        answer = self.client.getresponse()
        answer.read()
        self.left -= 1
        if not self.left:
            self.close()
        return answer.status

    def close(self) -> None:
        """Hang up."""
        self.client.close()


class Front:
    """A way to ask through nginx, from any address of this machine."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.document = document_of(cluster)

    def ask(self, what: str, link: Link, *, text: str = "") -> Asked:
        """Send one request, and say what became of it."""
        method, path, body, headers = self.request(what, text)
        sent = time.monotonic()
        status: int | str
        try:
            status = self.send(method, path, body, headers, link)
        except (OSError, http.client.HTTPException) as error:
            status = type(error).__name__
        return Asked(sent, time.monotonic(), what, status)

    def request(self, what: str, text: str) -> tuple[str, str, str | None, dict[str, str]]:
        """Return what goes over the wire."""
        if what in ("file", "page"):
            return "GET", "/", None, {} if what == "file" else NOT_PUBLISHED
        if what == "session":
            cookie = f"__Host-session={secrets.token_hex(16)}"
            return "GET", "/accounts/profile/", None, {"Cookie": cookie}
        if what == "document":
            return "GET", self.document, None, {}
        return "POST", MESSAGES, message_of(text), form_headers(self.cluster)

    def send(
        self, method: str, path: str, body: str | None, headers: dict[str, str], link: Link
    ) -> int:
        """Return the status of the answer, once all of it has come.

        A connection that was used before may have been closed meanwhile, as a server may do at any
        time (RFC 9112, 9.5): then a request that changes nothing is sent again, as browsers do.
        """
        is_used = link.is_open
        if is_used and method == "POST":
            link.close()
        try:
            return link.send(method, path, body, headers)
        except (OSError, http.client.HTTPException):
            link.close()
            if not is_used or method == "POST":
                raise
            return link.send(method, path, body, headers)


def ask_machine(
    cluster: Cluster, machine: Machine, method: str, path: str, body: str = "", client: str = ""
) -> tuple[int, bytes]:
    """Ask one machine past nginx, with what nginx would say of the client."""
    headers = {
        "Host": f"{HOST}:{cluster.port}",
        "Forwarded": f'for="{client or any_address()}";proto=https',
    }
    if body:
        headers |= form_headers(cluster)
    link = http.client.HTTPConnection("127.0.0.1", machine.web.port, timeout=PATIENCE)
    try:
        link.request(method, path, body or None, headers)
        answer = link.getresponse()
        return answer.status, answer.read()
    finally:
        link.close()


def ask_front(cluster: Cluster, machine: Machine, path: str) -> tuple[bool, bytes]:
    """Ask the nginx of a machine for a page; tell whether it was published, and what it says."""
    link = http.client.HTTPConnection(HOST, cluster.port)
    with closing(link):
        plain = socket.create_connection((machine.front.address, cluster.port), PATIENCE)
        link.sock = cluster.trust.wrap_socket(plain, server_hostname=HOST)
        link.request("GET", path)
        answer = link.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status)
        return PUBLISHED.fullmatch(answer.getheader("ETag", "")) is not None, body


def message_of(text: str) -> str:
    """Return a message as the form sends it."""
    return urlencode(
        {"name": "Ann", "email": f"{text}@load.test", "message": text, "wants_contact": "on"}
    )


def form_headers(cluster: Cluster) -> dict[str, str]:
    """Return what a browser says of a form that it sends."""
    return {"Content-Type": "application/x-www-form-urlencoded", "Origin": cluster.origin}


class Load:
    """Some visitors at once."""

    def __init__(
        self,
        front: Front,
        *,
        visitors: int = 4,
        pause: float = PAUSE,
        kinds: tuple[str, ...] = ("file", "page", "session", "document"),
    ) -> None:
        self.front, self.pause, self.kinds = front, pause, kinds
        self.asked: list[Asked] = []
        self.acknowledged: list[str] = []
        self.unanswered: list[str] = []
        self.events: dict[str, float] = {}
        self.enough = threading.Event()
        self.visitors = [threading.Thread(target=self.visit) for _ in range(visitors)]

    def visit(self) -> None:
        """Ask for one thing after the other until it is enough."""
        with closing(Link(self.front.cluster)) as link:
            while not self.enough.is_set():
                for what in self.kinds:
                    self.asked.append(self.front.ask(what, link))
                    time.sleep(self.pause)
                self.write(link)

    def write(self, link: Link) -> None:
        """Send a form until it is acknowledged."""
        text = secrets.token_hex(8)
        until = time.monotonic() + GIVE_UP
        while time.monotonic() < until:
            asked = self.front.ask("message", link, text=text)
            self.asked.append(asked)
            if asked.is_right:
                self.acknowledged.append(text)
                return
            time.sleep(0.2)
        self.unanswered.append(text)

    def note(self, event: str) -> None:
        """Remember when something happened."""
        self.events[event] = time.monotonic()

    def failed(self) -> list[Asked]:
        """Return the requests that did not get what they asked for."""
        return [one for one in self.asked if not one.is_right]

    def failed_after(self, event: str, seconds: float) -> list[Asked]:
        """Return those that failed though they were sent so many seconds after an event."""
        return [one for one in self.failed() if one.sent > self.events[event] + seconds]

    def wait_for(self, number: int) -> None:
        """Return when so many requests have been answered."""
        while len(self.asked) < number:
            assert any(visitor.is_alive() for visitor in self.visitors)
            time.sleep(0.05)

    def wait_for_writes(self, number: int) -> None:
        """Return when so many more forms have been acknowledged."""
        wanted = len(self.acknowledged) + number
        while len(self.acknowledged) < wanted:
            assert any(visitor.is_alive() for visitor in self.visitors)
            time.sleep(0.05)

    def settled(self, event: str) -> float:
        """Return how many seconds after an event the last request failed."""
        return max((one.answered - self.events[event] for one in self.failed()), default=0.0)

    def report(self, title: str) -> None:
        """Print the figures."""
        kinds = Counter(one.what for one in self.asked)
        failures = Counter(f"{one.what}: {one.status}" for one in self.failed())
        print(
            f"\n{title}: {len(self.asked)} requests {dict(kinds)}, {len(self.failed())} failed "
            f"{dict(failures)}, {len(self.acknowledged)} writes acknowledged",
            *(f"; last failure {self.settled(event):.1f} s after {event}" for event in self.events),
            flush=True,
        )


@contextmanager
def load(front: Front, title: str, **options: Any) -> Iterator[Load]:
    """Let visitors ask for the time of a block, and wait for the last answer."""
    running = Load(front, **options)
    for visitor in running.visitors:
        visitor.start()
    try:
        yield running
    finally:
        running.enough.set()
        for visitor in running.visitors:
            visitor.join()
        running.report(title)


def any_address() -> str:
    """Return one of sixteen million addresses that lead to this machine: no limit is meant."""
    return f"127.{secrets.randbelow(254) + 1}.{secrets.randbelow(256)}.{secrets.randbelow(254) + 1}"


def document_of(cluster: Cluster) -> str:
    """Return the address of a file that everybody may have."""
    ((number, key),) = cluster.database.rows(
        "SELECT d.number, v.id FROM downloads_documentversion v"
        " JOIN downloads_document d ON d.id = v.document_id"
        " WHERE d.access = 'everyone' ORDER BY v.id LIMIT 1"
    )
    return f"/downloads/{number}/{key}/file"


def stored(cluster: Cluster) -> Counter[str]:
    """Count what is stored, by the text of the message."""
    return Counter(
        text for (text,) in cluster.database.rows("SELECT message FROM contact_contactmessage")
    )
