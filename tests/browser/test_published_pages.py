"""Published pages behind a real nginx, with the configuration that `manage.py nginx_conf` writes.

Whoever comes before whom, everybody gets what the site itself would answer.
"""

import http.client
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from sens_site.serving import granian_command
from tests import nginx
from tests.browser.settings import hold_port
from tests.factories.people import make_person
from tests.privacy.promises.front import wait_for

ORDERS = 1000
PATHS = ("/privacy/", "/", "/about/", "/news/", "/privacy/v/1/")
PATIENCE = 600
OWN_TO_A_CONNECTION = {"date", "server", "connection", "etag", "keep-alive"}


@dataclass
class Answer:
    """What came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: list[str]

    @property
    def is_published(self) -> bool:
        """Whether nginx has sent a file: its tag is made of a time and a length."""
        return bool(re.fullmatch(r'"[0-9a-f]+-[0-9a-f]+"', self.headers.get("etag", "")))

    @property
    def said(self) -> tuple[int, dict[str, str], bytes]:
        """All that a visitor gets, but for what differs between two servers."""
        kept = {k: v for k, v in self.headers.items() if k not in OWN_TO_A_CONNECTION}
        return self.status, kept, self.body


@dataclass
class Web:
    """The site, and nginx before it."""

    port: int
    behind: int
    root: Path
    environment: dict[str, str]
    session: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, path: str, *, site: bool = False, method: str = "GET", body: str = "", **headers: str
    ) -> Answer:
        """Ask nginx or the site behind it."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.behind if site else self.port, timeout=PATIENCE
        )
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if site:
            sent |= {"Host": f"127.0.0.1:{self.port}", "Forwarded": 'for="127.0.0.1";proto=http'}
        connection.request(method, path, body or None, {"Accept-Encoding": "br", **sent})
        response = connection.getresponse()
        answer = Answer(
            response.status,
            {name.lower(): value for name, value in response.getheaders()},
            response.read(),
            response.headers.get_all("Set-Cookie", []),
        )
        connection.close()
        return answer

    def text(self, path: str, **headers: Any) -> str:
        return self.ask(path, **{"Accept_Encoding": "identity", **headers}).body.decode()

    def answer(self, choice: str, **headers: Any) -> str:
        """Answer the question about cookies, and return what the browser sends from then on."""
        (shown,) = re.findall(r'name="shown" value="([^"]*)"', self.text("/cookies/", **headers))
        form = urlencode({**dict(pair.split("=") for pair in choice.split("&")), "shown": shown})
        done = self.ask(
            "/cookies/choose/",
            method="POST",
            body=form,
            Content_Type="application/x-www-form-urlencoded",
            Sec_Fetch_Site="same-origin",
            **headers,
        )
        (consent,) = [one for one in done.cookies if one.startswith("cookie_consent=")]
        return consent.partition(";")[0]

    def wait_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def publisher(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "manage.py", "publish_pages", "--skip-checks"],
            cwd=settings.BASE_DIR,
            env=self.environment,
        )


@pytest.fixture(scope="module")
def web(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """Start the site as in production, nginx, and what publishes."""
    folder = tmp_path_factory.mktemp("published")
    for parent in (folder, *folder.parents[:3]):
        parent.chmod(0o755)
    client = Client()
    client.force_login(make_person(f"reader-{uuid4().hex[:8]}"))
    copy = folder / "site.sqlite3"
    with (
        closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    held, port = hold_port()
    held_too, behind = hold_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.browser.behind_tls",
        "COLLECTED": str(settings.STATIC_ROOT),
        "SITE_ORIGIN": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{copy}",
        "TRUSTED_PROXY_COUNT": "1",
        "PUBLISHED_ROOT": str(folder / "pages"),
    }
    name = settings.SESSION_COOKIE_NAME
    web = Web(port, behind, folder / "pages", environment, f"{name}={client.cookies[name].value}")
    with ExitStack() as stack:
        stack.enter_context(held_too)
        server = subprocess.Popen(
            granian_command(port=behind, workers=1, threads=2),
            cwd=settings.BASE_DIR,
            env=environment,
        )
        stack.callback(server.wait, PATIENCE)
        stack.callback(server.terminate)
        wait_for(behind, server)
        configuration = subprocess.run(
            [
                *(sys.executable, "manage.py", "nginx_conf", "--skip-checks"),
                *("--listen", "127.0.0.1", "--upstream", f"127.0.0.1:{behind}"),
            ],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        held.close()
        stack.enter_context(nginx.serving(folder, configuration, port=port))
        publisher = web.publisher()
        stack.callback(publisher.wait, PATIENCE)
        stack.callback(publisher.terminate)
        web.cookies["refuser"] = web.answer("choice=reject")
        web.cookies["consenter"] = web.answer("choice=accept")
        web.cookies["consenter by name, with the signal"] = web.answer(
            "choice=some&analytics=yes", Sec_GPC="1"
        )
        last = headers_of(web, "consenter by name, with the signal")
        web.wait_until(lambda: web.ask(PATHS[-1], **last).is_published)
        web.wait_until(lambda: web.ask("/downloads/site-guide/", **last).is_published)
        yield web
    shutil.rmtree(folder, ignore_errors=True)


def headers_of(web: Web, who: str) -> dict[str, Any]:
    """Return what the browser of one of the visitors sends."""
    if who == "customer":
        return {"Cookie": web.session}
    signal = {"Sec_GPC": "1"} if "signal" in who else {}
    cookie = web.cookies.get(who.removeprefix("returning "), "")
    if who == "returning consenter":
        cookie = f"visitor=abc; {cookie}; visit=def"
    return {**signal, "Cookie": cookie} if cookie else signal


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
