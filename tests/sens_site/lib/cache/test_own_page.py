"""A person's own pages are the bytes of their whole templates, and no kept frame knows the person."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.messages import SUCCESS
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import MessageEncoder
from django.http import HttpRequest
from django.template import Context, Engine

from accounts.models import User
from accounts.templatetags.account_tags import OWN_PAGES, _paths
from privacy.consent.decision import decision_of
from sens_site.lib.cache import own_page as tested
from sens_site.lib.cache.fragment_cache import forget_fragments
from sens_site.lib.http.gzip_pieces import KeptPiece
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.people import as_if_proven, make_person
from tests.subject import make_subject

pytestmark = pytest.mark.django_db
# A copy of all data is planned anew for each look, and the page of it is the same mechanism.
PATHS = sorted(set(_paths().values()) | {"/accounts/passkey/add/", "/accounts/2fa/app/off/"})
NAMES = ("Marigold", "marigold", "engines", "Analyst", "7946", "customer.test")


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    forget_fragments()
    yield
    forget_fragments()


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The frames that have been made."""
    made: list[str] = []
    draw = tested._draw_frame

    def remember(*args: Any, **kwargs: Any) -> Any:
        frame = draw(*args, **kwargs)
        made.append("".join(one.plain.decode() for one in frame if isinstance(one, KeptPiece)))
        return frame

    monkeypatch.setattr(tested, "_draw_frame", remember)
    return made


def browser_of(user: User) -> SiteClient:
    browser = SiteClient()
    browser.force_login(user)
    as_if_proven(browser, user)
    return browser


def whole(browser: SiteClient, path: str, monkeypatch: pytest.MonkeyPatch, **headers: Any) -> bytes:
    with monkeypatch.context() as patch:
        patch.setattr(tested, "_has_frame", lambda request: False)
        return browser.get(path, **headers).content


def test_the_pages_are_those_of_the_navigation():
    assert {name for _, pages in OWN_PAGES for name, _ in pages} == set(_paths())


@pytest.mark.parametrize("headers", [{}, {"headers": {"Sec-GPC": "1"}}])
def test_every_own_page_is_its_whole_template_byte_for_byte_for_each_person(
    monkeypatch, frames, headers
):
    first, second = make_subject("marigold"), make_person("bea", company="<b>&", name='Bea "B" <i>')
    codes = Authenticator.objects.get(user=first)
    codes.data["used_mask"] = 0
    codes.save()
    drawn: dict[str, list[bytes]] = {}
    for user in (first, second, first):
        browser = browser_of(user)
        for path in PATHS:
            response = browser.get(path, **headers)
            drawn.setdefault(path, []).append(response.content)
            if response.status_code == 200:
                assert response.content == whole(browser, path, monkeypatch, **headers), path
                assert response.headers["Cache-Control"] == "private, no-store"
    assert len(frames) >= 10
    assert [name for name in NAMES for frame in frames if name in frame] == []
    assert b"Marigold Byron" in drawn["/accounts/profile/"][0]


def test_one_frame_serves_all_persons(frames):
    for name in ("ada", "bea", "cleo"):
        assert name.encode() in browser_of(make_person(name)).get("/accounts/profile/").content
    assert len(frames) == 1


def test_each_answer_about_cookies_has_a_frame_of_its_own(frames, monkeypatch, signed_in):
    for path in ("/accounts/sessions/", "/accounts/profile/"):  # without a field, and with
        asked = signed_in.get(path).content
        answered = signed_in.get(path, headers={"Sec-GPC": "1"}).content
        assert asked != answered
    assert len(frames) == 4


@pytest.mark.parametrize("way", ["query", "post", "message", "debug", "notice", "services"])
def test_what_is_said_but_once_takes_the_way_through_the_whole_template(
    way, frames, monkeypatch, settings, signed_in
):
    if way == "message":
        session = signed_in.session
        session["_messages"] = json.dumps([Message(SUCCESS, "Only for you")], cls=MessageEncoder)
        session.save()
    if way == "debug":
        settings.DEBUG = True
    if way == "notice":
        monkeypatch.setattr(
            "sens_site.lib.cache.member_page_cache._personal_notices", [lambda request: True]
        )
    if way == "services":
        monkeypatch.setattr("privacy.consent.middleware.services_on", lambda *_: ("one",))
        monkeypatch.setattr("privacy.consent.enforcement.tags_of", lambda *_: ())
        monkeypatch.setattr("privacy.consent.middleware.enforce", lambda *_: None)
        monkeypatch.setattr(
            "privacy.consent.middleware.let_act",
            lambda request, services: setattr(request, "consent_services", services),
        )
    if way == "post":
        response = signed_in.post("/accounts/profile/", {"name": "a" * 500}, headers=SAME_ORIGIN)
    else:
        query = "?a=b" if way == "query" else ""
        response = signed_in.get(f"/accounts/profile/{query}")
    assert (response.status_code, frames) == (422 if way == "post" else 200, [])
    assert ("Only for you" in response.content.decode()) == (way == "message")


def test_frames_are_kept_up_to_a_number(frames, monkeypatch, signed_in):
    monkeypatch.setattr(tested, "MOST_FRAMES", 1)
    for gpc in ("0", "1", "0"):
        signed_in.get("/accounts/sessions/", headers={"Sec-GPC": gpc})
    assert len(frames) == 3


def test_it_comes_compressed_to_whoever_takes_that(signed_in):
    plain = signed_in.get("/accounts/profile/")
    packed = signed_in.get("/accounts/profile/", headers={"Accept-Encoding": "br, gzip"})
    assert gzip.decompress(packed.content) == plain.content
    assert (packed.headers["Content-Encoding"], "Content-Encoding" in plain.headers) == (
        "gzip",
        False,
    )
    assert len(packed.content) < len(plain.content) / 2
    lengths = {
        len(signed_in.get("/accounts/profile/", headers={"Accept-Encoding": "gzip"}).content)
        for _ in range(9)
    }
    assert len(lengths) > 1


def test_the_request_for_the_frame_has_nothing_of_the_person(rf, person, settings):
    request = rf.get("/accounts/profile/?a=b", headers={"User-Agent": "Unmistakable"})
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "a secret key"
    request.user, request.session = person, {"note": "secret"}
    request.consent = decision_of(request)
    anybody = tested._nobodys(request)
    assert "secret" not in repr(vars(anybody))
    assert (anybody.META, anybody.user.is_authenticated, hasattr(anybody.user, "pk")) == (
        {},
        True,
        False,
    )
    with pytest.raises(RuntimeError):
        anybody.session.get("note")


def test_templates_meet_the_person_itself(monkeypatch, signed_in, person):
    met = []
    draw = tested._draw_parts

    def look(page, context, request):
        met.append(context["user"])
        return draw(page, context, request)

    monkeypatch.setattr(tested, "_draw_parts", look)
    signed_in.get("/accounts/profile/")
    assert [(type(one), one) for one in met] == [(User, person)]


def test_a_page_that_puts_something_into_the_session_is_not_offered_to_be_repeated(
    monkeypatch, signed_in
):
    seen = signed_in.get("/accounts/profile/").wsgi_request.META
    drawn = tested._draw_parts

    def noting(page: Any, known: Any, request: Any) -> Any:
        request.session["noted"] = True
        return drawn(page, known, request)

    monkeypatch.setattr(tested, "_draw_parts", noting)
    noted = signed_in.get("/accounts/profile/").wsgi_request.META
    assert (tested.DRAWN in seen, tested.DRAWN in noted) == (True, False)


def test_a_part_finds_what_context_processors_tell_and_asks_none_without_need(rf, monkeypatch):
    asked: list[str] = []

    def processor(request: HttpRequest) -> dict[str, str]:
        asked.append(request.path)
        return {"told": "late"}

    engine = Engine()
    monkeypatch.setitem(vars(engine), "template_context_processors", (processor,))
    late = tested.AskedLate(rf.get("/accounts/"), engine)
    context = Context({"given": "early"})
    context.dicts.insert(1, late)
    assert (context["given"], asked) == ("early", [])
    assert ("told" in context, context["told"], len(late)) == (True, "late", 1)
    assert (context.flatten()["told"], asked) == ("late", ["/accounts/"])
