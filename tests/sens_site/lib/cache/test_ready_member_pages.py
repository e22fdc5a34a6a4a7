"""Pages for members before Django: given out to nobody whose state does not say so."""

from typing import Any
from unittest.mock import Mock

import pytest
from django.db import OperationalError

from sens_site.lib.cache import content_stamp, ready_member_pages
from sens_site.lib.cache.member_page_cache import DRAWN_FOR
from sens_site.lib.cache.ready_member_pages import ReadyMemberPages

HEADERS = [("Content-Type", "text/html"), ("Cache-Control", "private, no-store")]


class Site:
    """Django behind the wrapper, and who is behind which session."""

    def __init__(self) -> None:
        self.drawn = 0
        self.asked: list[tuple[str, bool]] = []
        self.states: dict[str, str | None] = {"ada": "g", "bea": "g", "eve": "d"}
        self.drawn_for: str | None = "g"
        self.status, self.headers = "200 OK", HEADERS
        self.closed = 0
        self.pages = ReadyMemberPages(self, state_of=self.state_of, session_cookie="session")

    def state_of(self, cookies: Any, gpc: bool) -> str | None:
        self.asked.append((cookies["session"], gpc))
        if cookies["session"] == "down":
            raise OperationalError("gone")
        return self.states.get(cookies["session"])

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        self.drawn += 1
        if self.drawn_for is not None:
            environ[DRAWN_FOR] = self.drawn_for
        start(self.status, self.headers)
        return Body(self, b"page %d" % self.drawn)

    def get(self, session: str = "ada", path: str = "/", **changes: str) -> bytes:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "HTTP_HOST": "testserver",
            "wsgi.url_scheme": "https",
            "HTTP_COOKIE": f"session={session}",
            **changes,
        }
        seen = []
        result = self.pages(environ, lambda *answer: seen.append(answer))
        body = b"".join(result)
        getattr(result, "close", bool)()
        assert [(status, list(headers)) for status, headers in seen] == [
            (self.status, self.headers)
        ]
        return body


class Body(list[bytes]):
    def __init__(self, site: Site, body: bytes) -> None:
        super().__init__([body])
        self.close = lambda: setattr(site, "closed", site.closed + 1)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(ready_member_pages, "give_connection_back", lambda: None)
    return Site()


@pytest.fixture
def kept(site: Site) -> Site:
    """The page has been drawn twice: the first time shows that it is alike for members."""
    assert [site.get(), site.get(), site.get()] == [b"page 1", b"page 2", b"page 2"]
    site.asked.clear()
    return site


def test_a_page_is_drawn_until_it_is_known_and_then_given_to_all_in_its_state(kept: Site):
    assert (kept.get("ada"), kept.get("bea"), kept.closed) == (b"page 2", b"page 2", 2)
    assert kept.asked == [("ada", False), ("bea", False)]


@pytest.mark.parametrize("session", ["eve", "mallory", "down", ""])
def test_whoever_is_in_another_state_or_in_none_gets_no_kept_page(kept: Site, session: str):
    assert [kept.get(session), kept.get(session)] == [b"page 3", b"page 4"]


def test_a_session_that_is_ended_ends_at_the_next_request(kept: Site):
    kept.states["ada"] = None
    assert kept.get("ada") == b"page 3"


@pytest.mark.parametrize(
    "changes",
    [
        {"REQUEST_METHOD": "POST"},
        {"REQUEST_METHOD": "HEAD"},
        {"QUERY_STRING": "a=b"},
        {"CONTENT_TYPE": "text/plain; charset=zip"},
        {"CONTENT_LENGTH": "4"},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"HTTP_SEC_GPC": "0"},
        {"HTTP_X_FORWARDED_PROTO": "ftp"},
        {"HTTP_COOKIE": "a=b"},
        {"HTTP_COOKIE": "session=ada; a=" + "b" * 5000},
        {"HTTP_HOST": "elsewhere"},
        {"wsgi.url_scheme": "http"},
        {"HTTP_X_FORWARDED_PROTO": "http"},
        {"HTTP_SEC_GPC": "1"},
        {"HTTP_ACCEPT_ENCODING": "gzip"},
        {"PATH_INFO": "/other/"},
    ],
)
def test_what_asks_for_anything_else_goes_to_django(kept: Site, changes: dict[str, str]):
    assert (kept.get(**changes), kept.asked) == (b"page 3", [])


def test_the_signal_is_part_of_who_asks(site: Site):
    for _ in range(3):
        site.get(HTTP_SEC_GPC="1")
    assert site.asked == [("ada", True), ("ada", True)]


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("404 Not Found", HEADERS),
        ("200 OK", [*HEADERS, ("Set-Cookie", "a=b")]),
        ("200 OK", [*HEADERS, ("Clear-Site-Data", '"cache"')]),
        ("200 OK", [("Cache-Control", "private, max-age=0")]),
    ],
)
def test_an_answer_that_says_more_is_never_kept(site: Site, status: str, headers: Any):
    site.status, site.headers = status, headers
    assert [site.get() for _ in range(3)] == [b"page 1", b"page 2", b"page 3"]
    assert site.asked == []


def test_a_page_drawn_for_one_person_is_never_kept(site: Site):
    site.drawn_for = None
    assert [site.get() for _ in range(3)] == [b"page 1", b"page 2", b"page 3"]


def test_a_page_that_was_drawn_for_another_state_meanwhile_is_not_kept(site: Site):
    site.drawn_for = "u"
    assert [site.get() for _ in range(3)] == [b"page 1", b"page 2", b"page 3"]


def test_a_change_of_content_drops_it(kept: Site):
    content_stamp._forget_here()
    assert [kept.get(), kept.get()] == [b"page 3", b"page 3"]


def test_a_page_during_whose_drawing_content_changed_is_not_kept(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    site.get()
    numbers = iter(range(100))
    monkeypatch.setattr(ready_member_pages, "generation", lambda: next(numbers))
    assert [site.get(), site.get()] == [b"page 2", b"page 3"]
    assert site.pages._answers == {}


def test_memory_has_an_end(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ready_member_pages, "MOST_PAGES", 2)
    for path in ("/a/", "/b/"):
        assert [site.get(path=path) for _ in range(3)][1:] != []
    site.states["ada"] = site.drawn_for = "d"
    for path in ("/a/", "/b/", "/c/", "/d/", "/e/"):
        for _ in range(3):
            site.get(path=path)
    assert (len(site.pages._answers), len(site.pages._places)) == (2, 1)


def test_while_developing_nothing_is_kept(site: Site):
    site.pages.keep = False
    assert [site.get() for _ in range(3)] == [b"page 1", b"page 2", b"page 3"]


@pytest.mark.parametrize(("in_transaction", "given_back"), [(True, 0), (False, 2)])
def test_the_connection_is_given_back_as_django_does_around_a_request(
    monkeypatch: pytest.MonkeyPatch, in_transaction: bool, given_back: int
):
    connection = Mock(in_atomic_block=in_transaction)
    monkeypatch.setattr(ready_member_pages, "connection", connection)
    site = Site()
    for _ in range(2):
        site.get()
    closed = connection.close_if_unusable_or_obsolete.call_count
    assert (len(site.asked), closed) == (1, given_back)
