"""Who may see inside: this machine and who has the token, and nobody who comes through a proxy."""

from typing import Any

import pytest
from django.test import RequestFactory

from sens_site.lib.http.machine_addresses import (
    LOCAL,
    is_local,
    machine_addresses,
    may_see_inside,
)

HERE = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000"}
TOKEN = "plover-lantern-42-quiet"


@pytest.mark.parametrize(
    "environ",
    [
        HERE,
        {**HERE, "HTTP_HOST": "localhost:8000"},
        {"REMOTE_ADDR": "::1", "HTTP_HOST": "[::1]:8000"},
    ],
)
def test_a_program_on_this_machine_is_local(environ):
    assert is_local(environ) is True


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"REMOTE_ADDR": "127.0.0.1"},
        {**HERE, "REMOTE_ADDR": "203.0.113.9"},
        {**HERE, "REMOTE_ADDR": "10.0.0.2"},
        {**HERE, "REMOTE_ADDR": ""},  # through a socket: whoever is behind it
        {**HERE, "HTTP_HOST": "www.example.com"},  # a proxy that names nobody, but the site
        {**HERE, "HTTP_HOST": "127.0.0.1.example.com"},
        {**HERE, "HTTP_FORWARDED": 'for="203.0.113.9";proto=https'},
        {**HERE, "HTTP_FORWARDED": ""},
        {**HERE, "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {**HERE, "HTTP_X_FORWARDED_PROTO": "https"},
        {**HERE, "HTTP_X_FORWARDED_HOST": "www.example.com"},
        {**HERE, "HTTP_X_REAL_IP": "203.0.113.9"},
        {**HERE, "HTTP_VIA": "1.1 proxy"},
    ],
)
def test_whoever_comes_through_a_proxy_or_from_elsewhere_is_not(environ):
    assert is_local(environ) is False


class Site:
    """Notes which way a request takes, and as what it comes."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.application = machine_addresses(
            self.way("pages"),
            direct=self.way("direct"),
            before=lambda: self.told.append(("told", {})),
        )

    def way(self, name: str) -> Any:
        def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
            self.told.append((name, environ))
            return []

        return application

    def ask(self, path: str, **environ: str) -> list[tuple[str, dict[str, Any]]]:
        self.application({"PATH_INFO": path, **environ}, None)
        return self.told


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_a_program_reaches_the_site_under_its_own_name_past_the_kept_pages(path):
    cookie = {"HTTP_COOKIE": "session=x", "wsgi.url_scheme": "http"}
    (told, _), (way, environ) = Site().ask(path, **HERE, **cookie)
    assert (told, way, environ[LOCAL]) == ("told", "direct", True)
    assert (environ["HTTP_HOST"], environ["wsgi.url_scheme"]) == ("testserver", "https")
    assert "HTTP_COOKIE" not in environ


def test_what_a_proxy_says_decides_and_is_not_handed_on():
    _, (_, environ) = Site().ask("/metrics", **HERE, HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert environ[LOCAL] is False
    assert "HTTP_X_FORWARDED_FOR" not in environ


@pytest.mark.parametrize("path", ["/", "/healthz/", "/metrics.txt", "/admin/"])
def test_all_other_addresses_go_their_way_untouched(path):
    assert Site().ask(path, **HERE) == [("pages", {"PATH_INFO": path, **HERE})]


@pytest.mark.parametrize(
    ("token", "said", "may"),
    [
        (TOKEN, f"Bearer {TOKEN}", True),
        (TOKEN, f"bearer {TOKEN}", True),
        (TOKEN, f"Basic {TOKEN}", False),
        (TOKEN, f"Bearer {TOKEN}x", False),
        (TOKEN, "Bearer é", False),
        (TOKEN, "", False),
        ("", "Bearer ", False),
        ("", "", False),
    ],
)
def test_the_token_opens_from_anywhere_and_no_token_opens_nothing(settings, token, said, may):
    settings.METRICS_TOKEN = token
    request: Any = RequestFactory().get("/metrics", headers={"authorization": said})
    assert may_see_inside(request) is may


def test_no_header_makes_a_request_local():
    request: Any = RequestFactory().get("/metrics", headers={"site.local": "1", "site-local": "1"})
    assert may_see_inside(request) is False
