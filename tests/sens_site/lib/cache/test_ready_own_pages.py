"""A person's own pages past the middleware: what Django would send, to this person and nobody else."""

import gzip
from collections.abc import Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpResponse
from django.urls import ResolverMatch

from accounts.models import User
from accounts.templatetags.account_tags import _paths
from sens_site.lib.cache import content_stamp, ready_own_pages
from sens_site.lib.cache.own_page import DRAWN, Drawn
from sens_site.lib.cache.ready_member_pages import PLACE
from sens_site.lib.cache.ready_own_pages import MIDDLEWARE, ReadyOwnPages
from sens_site.wsgi import ready_member_pages
from sens_site.wsgi import ready_own_pages as of_the_site
from tests.architecture import wsgi
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.people import as_if_proven, make_person
from tests.subject import make_subject

HEADERS = [("Cache-Control", "private, no-store"), ("Content-Length", "9"), ("X-Around", "1")]


class Site:
    """Django behind the wrapper, a view, and who is behind which session."""

    def __init__(self) -> None:
        self.state: str | None = "g"
        self.own = {"Content-Type": "text/html"}
        self.headers = HEADERS
        self.draws = True
        self.status = 200
        self.cookie = self.modified = self.fails = False
        self.by_django = self.asked = 0
        self.pages = ReadyOwnPages(self, introduce=self.introduce, ask=self.ask)
        self.match = ResolverMatch(self.view, (), {}, url_name="one", namespaces=["room"])

    def introduce(self, request: Any) -> str | None:
        if self.fails:
            raise ValueError
        request.session = self
        return self.state

    def ask(self, view: Any, request: Any) -> Any:
        assert request.resolver_match is self.match
        return view(request)

    def view(self, request: Any) -> HttpResponse:
        self.asked += 1
        response = HttpResponse(b"view", headers=self.own, status=self.status)
        if self.draws:
            request.META[DRAWN] = Drawn(self.match, self.state or "", dict(response.headers))
        if self.cookie:
            response.set_cookie("a", "b")
        return response

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        self.by_django += 1
        if self.draws:
            environ[DRAWN] = Drawn(self.match, self.state or "", dict(self.own))
        start("200 OK", self.headers)
        return [b"by Django"]

    def get(self, place: tuple[str, ...] | None = ("/", "host")) -> bytes:
        environ: dict[str, Any] = {}
        setup_testing_defaults(environ)
        if place:
            environ[PLACE] = place
        seen: list[Any] = []
        body = b"".join(self.pages(environ, lambda *answer: seen.append(answer)))
        ((status, headers),) = seen
        expected = self.headers if body == b"by Django" else [HEADERS[0], HEADERS[2], length(body)]
        assert (status, headers) == ("200 OK", expected)
        return body


def length(body: bytes) -> tuple[str, str]:
    return "Content-Length", str(len(body))


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(ready_own_pages, "give_connection_back", lambda: None)
    return Site()


@pytest.fixture
def known(site: Site) -> Site:
    assert [site.get(), site.get(), site.get()] == [b"by Django", b"view", b"view"]
    return site


def test_the_view_is_asked_once_django_has_answered_there(known: Site):
    assert (known.by_django, known.asked) == (1, 2)


@pytest.mark.parametrize("namespaces", [[], ["room"]])
def test_it_is_counted_by_the_view_and_the_room(site: Site, namespaces: list[str | None]):
    site.match = ResolverMatch(site.view, (), {}, url_name="one", namespaces=namespaces)
    assert [site.get(), site.get()] == [b"by Django", b"view"]


@pytest.mark.parametrize(
    "changes",
    [
        {"state": None}, {"state": "d"}, {"fails": True}, {"draws": False}, {"status": 303},
        {"own": {"Content-Type": "text/html", "X-More": "1"}}, {"cookie": True}, {"modified": True},
    ],
)  # fmt: skip
def test_whatever_is_not_as_usual_is_left_to_django(known: Site, changes: dict[str, Any]):
    vars(known).update(changes)
    assert known.get() == b"by Django"


def test_each_consent_state_is_learnt_by_itself(known: Site):
    known.state = "d"
    assert [known.get(), known.get()] == [b"by Django", b"view"]
    known.state = "g"
    assert known.get() == b"view"


@pytest.mark.parametrize("place", [None, ("/", "elsewhere")])
def test_another_place_or_none_is_led_to_django(known: Site, place: tuple[str, ...] | None):
    assert known.get(place) == b"by Django"


def test_a_change_of_content_has_it_asked_anew(known: Site):
    content_stamp._forget_here()
    assert [known.get(), known.get()] == [b"by Django", b"view"]


def test_with_anything_unknown_before_the_view_nothing_is_passed_by(site: Site):
    site.pages.keep = False
    assert [site.get(), site.get()] == [b"by Django"] * 2


@pytest.mark.parametrize("more", [("Set-Cookie", "a=b"), ("Clear-Site-Data", '"cache"')])
def test_what_says_more_than_a_page_is_not_learnt(site: Site, more: tuple[str, str]):
    site.headers = [*HEADERS, more]
    assert [site.get(), site.get()] == [b"by Django"] * 2


def test_memory_has_an_end(known: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ready_own_pages, "MOST_PLACES", 2)
    for path in ("/a/", "/b/", "/c/"):
        known.get((path,))
    assert set(known.pages._known) == {("/b/",), ("/c/",)}
    known.pages.forget()
    assert known.pages._known == {}


def test_it_is_known_of_all_middleware_what_it_does_to_an_own_page():
    """Whoever adds one says there why an own page need not pass it, or gives the short way up."""
    assert tuple(settings.MIDDLEWARE) == MIDDLEWARE


# --- the site itself ------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def short_way() -> Iterator[None]:
    """As a new process begins."""
    of_the_site.forget()
    yield
    of_the_site.forget()


def browser_of(user: User) -> SiteClient:
    browser = SiteClient()
    browser.force_login(user)
    as_if_proven(browser, user)
    return browser


def fetch(browser: SiteClient, path: str, **headers: str) -> Any:
    name = settings.SESSION_COOKIE_NAME
    cookie = f"{name}={browser.cookies[name].value}"
    sent = {"cookie": cookie, "accept_encoding": "identity", **headers}
    return wsgi.request(ready_member_pages, "GET", path, b"", sent, CONTENT_LENGTH="")


@pytest.fixture
def django_was_asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    application = of_the_site.application

    def count(environ: dict[str, Any], start: Any) -> Any:
        asked.append(environ["PATH_INFO"])
        return application(environ, start)

    monkeypatch.setattr(of_the_site, "application", count)
    return asked


@pytest.mark.django_db
@pytest.mark.parametrize("gpc", [{}, {"sec_gpc": "1"}])
def test_each_person_gets_of_every_own_page_what_django_sends(django_was_asked, gpc):
    first, second = browser_of(make_subject("marigold")), browser_of(make_person("bea"))
    for codes in Authenticator.objects.filter(type="recovery_codes"):
        codes.data["used_mask"] = 0
        codes.save()
    short = []
    for path in sorted(_paths().values()):
        learnt = fetch(first, path, **gpc)
        for browser in (first, second, first):
            django_was_asked.clear()
            answer = fetch(browser, path, **gpc)
            short += [] if django_was_asked else [path]
            of_the_site.keep = False
            whole = fetch(browser, path, **gpc)
            of_the_site.keep = True
            assert (answer.status, answer.body) == (whole.status, whole.body), path
            assert sorted(answer.headers) == sorted(whole.headers), path
        assert learnt.body == answer.body
    assert sorted(set(short)) == SHORT


SHORT = [
    "/accounts/", "/accounts/2fa/", "/accounts/data/", "/accounts/data/ask/",
    "/accounts/data/copy/", "/accounts/delete/", "/accounts/email/",
    "/accounts/passkey/", "/accounts/password/change/", "/accounts/profile/", "/accounts/sessions/",
    "/contact/messages/", "/newsletter/yours/",
]  # fmt: skip


@pytest.mark.django_db
def test_it_comes_compressed_as_from_django(signed_in):
    answers = [fetch(signed_in, "/accounts/profile/", accept_encoding="br, gzip") for _ in range(2)]
    plain = fetch(signed_in, "/accounts/profile/").body
    assert [gzip.decompress(one.body) for one in answers] == [plain, plain]


@pytest.mark.django_db
def test_a_session_that_ends_anywhere_ends_here_and_a_proof_that_is_old_is_asked_for_anew(
    person, signed_in, django_was_asked
):
    as_if_proven(signed_in, person)
    asked = [fetch(signed_in, "/accounts/data/ask/") for _ in range(2)]
    assert [one.status[:3] for one in asked] == ["200", "200"]
    session = signed_in.session
    session["account_authentication_methods"] = []
    session.save()
    assert fetch(signed_in, "/accounts/data/ask/").status[:3] == "303"
    assert [fetch(signed_in, "/accounts/profile/").status[:3] for _ in range(2)] == ["200", "200"]
    signed_in.post("/accounts/logout/", headers=SAME_ORIGIN)
    assert fetch(signed_in, "/accounts/profile/").status[:3] == "302"
