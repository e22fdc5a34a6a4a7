"""Published pages behind a real nginx, with the configuration that `manage.py nginx_conf` writes.

Whoever comes before whom, everybody gets what the site itself would answer.
"""

import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from django.conf import settings

from tests.browser.published_web import PATHS, PATIENCE, Web, headers_of, published_web

pytestmark = pytest.mark.xdist_group("published pages")

ORDERS = 1000


@pytest.fixture(scope="module")
def web(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """Start all of it once for this file."""
    with published_web(tmp_path_factory.mktemp("published")) as web:
        yield web


BANNER, STATISTICS = 'value="accept"', "/visits/visit"
SEEN: dict[str, tuple[bool, bool, bool]] = {
    # asked about cookies, counted, has a way to log out
    "stranger": (True, False, False),
    "refuser": (False, False, False),
    "consenter": (False, True, False),
    "returning consenter": (False, True, False),
    "stranger with the signal": (False, False, False),
    "consenter by name, with the signal": (False, True, False),
    "customer": (True, False, True),
}


def test_each_visitor_sees_what_belongs_to_that_visitor(web: Web):
    for who, expected in SEEN.items():
        headers = headers_of(web, who)
        text = web.text("/about/", **headers)
        seen = (BANNER in text, STATISTICS in text, "Log out" in text)
        assert seen == expected, who
        assert web.ask("/about/", **headers).is_published is (who != "customer"), who


def test_whoever_comes_first_nobody_gets_the_page_of_another(web: Web):
    expected = {
        (who, path, coding): web.ask(
            path, site=True, Accept_Encoding=coding, **headers_of(web, who)
        ).said
        for who in SEEN
        for path in PATHS
        for coding in ("br", "gzip", "identity")
        if who != "customer" or coding == "identity"
    }
    assert {answer[0] for answer in expected.values()} == {200}
    chance, published = random.Random(1), 0  # noqa: S311 - which order is no secret
    for _ in range(ORDERS):
        # A consenter before a stranger, the signal before both, a session before all, or otherwise.
        order = chance.sample(list(SEEN), k=3)
        path = chance.choice(PATHS)
        for who in order:
            coding = "identity" if who == "customer" else chance.choice(("br", "gzip", "identity"))
            answer = web.ask(path, Accept_Encoding=coding, **headers_of(web, who))
            assert answer.said == expected[who, path, coding], (order, who, path, coding)
            assert answer.is_published is (who != "customer")
            published += answer.is_published
    assert published > ORDERS


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/privacy/?page=2", {}),
        ("/privacy/?", {}),
        ("//privacy/", {}),
        ("/privacy", {}),
        ("/%70rivacy/", {}),
        ("/privacy/@br", {}),
        ("/privacy/..%2fprivacy/", {}),
        ("/no-such-page/", {}),
        ("/privacy/", {"Sec_GPC": "0"}),
        ("/privacy/", {"Sec_GPC": "1, 1"}),
        ("/privacy/", {"Accept_Encoding": "br;q=0, gzip"}),
        ("/privacy/", {"Accept_Encoding": "gzip;q=0.0, br;q=0"}),
        ("/privacy/", {"Cookie": "theme=dark"}),
        ("/privacy/", {"Cookie": "visitor=abc"}),
        ("/privacy/", {"Cookie": "cookie_consent=analytics=z"}),
        ("/privacy/", {"Cookie": "cookie_consent=../.."}),
        ("/privacy/", {"Cookie": 'cookie_consent="analytics=-1"; visitor=abc'}),
        ("/privacy/", {"Cookie": 'cookie_consent="analytics=-1"; session=abc'}),
        ("/privacy/", {"Cookie": 'cookie_consent="analytics=-1"; cookie_consent="analytics=-1"'}),
        ("/privacy/", {"Cookie": 'xcookie_consent="analytics=-1"'}),
        ("/privacy/", {"If_Modified_Since": "Fri, 17 Jul 2020 06:00:00 GMT"}),
    ],
)
def test_what_was_not_counted_out_is_answered_by_the_site(web: Web, path, headers):
    found, site = web.ask(path, **headers), web.ask(path, site=True, **headers)
    assert found.said == site.said
    assert found.headers.get("etag") == site.headers.get("etag")


def test_a_form_to_the_address_of_a_published_page_reaches_the_site(web: Web):
    assert web.ask("/about/", method="POST", body="a=b").status == (
        web.ask("/about/", site=True, method="POST", body="a=b").status
    )


def test_a_visitor_who_has_the_page_is_told_so_by_its_tag_alone(web: Web):
    page = web.ask("/privacy/")
    assert page.headers["last-modified"] == "Sat, 24 Oct 2026 06:00:00 GMT"
    had: dict[str, Any] = {
        "If_None_Match": page.headers["etag"],
        "If_Modified_Since": page.headers["last-modified"],
    }
    again = web.ask("/privacy/", **had)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["content-security-policy"] == page.headers["content-security-policy"]
    refused = headers_of(web, "refuser")
    assert web.ask("/privacy/", **had, **refused).status == 200
    assert web.ask("/privacy/", **{**had, "Accept_Encoding": "gzip"}).status == 200
    assert web.ask("/privacy/", Range="bytes=0-9").said == page.said


def test_pages_that_nobody_looks_after_are_not_found_when_their_time_has_passed(web: Web):
    publisher = web.publisher()  # a second one does nothing
    assert publisher.wait(PATIENCE) == 1
    assert web.ask("/about/").is_published
    slots = sorted((web.root / "live").iterdir())
    assert [int(slot.name) for slot in slots] == [
        int(time.time()) // 10,
        int(time.time()) // 10 + 1,
    ]


def test_a_change_is_shown_and_what_was_before_is_not(web: Web):
    before = web.ask("/about/")
    with closing(sqlite3.connect(web.environment["DATABASE_URL"].removeprefix("sqlite:///"))) as db:
        db.execute("UPDATE pages_page SET label = 'Changed just now' WHERE path = '/about/'")
        db.commit()
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-c",
         "from sens_site.lib.cache.content_stamp import renew_stamp; renew_stamp()"],
        cwd=settings.BASE_DIR, env=web.environment, check=True,
    )  # fmt: skip
    web.wait_until(lambda: web.ask("/about/").headers["etag"] != before.headers["etag"])
    web.wait_until(lambda: web.ask("/about/").is_published)
    assert "Changed just now" in web.text("/about/")
