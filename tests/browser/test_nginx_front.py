"""nginx with the configuration of `manage.py nginx_conf`: what it answers, hands on, and writes down.

The site behind it is a stand-in that says what it was asked. `test_verifier_behind_nginx.py` has
the real one there.
"""

import http.client
import itertools
import json
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from sens_site.errors import TEXTS
from tests import nginx
from tests.browser.settings import hold_port

HOST = "site.test"
PROTECTIVE = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": (
        "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(),geolocation=(),microphone=()",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class StandIn(BaseHTTPRequestHandler):
    """Answers with what it was asked, as JSON."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        length = int(self.headers["Content-Length"] or 0)
        self.rfile.read(length)
        body = json.dumps({"headers": dict(self.headers.items()), "length": length}).encode()
        self.send_response(200)
        self.send_header("X-Said-By", "the site")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


class Sharing(ThreadingHTTPServer):
    allow_reuse_port = True  # its port is held for it


class Front:
    """The running nginx, and ways to ask it."""

    def __init__(self, port: int, redirect_port: int, folder: Path) -> None:
        self.port, self.redirect_port, self.folder = port, redirect_port, folder
        self.trust = ssl.create_default_context(cafile=folder / "certificate.pem")

    def connected(
        self, *, host: str = HOST, source: str = "127.0.0.1", **tls: Any
    ) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.port), 30, (source, 0))
        return self.trust.wrap_socket(plain, server_hostname=host)

    def logged(self, count: int) -> list[str]:
        """Return the lines of nginx's log: it writes each once the answer has been sent."""
        end = time.monotonic() + 20
        while True:
            lines = (self.folder / "access.log").read_text().splitlines()
            if len(lines) >= count or time.monotonic() > end:
                return lines
            time.sleep(0.02)

    def ask(
        self, method: str = "GET", path: str = "/", *, source: str = "127.0.0.1", **asked: Any
    ) -> tuple[http.client.HTTPResponse, str]:
        with self.connected(source=source) as link:
            client = http.client.HTTPConnection(HOST)
            client.sock = link
            client.request(method, path, **asked)
            answer = client.getresponse()
            return answer, answer.read().decode()

    def raw(self, *, tls: bool, sent: bytes) -> bytes:
        with ExitStack() as stack:
            link: socket.socket = stack.enter_context(
                self.connected() if tls else socket.create_connection(("127.0.0.1", self.port), 30)
            )
            link.sendall(sent)
            return b"".join(iter(lambda: link.recv(4096), b""))


@contextmanager
def stand_in(port: int) -> Iterator[None]:
    with Sharing(("127.0.0.1", port), StandIn) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def away(tmp_path: Path, settings: Any) -> Iterator[Front]:
    """nginx before a site that does not run."""
    with ExitStack() as stack:
        ports = []
        for _ in range(3):
            held, port = hold_port()
            stack.enter_context(held)
            ports.append(port)
        port, redirect_port, behind = ports
        settings.SITE_ORIGIN, settings.SITE_HOST = f"https://{HOST}:{port}", HOST
        settings.SITE_IS_HTTPS, settings.SECURE_HSTS_SECONDS = True, 63072000
        settings.ALLOWED_HOSTS, settings.TRUSTED_PROXY_COUNT = [HOST], 1
        nginx.write_certificate(tmp_path, host=HOST)
        log = tmp_path / "access.log"
        options = (f"--redirect-port={redirect_port}", f"--access-log={log}")
        site = nginx.configuration(tmp_path, behind=behind, options=options)
        stack.enter_context(nginx.serving(tmp_path, site, port=port))
        front = Front(port, redirect_port, tmp_path)
        front.behind = behind  # type: ignore[attr-defined]  # for the fixture below
        yield front


@pytest.fixture
def front(away: Any) -> Iterator[Front]:
    """nginx before a site that runs."""
    with stand_in(away.behind):
        yield away


def test_a_site_that_is_away_is_a_page_in_its_words_that_says_when_to_come_back(away: Front):
    answer, page = away.ask()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert [text for text in TEXTS[503] if text not in page] == []
    assert {name: answer.headers[name] for name in PROTECTIVE} == PROTECTIVE
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Server"] == "nginx"  # and no version


def test_what_the_site_answers_comes_without_a_word_of_nginx(front: Front):
    answer, _ = front.ask()
    assert (answer.status, answer.headers["X-Said-By"]) == (200, "the site")
    assert [
        name for name in (*PROTECTIVE, "Retry-After", "Server-Timing") if answer.headers[name]
    ] == []


@pytest.mark.parametrize(
    ("path", "fits", "too_much"),
    [("/contact/webmaster/", 65_536, 65_537), ("/admin/", 12_582_912, 12_582_913)],
)
def test_more_than_the_site_takes_is_refused_before_it_is_read(front: Front, path, fits, too_much):
    answer, said = front.ask("POST", path, body=b"x" * fits)
    assert (answer.status, json.loads(said)["length"]) == (200, fits)
    answer, page = front.ask("POST", path, body=b"", headers={"Content-Length": str(too_much)})
    assert (answer.status, TEXTS[413][0] in page) == (413, True)
    assert {name: answer.headers[name] for name in PROTECTIVE} == PROTECTIVE
    assert answer.headers["Retry-After"] is None


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET  nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: site.test\r\nCookie: " + b"x" * 40_000 + b"\r\n\r\n", b"400"),
        (b"TRACE / HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n", b"405"),
    ],
    ids=["no host", "no request", "endless header", "a method that tells too much"],
)
def test_a_request_that_no_browser_sends_is_refused_with_protective_headers(front, sent, status):
    head = front.raw(tls=True, sent=sent).decode().partition("\r\n\r\n")[0].split("\r\n")
    assert head[0].split()[1].encode() == status
    fields = dict(line.split(": ", 1) for line in head[1:])
    assert {name: fields.get(name) for name in PROTECTIVE} == PROTECTIVE


def test_what_a_client_claims_about_itself_does_not_pass(front: Front):
    claims = {"Forwarded": "for=10.0.0.1", "X-Forwarded-For": "10.0.0.1", "X_Forwarded_For": "10.0.0.1",
              "X-Forwarded-Proto": "http", "X-Request-ID": "0badcafe0badcafe"}  # fmt: skip
    _, said = front.ask(headers=claims)
    passed = json.loads(said)["headers"]
    assert passed["Forwarded"] == 'for="127.0.0.1";proto=https'
    assert (passed["Host"], "10.0.0.1" in said) == (HOST, False)
    number = passed.pop("X-Request-ID")
    assert re.fullmatch(r"[0-9a-f]{32}", number)
    assert [name for name in passed if name.startswith("X")] == []
    assert [line.rpartition(", ")[2] for line in front.logged(1)] == [number]


def test_the_figures_are_nobodys_business_outside(front: Front):
    answer, page = front.ask("GET", "/metrics", headers={"Authorization": "Bearer guessed"})
    assert (answer.status, TEXTS[404][0] in page, answer.headers["X-Said-By"]) == (404, True, None)
    assert {name: answer.headers[name] for name in PROTECTIVE} == PROTECTIVE
    assert front.ask("GET", "/healthz")[0].status == 200


def test_a_flood_is_stopped_and_a_refusal_about_cookies_is_not(front: Front):
    def statuses(path: str, source: str, most: int = 500) -> Iterator[int]:
        with front.connected(source=source) as link:
            client = http.client.HTTPConnection(HOST)
            client.sock = link
            for _ in range(most):
                client.request("POST", path)
                answer = client.getresponse()
                answer.read()
                yield answer.status

    form = "/contact/webmaster/"
    assert set(statuses(form, "127.0.0.1", most=100)) == {200}  # this machine looks often
    flood = list(itertools.takewhile(lambda status: status == 200, statuses(form, "127.0.0.2")))
    assert 50 < len(flood) < 500
    answer, page = front.ask("POST", form, source="127.0.0.2")
    assert (answer.status, TEXTS[429][0] in page, answer.headers["Retry-After"]) == (
        429,
        True,
        "30",
    )
    assert front.ask("GET", "/", source="127.0.0.2")[0].status == 200
    assert set(statuses("/cookies/choose/", "127.0.0.2", most=100)) == {200}


def test_the_log_holds_no_address_no_query_and_no_secret(front: Front):
    front.ask("GET", "/search/?q=jane", headers={"Referer": "https://elsewhere.test/jane"})
    for path in (
        "/newsletter/unsubscribe/sEcReT/",
        "/newsletter/%75nsubscribe/sEcReT",
        "/PRIVACY/copy/sEcReT",
    ):
        front.ask("GET", path)
    lines = front.logged(4)
    assert [" ".join(line.split()[1:4]) for line in lines] == [
        "GET /search/ 200",
        "GET /newsletter/unsubscribe/... 200",
        "GET /newsletter/unsubscribe/... 200",
        "GET /PRIVACY/copy/... 200",
    ]
    assert [
        word for word in ("127.0.0.1", "jane", "elsewhere", "sEcReT") if word in str(lines)
    ] == []


def test_browsers_speak_http2_and_none_an_old_tls(front: Front):
    front.trust.set_alpn_protocols(["h2", "http/1.1"])
    with front.connected() as link:
        assert (link.selected_alpn_protocol(), link.version()) == ("h2", "TLSv1.3")
    # What a client of 2010 says: that it knows nothing newer than TLS 1.1 (RFC 4346).
    hello = (
        bytes.fromhex("16 0301 002f 01 00002b 0302")
        + bytes(32)
        + bytes.fromhex("00 0004 c013 002f 01 00")
    )
    alert = front.raw(tls=False, sent=hello)
    assert (alert[0], alert[-2:]) == (0x15, b"\x02\x46")  # fatal: protocol version


def test_who_asks_for_another_host_is_hung_up_on(front: Front):
    front.trust.check_hostname = False
    with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        front.connected(host="other.test")
    with pytest.raises(http.client.RemoteDisconnected):
        front.ask(headers={"Host": "other.test"})


def test_http_leads_to_the_same_page_by_https(front: Front):
    origin = f"https://{HOST}:{front.port}"
    link = http.client.HTTPConnection("127.0.0.1", front.redirect_port, timeout=30)
    link.request("GET", "/about/?x=1", headers={"Host": HOST})
    answer = link.getresponse()
    assert (answer.status, answer.headers["Location"]) == (308, f"{origin}/about/?x=1")
    link.close()
    spoken = front.raw(tls=False, sent=b"GET /about/ HTTP/1.1\r\nHost: site.test\r\n\r\n")
    assert f"Location: {origin}/about/\r\n".encode() in spoken
