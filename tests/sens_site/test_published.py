"""What publishes pages: what it draws, when it withdraws, and what nginx is told of it."""

import re
import signal
import threading
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from privacy.consent.kept_states import KeptState
from sens_site import published
from sens_site.lib.cache.published_pages import PublishedPages
from sens_site.management.commands import publish_pages
from sens_site.published import Drawn, Publisher, draw_pages, environ_of

HEADERS = [("Content-Type", "text/html; charset=utf-8")]
STRANGER = KeptState("", gpc=False, services=frozenset())
REFUSER = KeptState("analytics=-1", gpc=True, services=frozenset())


class Hand:
    """The content in a test's hand: a stamp, pages to draw, and a clock."""

    def __init__(self, pages: PublishedPages) -> None:
        self.stamp, self.now, self.drawn = "a", 0.0, 0
        self.paths: list[str | None] = ["/a/", "/b/"]
        self.seconds_a_page = 0.0
        self.fault: Exception | None = None
        self.pages = pages
        self.publisher = Publisher(
            pages, read_stamp=lambda: self.stamp, draw=self.draw, clock=lambda: self.now
        )

    def draw(self) -> Any:
        for path in self.paths:
            self.drawn += 1
            self.now += self.seconds_a_page
            if self.fault:
                raise self.fault
            yield Drawn(STRANGER, path, HEADERS, self.stamp.encode()) if path else None

    def found(self) -> dict[str, bytes]:
        """Return the pages that nginx finds now."""
        slot = str(int(self.pages.now()) // 10)
        return {
            "/" + file.parent.name + "/": file.read_bytes()
            for file in (self.pages.root / "live" / slot).rglob("@plain")
        }


@pytest.fixture
def hand(tmp_path) -> Hand:
    return Hand(PublishedPages(tmp_path / "published"))


def test_all_pages_are_published_and_nothing_is_drawn_again_while_nothing_changes(hand):
    hand.publisher.look()
    assert hand.found() == {"/a/": b"a", "/b/": b"a"}
    hand.publisher.look()
    assert hand.drawn == 2


def test_a_change_withdraws_all_pages_at_the_next_look(hand):
    hand.publisher.look()
    hand.stamp, hand.paths = "b", ["/b/"]
    hand.publisher.look()
    assert hand.found() == {"/b/": b"b"}


def test_a_change_is_noticed_while_pages_are_drawn_within_a_second(hand):
    slow = 0.19
    assert published.LOOK_SECONDS + published.WORK_SECONDS + 2 * slow < 1
    hand.seconds_a_page, hand.paths = slow, ["/a/", "/b/", "/c/", "/d/"]
    hand.publisher.look()
    assert (hand.now, set(hand.found())) == (2 * slow, {"/a/", "/b/"})
    hand.stamp = "b"
    hand.publisher.look()
    assert hand.found() == {"/a/": b"b", "/b/": b"b"}
    hand.publisher.look()
    assert set(hand.found()) == {"/a/", "/b/", "/c/", "/d/"}


def test_what_may_not_be_kept_is_not_published(hand):
    hand.paths = ["/a/", None]
    hand.publisher.look()
    assert hand.found() == {"/a/": b"a"}


@pytest.mark.parametrize("fault", [OperationalError("gone"), None])
def test_where_nothing_could_be_drawn_it_is_tried_again_after_a_while(hand, fault, caplog):
    hand.fault, hand.paths = fault, [None]
    hand.publisher.look()
    assert hand.found() == {}
    hand.fault, hand.paths = None, ["/a/"]
    hand.publisher.look()
    assert hand.found() == {}
    hand.now += published.AGAIN_SECONDS
    hand.publisher.look()
    assert hand.found() == {"/a/": b"a"}
    assert len(caplog.messages) == bool(fault)


def test_a_visitor_is_drawn_for_as_the_server_in_front_hands_one_on(settings):
    settings.SITE_ORIGIN = "https://www.example.com:8443"
    stranger, refuser = environ_of("/a/", STRANGER), environ_of("/a/", REFUSER)
    assert stranger["HTTP_HOST"] == "www.example.com:8443"
    assert (stranger["wsgi.url_scheme"], stranger["HTTP_X_FORWARDED_PROTO"]) == ("https", "https")
    assert stranger.keys() & {"HTTP_COOKIE", "HTTP_SEC_GPC"} == set()
    assert refuser["HTTP_COOKIE"] == '__Host-cookie_consent="analytics=-1"'
    assert refuser["HTTP_SEC_GPC"] == "1"


class Ready:
    """Stands where the pages kept in memory are: keeps what a test says."""

    def __init__(self) -> None:
        self.headers = {"/": HEADERS, "/a/": [("Content-Type", "text/plain")]}

    def draw(self, environ):
        headers = self.headers.get(environ["PATH_INFO"])
        return (headers, b"drawn") if headers else None


@pytest.fixture
def drawn(monkeypatch):
    pages = [type("Page", (), {"path": path}) for path in ("/", "/a/", "/b/", "/")]
    monkeypatch.setattr("sens_site.wsgi.ready_pages", Ready())
    monkeypatch.setattr(published, "public_pages", lambda: iter(pages))
    monkeypatch.setattr(published, "kept_states", lambda: iter([STRANGER, REFUSER]))
    return draw_pages


def test_each_page_is_drawn_in_each_state_and_only_pages_that_may_be_kept(drawn):
    assert list(drawn()) == [
        Drawn(STRANGER, "/", HEADERS, b"drawn"), None, None,
        Drawn(REFUSER, "/", HEADERS, b"drawn"), None, None,
    ]  # fmt: skip


def test_nginx_is_told_nothing_where_nothing_is_published(settings):
    settings.TRUSTED_PROXY_COUNT = 1
    out = StringIO()
    call_command("nginx_conf", "--nginx-version=1.22.1", stdout=out)
    assert "published" not in out.getvalue()


def test_nginx_is_told_of_the_pages_before_it_asks_the_site(settings, drawn, monkeypatch):
    settings.TRUSTED_PROXY_COUNT, settings.PUBLISHED_ROOT = 1, "/srv/pages/"
    monkeypatch.setattr(published, "stamp_and_offer", lambda: "")
    out = StringIO()
    call_command("nginx_conf", "--nginx-version=1.22.1", stdout=out)
    text = out.getvalue()
    assert "root /srv/pages/live;" in text
    assert re.search(r"try_files /\$published_slot/.*@\$published_coding @site;", text)


def test_the_command_wants_a_folder(settings):
    with pytest.raises(CommandError, match="PUBLISHED_ROOT"):
        call_command("publish_pages")


def test_only_one_process_publishes_and_withdraws_at_its_end(settings, tmp_path, monkeypatch):
    settings.PUBLISHED_ROOT = str(tmp_path / "published")
    seen = []

    def run(self, publisher, end):
        publisher.pages.begin()
        publisher.pages.hold()
        seen.append(len(list((publisher.pages.root / "live").iterdir())))
        with pytest.raises(CommandError, match="Another process"):
            call_command("publish_pages")

    monkeypatch.setattr(publish_pages.Command, "run", run)
    monkeypatch.setattr(publish_pages, "ended", threading.Event)
    call_command("publish_pages")
    assert seen == [2]
    assert list((tmp_path / "published" / "live").iterdir()) == []


def test_pages_can_be_withdrawn_by_hand(settings, hand):
    settings.PUBLISHED_ROOT = str(hand.pages.root)
    hand.publisher.look()
    call_command("publish_pages", "--withdraw")
    assert list((hand.pages.root / "live").iterdir()) == []


def test_the_command_looks_until_it_is_asked_to_end(monkeypatch):
    looks = []
    handlers = {}
    monkeypatch.setattr(
        signal, "signal", lambda number, handler: handlers.update({number: handler})
    )
    end = publish_pages.ended()
    assert set(handlers) == {signal.SIGTERM, signal.SIGINT}

    class Looking:
        def look(self):
            looks.append(1)
            if len(looks) == 2:
                handlers[signal.SIGTERM](signal.SIGTERM, None)

    monkeypatch.setattr(publish_pages, "LOOK_SECONDS", 0)
    looking: Any = Looking()
    publish_pages.Command().run(looking, end)
    assert len(looks) == 2
