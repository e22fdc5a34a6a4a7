"""Who is at the other end is the proxy's word: whatever spelling of its headers a visitor sends."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIRequest

from sens_site.checks import check_proxy_header
from sens_site.lib.http.client_address import client_address
from sens_site.lib.http.forwarded import behind_proxies, from_forwarded
from sens_site.serving import granian_command
from tests import postgres

ROOT = Path(__file__).resolve().parents[4]
pytestmark = pytest.mark.once
OURS = 'Forwarded: for="192.0.2.7";proto=https'


def read(environ: dict[str, Any], proxies: int = 1) -> dict[str, Any]:
    from_forwarded(nothing, proxies=proxies)(environ, None)
    return {name: value for name, value in environ.items() if name.startswith("HTTP_X_")}


def nothing(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    return []


@pytest.mark.parametrize(
    ("header", "proxies", "address", "proto"),
    [
        ("for=192.0.2.7;proto=https", 1, "192.0.2.7", "https"),
        ('For="[2001:db8::1]:443"; Proto=https ; host=a', 1, "[2001:db8::1]:443", "https"),
        ('proto=http;for="192.0.2.7"', 1, "192.0.2.7", "http"),
        # Left of what our machines write stands what the visitor claims.
        ('for=6.6.6.6;proto=http, for="192.0.2.7";proto=https', 1, "192.0.2.7", "https"),
        ('for="6.6.6.6,for=6.6.6.6;proto=http, for=192.0.2.7;proto=https', 1, "192.0.2.7", "https"),
        ("for=192.0.2.7;proto=https, for=10.0.0.1;proto=http", 2, "192.0.2.7,10.0.0.1", "https"),
        # One machine too few: none of them saw the client.
        ("for=192.0.2.7;proto=https", 2, "192.0.2.7", None),
        ("for=192.0.2.7", 1, "192.0.2.7", None),
        ("by=192.0.2.7;xfor=6.6.6.6;xproto=https", 1, "", None),
    ],
)
def test_the_nearest_machines_are_believed_and_no_other(header, proxies, address, proto):
    found = read({"HTTP_FORWARDED": header}, proxies)
    assert (found["HTTP_X_FORWARDED_FOR"], found.get("HTTP_X_FORWARDED_PROTO")) == (address, proto)


def test_without_the_header_nothing_is_known():
    assert read({"HTTP_X_FORWARDED_FOR": "6.6.6.6", "HTTP_X_FORWARDED_PROTO": "https"}) == {}
    assert read({"HTTP_FORWARDED": "", "HTTP_X_FORWARDED_FOR": "6.6.6.6"}) == {}


@pytest.mark.parametrize(
    ("count", "header", "told"),
    [(0, "Forwarded", "claimed"), (1, "X-Forwarded-For", "claimed"), (1, "Forwarded", "192.0.2.7")],
)
def test_the_settings_say_which_word_counts(settings, count, header, told):
    settings.TRUSTED_PROXY_COUNT, settings.TRUSTED_PROXY_HEADER = count, header
    environ = {"HTTP_X_FORWARDED_FOR": "claimed", "HTTP_FORWARDED": "for=192.0.2.7"}
    behind_proxies(nothing)(environ, None)
    assert environ["HTTP_X_FORWARDED_FOR"] == told


def test_no_second_spelling_goes_unnoticed_at_deployment(settings):
    settings.TRUSTED_PROXY_COUNT, settings.TRUSTED_PROXY_HEADER = 1, "X-Forwarded-For"
    assert [message.id for message in check_proxy_header()] == ["sens_site.W002"]
    settings.TRUSTED_PROXY_HEADER = "Forwarded"
    assert check_proxy_header() == []


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer what the site would take for true. Runs in the server's process."""
    request = WSGIRequest(environ)
    django_settings.TRUSTED_PROXY_COUNT = 1
    django_settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    django_settings.ALLOWED_HOSTS = ["site.test"]
    seen = {
        "address": client_address(request),
        "secure": request.is_secure(),
        "host": request.get_host(),
        "body": request.body.decode(),
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(seen).encode()]


behind_a_proxy = from_forwarded(echo, proxies=1)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The server of the site, before an application that says what it sees."""
    port = postgres.free_port()
    target = "tests.sens_site.lib.http.test_forwarded:behind_a_proxy"
    command = granian_command(port=port, workers=1, threads=1, target=target)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
    yield port
    server.terminate()
    server.wait(30)


def seen_by_the_site(port: int, *headers: str) -> dict[str, Any]:
    """Send lines as they are: a library would mend them."""
    lines = ["POST / HTTP/1.1", "Host: site.test", "Connection: close", "Content-Length: 4"]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall("\r\n".join([*lines, *headers, "", "body"]).encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), head
    found: dict[str, Any] = json.loads(body)
    return found


FORGED = [
    "X_Forwarded_For: 6.6.6.6",
    "X-Forwarded-For: 6.6.6.6",
    "x_forwarded-for: 6.6.6.6",
    "X_Forwarded_Proto: http",
    "X-Forwarded-Proto: http",
    "X_Forwarded_Host: evil.test",
    "X-Forwarded-Host: evil.test",
    "Content_Length: 99",
    "Remote_Addr: 6.6.6.6",
    "For_warded: for=6.6.6.6;proto=http",
    "_Forwarded: for=6.6.6.6;proto=http",
    "Forwarded_: for=6.6.6.6;proto=http",
    "Sec_GPC: 1",
    "Sec_Fetch_Site: same-origin",
]


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_no_spelling_of_a_header_passes_for_the_word_of_the_proxy(port, forged, first):
    lines = (forged, OURS) if first else (OURS, forged)
    assert seen_by_the_site(port, *lines) == {
        "address": "192.0.2.7",
        "secure": True,
        "host": "site.test",
        "body": "body",
    }


@pytest.mark.parametrize("forged", FORGED)
def test_without_the_word_of_the_proxy_a_forged_one_changes_nothing(port, forged):
    assert seen_by_the_site(port, forged) == {
        "address": "127.0.0.1",
        "secure": False,
        "host": "site.test",
        "body": "body",
    }


def test_a_proxy_that_adds_its_word_to_the_visitors_is_understood(port):
    found = seen_by_the_site(port, "Forwarded: for=6.6.6.6;proto=http", OURS)
    assert (found["address"], found["secure"]) == ("192.0.2.7", True)
