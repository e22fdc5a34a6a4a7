"""The wrapper that serves anonymous pages as ready bytes: what it keeps, and what it never keeps."""

import gzip
from collections.abc import Iterable
from typing import Any

import brotli
import pytest

from sens_site.lib.cache.kept_page import best_encoding
from sens_site.lib.cache.page_cache import MAX_COOKIE_HEADER, ReadyPages, may_keep
from sens_site.lib.http.cache_control import NO_STORE, PRIVATE, PUBLIC, READY_FLAG
from sens_site.lib.http.request_metrics import VIEW
from sens_site.lib.metrics import COUNTED

HTML = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", "1000")]


class Django:
    """Stands in for Django's handler: counts its calls and answers what the test sets."""

    def __init__(self) -> None:
        self.calls = 0
        self.body = b"<p>page</p>" * 100
        self.status = "200 OK"
        self.cache_control = PUBLIC
        self.extra: list[tuple[str, str]] = []
        self.flag = True
        self.view = ""
        self.closed = 0
        self.during: Any = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.calls += 1
        if self.during:
            self.during()
        if self.flag:
            environ[READY_FLAG] = True
            environ[VIEW] = self.view
        length = ("Content-Length", str(len(self.body)))
        start_response(
            self.status,
            [HTML[0], length, ("Cache-Control", self.cache_control), *self.extra],
        )
        return Result(self)


class Result:
    """A response iterable whose end Django must be told of."""

    def __init__(self, django: Django) -> None:
        self.django = django

    def __iter__(self):
        return iter([self.django.body])

    def close(self) -> None:
        self.django.closed += 1


class Site:
    """The wrapper around the stand-in, with a clock and a stamp in the test's hand."""

    def __init__(self) -> None:
        self.django = Django()
        self.now = 0.0
        self.stamp = "a"
        self.stamp_reads = 0
        self.ready = ReadyPages(
            self.django,
            consent_state=lambda cookie, gpc: f"{cookie if cookie in ('yes', 'no') else '?'}{gpc}",
            left_over=lambda names, consent, gpc: "left" in names and consent != "yes",
            read_stamp=self.read_stamp,
            session_cookie="session",
            consent_cookie="consent",
            clock=lambda: self.now,
        )

    def read_stamp(self) -> str:
        self.stamp_reads += 1
        return self.stamp

    def get(self, path: str = "/", *, method: str = "GET", query: str = "", **headers: str):
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": "example.test",
            "wsgi.url_scheme": "https",
            **headers,
        }
        answer: list[Any] = []
        body = b"".join(self.ready(environ, lambda s, h, e=None: answer.extend([s, dict(h)])))
        return answer[0], answer[1], body


@pytest.fixture
def site() -> Site:
    return Site()


def environ(**changes: Any) -> dict[str, Any]:
    return {"REQUEST_METHOD": "GET", READY_FLAG: True, **changes}


def test_may_keep_a_shared_page():
    assert may_keep(environ(), "200 OK", [("Cache-Control", PUBLIC)]) is True
    assert may_keep(environ(), "200 OK", [("Cache-Control", PRIVATE)]) is True


@pytest.mark.parametrize(
    ("changes", "status", "headers"),
    [
        ({READY_FLAG: False}, "200 OK", [("Cache-Control", PUBLIC)]),
        ({READY_FLAG: "yes"}, "200 OK", [("Cache-Control", PUBLIC)]),
        ({"REQUEST_METHOD": "POST"}, "200 OK", [("Cache-Control", PUBLIC)]),
        ({"REQUEST_METHOD": "HEAD"}, "200 OK", [("Cache-Control", PUBLIC)]),
        ({}, "404 Not Found", [("Cache-Control", PUBLIC)]),
        ({}, "302 Found", [("Cache-Control", PUBLIC)]),
        ({}, "200 OK", []),
        ({}, "200 OK", [("Cache-Control", NO_STORE)]),
        ({}, "200 OK", [("Cache-Control", "private")]),
        ({}, "200 OK", [("Cache-Control", PUBLIC), ("cache-control", "no-store")]),
        ({}, "200 OK", [("Cache-Control", PUBLIC), ("Set-Cookie", "a=b")]),
        ({}, "200 OK", [("Cache-Control", PUBLIC), ("set-cookie", "a=b")]),
        ({}, "200 OK", [("Cache-Control", PUBLIC), ("Content-Encoding", "gzip")]),
    ],
)
def test_may_keep_nothing_else(changes, status, headers):
    assert may_keep(environ(**changes), status, headers) is False


def test_second_visitor_is_served_without_django(site):
    first = site.get()
    assert site.get() == first
    assert site.django.calls == 1
    assert site.django.closed == 1
    assert first[2] == site.django.body


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/other/"},
        {"HTTP_COOKIE": "consent=yes"},
        {"HTTP_COOKIE": "consent=no"},
        {"HTTP_COOKIE": "unrelated=1"},
        {"HTTP_SEC_GPC": "1"},
        {"HTTP_HOST": "other.test"},
        {"wsgi.url_scheme": "http"},
        {"HTTP_X_FORWARDED_PROTO": "http"},
    ],
)
def test_another_state_is_another_page(site, other):
    site.get()
    site.django.body = b"<p>other</p>" * 100
    assert site.get(**other)[2] == site.django.body
    assert site.django.calls == 2


@pytest.mark.parametrize(
    "other",
    [
        {"HTTP_COOKIE": "session=abc"},
        {"HTTP_COOKIE": "consent=yes; session=abc"},
        {"HTTP_COOKIE": "a=" + "x" * MAX_COOKIE_HEADER},
        {"query": "page=2"},
        {"method": "POST"},
        {"method": "OPTIONS"},
    ],
)
def test_always_passed_on(site, other):
    site.get(**other)
    site.get(**other)
    assert site.django.calls == 2
    site.get()
    site.get(**other)
    assert site.django.calls == 4


def test_what_django_does_not_flag_is_not_kept(site):
    site.django.flag = False
    site.get()
    site.get()
    assert site.django.calls == 2


def test_head_has_the_headers_of_get_and_no_body(site):
    status, headers, _ = site.get()
    assert site.get(method="HEAD") == (status, headers, b"")
    assert site.django.calls == 1


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", ""),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", ""),
        ("BR", "br"),
        ("gzip; q=0", ""),
    ],
)
def test_best_encoding(accepted, expected):
    assert best_encoding(accepted) == expected


def test_encodings_hold_the_same_page_under_different_etags(site):
    plain = site.get()
    zipped = site.get(HTTP_ACCEPT_ENCODING="gzip")
    smaller = site.get(HTTP_ACCEPT_ENCODING="br")
    assert gzip.decompress(zipped[2]) == brotli.decompress(smaller[2]) == plain[2]
    assert len({r[1]["ETag"] for r in (plain, zipped, smaller)}) == 3
    assert [r[1].get("Content-Encoding") for r in (plain, zipped, smaller)] == [None, "gzip", "br"]
    assert all(r[1]["Content-Length"] == str(len(r[2])) for r in (plain, zipped, smaller))


def test_a_known_etag_is_answered_304(site):
    _, headers, _ = site.get(HTTP_ACCEPT_ENCODING="br")
    status, kept, body = site.get(
        HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH=f'"x", W/{headers["ETag"]}'
    )
    assert (status, body) == ("304 Not Modified", b"")
    assert (kept["ETag"], kept["Cache-Control"]) == (headers["ETag"], PUBLIC)
    assert site.get(HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=headers["ETag"])[0] == "200 OK"


def test_states_with_equal_bodies_but_another_policy_have_other_etags(site):
    first = site.get()[1]["ETag"]
    site.django.extra = [("Content-Security-Policy", "script-src https://tag.example")]
    assert site.get(HTTP_COOKIE="consent=yes")[1]["ETag"] != first


def test_a_new_stamp_empties_everything_within_a_second(site):
    site.get()
    site.django.body = b"<p>new</p>" * 100
    site.stamp = "b"
    site.now = 0.9
    assert site.get()[2] != site.django.body
    site.now = 1.0
    assert site.get()[2] == site.django.body


def test_the_stamp_is_read_once_a_second_however_many_visitors(site):
    for step in range(100):
        site.now = step / 50
        site.get()
    assert site.stamp_reads == 2


def test_a_page_begun_before_a_change_is_not_kept(site):
    def publish_and_notice() -> None:
        site.django.during = None
        site.stamp, site.now = "b", 5.0
        site.get("/other/")

    site.django.during = publish_and_notice
    site.get()
    site.get()
    assert site.django.calls == 3


def test_a_stamp_that_cannot_be_read_raises_but_never_blocks_the_next_look(site):
    site.get()

    def fail() -> str:
        raise RuntimeError

    site.ready.read_stamp = fail
    site.now = 2.0
    with pytest.raises(RuntimeError):
        site.get()
    site.ready.read_stamp = site.read_stamp
    site.now = 4.0
    assert site.get()[0] == "200 OK"


def test_memory_is_bounded(site, monkeypatch):
    monkeypatch.setattr("sens_site.lib.cache.page_cache.BUDGET_BYTES", 500)
    for number in range(20):
        site.get(f"/{number}/")
    assert site.ready._size <= 500
    assert site.ready._size == sum(page.size for page in site.ready._pages.values())
    calls = site.django.calls
    site.get("/19/")
    assert site.django.calls == calls
    site.get("/0/")
    assert site.django.calls == calls + 1


def test_the_plain_bytes_that_were_last_asked_for_are_kept_within_a_budget(site, monkeypatch):
    length = len(site.django.body)
    monkeypatch.setattr("sens_site.lib.cache.page_cache.PLAIN_BUDGET_BYTES", 2 * length)
    for number in range(3):
        site.django.body = bytes([65 + number]) * length
        assert site.get(f"/{number}/")[2] == site.django.body
    assert site.ready._plain_size == sum(map(len, site.ready._plain.values())) == 2 * length
    unpacked: list[bytes] = []

    def unpack(data: bytes) -> bytes:
        unpacked.append(data)
        return b"again"

    monkeypatch.setattr("gzip.decompress", unpack)
    bodies = [site.get(f"/{number}/")[2] for number in (1, 2, 0)]
    assert bodies == [b"B" * length, b"C" * length, b"again"]
    assert len(unpacked) == 1


def test_plain_bytes_go_with_the_pages_that_they_are_of(site):
    site.get()
    site.stamp, site.now, site.django.body = "b", 2.0, b"<p>new</p>"
    assert site.get()[2] == b"<p>new</p>"
    assert list(site.ready._plain.values()) == [b"<p>new</p>"]


def test_two_threads_that_unpack_one_page_count_it_once(site, monkeypatch):
    site.get(HTTP_ACCEPT_ENCODING="br")
    (page,) = site.ready._pages.values()
    site.ready._lock = type("Lock", (), {
        "__enter__": lambda lock: site.ready._plain.setdefault(page.etags[""], site.django.body),
        "__exit__": lambda lock, *error: None,
    })()  # fmt: skip
    assert site.get()[2] == site.django.body
    assert site.ready._plain_size == 0


def test_a_page_is_drawn_for_who_keeps_it_elsewhere_as_visitors_get_it(site):
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/"}
    headers, body = site.ready.draw(dict(asked))
    assert (dict(headers)["Cache-Control"], body) == (PUBLIC, site.django.body)
    assert site.django.closed == 1
    assert site.ready._pages == {}


def test_what_may_not_be_kept_is_drawn_for_nobody(site):
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/"}
    assert site.ready.draw({**asked, "HTTP_COOKIE": "session=abc"}) is None
    assert site.django.calls == 0
    site.django.cache_control = NO_STORE
    assert site.ready.draw(dict(asked)) is None
    assert site.django.closed == 1
    site.django.cache_control, site.ready.keep = PUBLIC, False
    assert site.ready.draw(dict(asked)) is None


def test_private_pages_are_gzipped_with_blurred_length(site):
    site.django.cache_control, site.django.flag = NO_STORE, False
    lengths = set()
    for _ in range(12):
        _, headers, body = site.get(HTTP_ACCEPT_ENCODING="gzip", HTTP_COOKIE="session=abc")
        assert headers["Content-Encoding"] == "gzip"
        assert headers["Content-Length"] == str(len(body))
        assert gzip.decompress(body) == site.django.body
        lengths.add(len(body))
    assert len(lengths) > 1
    assert site.django.closed == 12


def test_error_pages_keep_their_status(site):
    site.django.status, site.django.flag = "404 Not Found", False
    assert site.get()[0] == "404 Not Found"
    assert site.get(HTTP_ACCEPT_ENCODING="gzip")[0] == "404 Not Found"


@pytest.mark.parametrize("refusal", ["gzip;q=0", "gzip; q=0, br", "identity", ""])
def test_private_pages_go_plain_to_who_refuses_gzip(site, refusal):
    site.django.cache_control, site.django.flag = NO_STORE, False
    _, headers, body = site.get(HTTP_ACCEPT_ENCODING=refusal, HTTP_COOKIE="session=abc")
    assert (headers.get("Content-Encoding"), body) == (None, site.django.body)


def counted(status: str) -> float:
    labels = {"view": "of.a.test", "status": status, "page": "kept"}
    return COUNTED.get_sample_value("site_requests_total", labels) or 0.0


def test_kept_pages_are_counted_once_a_second_by_the_view_that_made_them():
    site = Site()
    site.django.view = "of.a.test"
    for _ in range(4):
        _, headers, _ = site.get()
    site.get(HTTP_IF_NONE_MATCH=headers["ETag"])
    assert (counted("200"), counted("304")) == (0, 0)
    site.now += 1
    site.get()
    assert (counted("200"), counted("304")) == (3, 1)  # the first was made
    site.ready.tell_answers()
    assert (counted("200"), counted("304")) == (4, 1)
    site.ready.tell_answers()
    assert (counted("200"), counted("304")) == (4, 1)


def test_two_threads_do_not_count_the_same_answers():
    site = Site()
    site.django.view = "of.two.threads"
    site.get()
    site.get()
    labels = {"view": "of.two.threads", "status": "200", "page": "kept"}
    with site.ready._telling:
        site.ready.tell_answers()
    assert COUNTED.get_sample_value("site_requests_total", labels) is None
    site.ready.tell_answers()
    assert COUNTED.get_sample_value("site_requests_total", labels) == 1
