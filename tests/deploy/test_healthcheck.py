"""What asks a container whether it is well."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from deploy.healthcheck import is_well

ORIGIN = "https://www.example.com"


@contextmanager
def answering(status: int, location: str = "") -> Iterator[tuple[int, list[tuple[str, str]]]]:
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.headers["Host"], self.headers["Forwarded"]))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_port, asked
        finally:
            server.shutdown()
            thread.join()


def test_it_asks_as_the_server_in_front_does(socket_enabled):
    with answering(200) as (port, asked):
        assert is_well(ORIGIN, port) is True
    assert asked == [("www.example.com", "for=127.0.0.1;proto=https")]


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_site_that_does_not_answer_well_is_not_well(socket_enabled, status):
    with answering(status) as (port, _):
        assert is_well(ORIGIN, port) is False
    assert is_well(ORIGIN, port) is False  # nobody is there any more


def test_to_be_led_to_another_server_is_not_to_be_well(socket_enabled):
    with answering(200) as (other, _), answering(302, f"http://127.0.0.1:{other}/") as (port, _):
        assert is_well(ORIGIN, port) is False
