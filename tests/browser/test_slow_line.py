"""A slow line brings a page in pieces, and the browser draws each: nothing may move when more comes."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from tests.browser.measure import layout_shift

PAUSE_SECONDS = 0.06
"""Longer than the browser waits before it draws what it has: some 16 ms, on a busy machine more."""
WIDTHS = (1280, 700, 390)


class SlowLine(BaseHTTPRequestHandler):
    """Hands on what the site answers; pages in pieces, each cut behind an element."""

    origin = ""

    def do_GET(self) -> None:
        """Answer with what the site answers."""
        with closing(HTTPConnection(urlsplit(self.origin).netloc, timeout=30)) as connection:
            connection.request("GET", self.path)
            answer = connection.getresponse()
            body = answer.read()
        kind = answer.headers["Content-Type"]
        self.send_response(answer.status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for piece in pieces(body) if kind.startswith("text/html") else [body]:
            self.wfile.write(piece)
            time.sleep(PAUSE_SECONDS)

    def log_message(self, *values: object) -> None:
        """Say nothing."""


def pieces(body: bytes) -> Iterator[bytes]:
    """Cut what stands above the text behind each paragraph, button and list, and tables behind each line."""
    start, end = body.index(b"<body"), body.index(b"<main")
    yield body[:start]
    yield from re.split(rb"(?<=</p>)|(?<=</button>)|(?<=</div>)|(?<=</ul>)", body[start:end])
    yield from re.split(rb"(?<=</tr>)", body[end:])


@pytest.fixture(scope="module")
def slow_line(site: str) -> Iterator[str]:
    """Give the address of a slow line to the site."""
    SlowLine.origin = site
    with ThreadingHTTPServer(("127.0.0.1", 0), SlowLine) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "path", ["/", "/products/", "/privacy/", "/privacy/compare/2/3/", "/cookies/", "/contact/"]
)
def test_nothing_moves_while_a_page_comes_in_pieces(context, slow_line, path, width):
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(slow_line + path)
    assert layout_shift(page) == 0
