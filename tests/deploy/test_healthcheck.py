"""What asks a container whether it is well."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from deploy.healthcheck import is_well


@contextmanager
def answering(status: int, body: bytes = b"ok\n") -> Iterator[tuple[int, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

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


def test_it_asks_whether_the_process_lives(socket_enabled):
    with answering(200) as (port, asked):
        assert is_well(port) is True
    assert asked == ["/healthz"]


@pytest.mark.parametrize(("status", "body"), [(404, b"ok\n"), (503, b"ok\n"), (200, b"<html>")])
def test_a_site_that_does_not_answer_well_is_not_well(socket_enabled, status, body):
    with answering(status, body) as (port, _):
        assert is_well(port) is False
    assert is_well(port) is False  # nobody is there any more


def test_the_site_answers_what_is_asked_for(client):
    assert client.get("/healthz").content == b"ok\n"
