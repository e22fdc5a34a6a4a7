"""Every address of the room, as the resolver knows it: no cookie, no write, no open door."""

from types import SimpleNamespace
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, reverse

from accounts.models import Session
from outbox.models import OutboxMail
from tests.accounts.conftest import REGISTRATION
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.people import PASSWORD

EVIL = (
    "https://evil.test/",
    "//evil.test/",
    "/\\evil.test/",
    "https:evil.test",
    "javascript:alert(1)",
    "https://testserver@evil.test/",
    "https://testserver.evil.test/",
    "\x00//evil.test",
    "http://[bad",
    "%2F%2Fevil.test",
)


def _patterns(resolver, before="/accounts/"):
    for pattern in resolver.url_patterns:
        text = before + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, text)
        else:
            yield SimpleNamespace(name=pattern.name, text=text)


def _addresses():
    (room,) = [
        r
        for r in get_resolver().url_patterns
        if isinstance(r, URLResolver) and str(r.pattern) == "accounts/"
    ]
    for found in _patterns(room):
        path = found.text
        for name, value in {
            r"(?P<key>[-:\w]+)": "MQ:1xV8A8:-djzE7mPAwWbsx",
            r"(?P<onward>[-\w/]+)": "downloads/guide",
            r"(?P<uidb36>[0-9A-Za-z]+)": "1",
            r"(?P<key>[-0-9A-Za-z]+)": "set-password",
            "<str:reference>": "0" * 32,
            "<str:token>": "0" * 32,
            "<int:pk>": "1",
        }.items():
            path = path.replace(name, value)
        yield path


pytestmark = pytest.mark.once
ADDRESSES = sorted(set(_addresses()))
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


def test_there_are_addresses():
    assert len(ADDRESSES) == 39
    assert not [a for a in ADDRESSES if "(" in a or "<" in a]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_visitor_gets_no_cookie_and_writes_nothing(client, path, method):
    with CaptureQueriesContext(connection) as queries:
        response = getattr(client, method)(path)
    assert response.status_code in (200, 302, 404, 405)
    assert response.cookies == {}
    assert [q["sql"] for q in queries if q["sql"].startswith(WRITES)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ADDRESSES)
def test_a_page_for_everyone_is_the_same_bytes_and_says_so(client, path):
    first, second = client.get(path), SiteClient().get(path)
    if (
        first.status_code == 200
        and not path.endswith("set-password/")
        and "confirm-email/M" not in path
    ):
        assert first.headers["Cache-Control"] == "public,no-cache"
        assert "Expires" not in first.headers
        assert first.content == second.content
    else:
        assert "no-store" in first.headers["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_no_header_turns_a_page_into_something_else(client, accept):
    response = client.get(
        "/accounts/login/", headers={"accept": accept, "x-requested-with": "XMLHttpRequest"}
    )
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"<!doctype html>" in response.content[:100].lower()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ADDRESSES)
def test_a_signed_in_get_writes_nothing(proven, path):
    with CaptureQueriesContext(connection) as queries:
        response = proven.get(path)
    assert response.status_code in (200, 302, 404, 405)
    assert [q["sql"] for q in queries if q["sql"].startswith(WRITES)] == []
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.alike("path")
@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("origin", ["cross-site", "same-site"])
def test_another_site_cannot_post(person, path, origin):
    client = SiteClient(enforce_csrf_checks=True)
    client.force_login(person)
    before = person.password, Session.objects.count(), OutboxMail.objects.count()
    response = client.post(
        path, REGISTRATION, headers={"sec-fetch-site": origin, "origin": "https://evil.test"}
    )
    person.refresh_from_db()
    assert response.status_code == 403
    assert (person.password, Session.objects.count(), OutboxMail.objects.count()) == before


@pytest.mark.django_db
@pytest.mark.alike("target")
@pytest.mark.parametrize("target", EVIL)
def test_next_never_leads_to_another_site(person, target):
    client = SiteClient()
    page = client.get("/accounts/login/", {"next": target})
    assert page.status_code == 200
    response = client.post(
        "/accounts/login/?" + page.request["QUERY_STRING"],
        {"login": person.username, "password": PASSWORD, "next": target},
    )
    left = client.post("/accounts/logout/", {"next": target})
    for answer in (response, left):
        assert answer.status_code == 303
        landed = urlsplit(urljoin("https://testserver/accounts/login/", answer.headers["Location"]))
        assert (landed.scheme, landed.netloc) == ("https", "testserver")


@pytest.mark.django_db
def test_next_leads_on_inside_the_site(client, person):
    response = client.post(
        "/accounts/login/?next=/accounts/data/", {"login": "ada", "password": PASSWORD}
    )
    assert (response.status_code, response.url) == (303, "/accounts/data/")


@pytest.mark.django_db
def test_page_with_a_query_is_nobody_elses(client):
    response = client.get("/accounts/login/?next=/accounts/data/")
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("account_signup", "/accounts/register/"),
        ("account_login", "/accounts/login/"),
        ("accounts:profile", "/accounts/profile/"),
        ("accounts:data", "/accounts/data/"),
        ("accounts:delete", "/accounts/delete/"),
        ("accounts:sessions", "/accounts/sessions/"),
        ("mfa_index", "/accounts/2fa/"),
    ],
)
def test_names_and_addresses_that_others_rely_on(name, path):
    assert reverse(name) == path


@pytest.mark.django_db
def test_room_itself_leads_a_stranger_to_the_login():
    assert SiteClient().get("/accounts/").headers["Location"] == "/accounts/login/?next=/accounts/"


@pytest.mark.django_db
def test_a_form_from_our_own_page_is_taken(person):
    client = SiteClient(enforce_csrf_checks=True)
    response = client.post(
        "/accounts/login/", {"login": "ada", "password": PASSWORD}, headers=SAME_ORIGIN
    )
    assert response.status_code == 303


def test_password_managers_find_the_page_that_changes_the_password(client):
    answer = client.get("/.well-known/change-password")
    assert (answer.status_code, answer.url) == (302, "/accounts/password/change/")
    assert dict(answer.cookies) == {}
