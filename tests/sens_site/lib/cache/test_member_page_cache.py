"""Pages that are kept for members: alike for all of them, and nobody's."""

import gzip
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from pages.navigation import walk
from sens_site.lib.cache import member_page_cache
from sens_site.lib.cache.member_page_cache import alike_for_members, alike_for_members_by
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db


def member_request(user):
    request: Any = RequestFactory().get("/some/page/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "a"
    request.user, request.session = user, {}
    return request


@pytest.fixture
def drawn():
    return []


@pytest.fixture
def ask(drawn, settings):
    """Return a function that sends a member's request to a view and counts its drawings."""

    def send(user, view=None, **changes):
        request = RequestFactory().get("/some/page/", **changes.pop("extra", {}))
        request.COOKIES[settings.SESSION_COOKIE_NAME] = "a"
        request.user, request.session = user, changes.pop("session", {})

        def plain(request):
            drawn.append(request.user)
            return HttpResponse(b"<p>page</p>" * 50)

        kept.setdefault(view, alike_for_members(view or plain))
        return kept[view](request)

    kept: dict = {}
    return send


def test_drawn_once_for_nobody(ask, drawn):
    first, second = make_person("ada"), make_person("bea")
    assert ask(first).content == ask(second).content
    assert [type(user).__name__ for user in drawn] == ["Nobody"]


def test_a_template_that_asks_for_a_person_finds_nobody(ask):
    def view(request):
        return HttpResponse(f"Hello {getattr(request.user, 'name', '')}")

    person = make_person(name="Marigold Unmistakable")
    assert ask(person, view).content == b"Hello "


def test_a_view_that_looks_at_the_session_fails_before_anything_is_kept(ask):
    def view(request):
        return HttpResponse(request.session.get("secret"))

    with pytest.raises(RuntimeError, match="may not look at the session"):
        ask(make_person(), view)


def test_waiting_messages_are_shown(ask, drawn):
    person = make_person()
    ask(person, session={"_messages": "one"})
    assert drawn == [person]


def test_a_notice_for_one_person_is_drawn_for_that_person(ask, drawn, monkeypatch):
    person, other = make_person("ada"), make_person("bea")
    monkeypatch.setattr(member_page_cache, "_personal_notices", [lambda r: r.user == person])
    ask(person)
    ask(other)
    assert [getattr(user, "pk", None) for user in drawn] == [person.pk, None]


def test_a_search_is_never_kept(ask, drawn):
    person = make_person()
    ask(person, extra={"QUERY_STRING": "q=1"})
    assert drawn == [person]


@pytest.mark.parametrize("fault", ["status", "cookie"])
def test_only_plain_pages_are_kept(ask, drawn, fault):
    def view(request):
        drawn.append(request.user)
        response = HttpResponse(b"x", status=404 if fault == "status" else 200)
        if fault == "cookie":
            response.set_cookie("a", "b")
        return response

    person = make_person()
    ask(person, view)
    assert drawn[-1] == person


def test_members_see_their_links_and_messages_on_a_real_page(client):
    person = make_person()
    client.force_login(person)
    page = client.get("/products/").content.decode()
    assert ('href="/accounts/"' in page, person.email in page) == (True, False)
    assert client.get("/products/").content.decode() == page


def test_two_members_get_the_same_bytes_of_every_page(client):
    other = type(client)()
    client.force_login(make_person(name="Marigold Unmistakable"))
    other.force_login(make_person("bea", name="Thistle Unmistakable"))
    paths = [node.path for node in walk() if not node.path.startswith(("/accounts/", "/contact/"))]
    assert [client.get(p).content == other.get(p).content for p in paths] == [True] * len(paths)


def test_of_two_kinds_of_members_each_has_its_page_and_both_are_nobodys(ask, drawn):
    @alike_for_members_by(early=lambda request: request.user.name == "Early")
    def view(request, *, early):
        drawn.append(request.user)
        return HttpResponse(f"{early} {getattr(request.user, 'name', '')}".encode())

    people = [make_person(name, name=name.title()) for name in ("early", "late", "later")]
    told = [view(member_request(person)).content for person in (*people, *people)]
    assert told == [b"True ", b"False ", b"False "] * 2
    assert [type(user).__name__ for user in drawn] == ["Nobody"] * 2


def test_a_page_of_two_kinds_is_kept_by_django_alone():
    """What is given out before Django knows the state of a member, and no other answer."""
    request = member_request(make_person())
    alike_for_members_by(early=lambda request: True)(lambda request, early: HttpResponse())(request)
    assert member_page_cache.DRAWN_FOR not in request.META


def test_a_kept_page_is_sent_gzipped_to_whoever_takes_it(ask, drawn):
    person = make_person()
    plain, packed = (
        ask(person, extra={"HTTP_ACCEPT_ENCODING": taken}) for taken in ("identity", "gzip")
    )
    assert len(drawn) == 1
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
