"""Laws that hold for every address of the resolver: who may POST, and that GET writes nothing."""

from contextlib import suppress

import pytest
from django.conf import settings
from django.db import transaction

from accounts.models import User
from tests.architecture.database import changed, fingerprint
from tests.architecture.routes import all_routes, public_routes
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db

EXEMPT: set[str] = set()
"""Patterns that are exempt from the same-origin check, as the request carries its own proof."""

FOREIGN = {
    "cross-site": {"sec-fetch-site": "cross-site", "origin": "https://evil.test"},
    "cross-site, no origin": {"sec-fetch-site": "cross-site"},
    "same-site": {"sec-fetch-site": "same-site", "origin": "https://other.testserver"},
    "origin null": {"origin": "null"},
    "origin evil": {"origin": "https://evil.test"},
    "origin of another port": {"origin": "https://testserver:8443"},
    "origin in clear": {"origin": "http://testserver"},
    "origin that begins like ours": {"origin": "https://testserver.evil.test"},
}
DATA = {
    "username": "ada", "email": "ada@customer.test", "login": "ada", "name": "Ada", "action": "all",
    "password": "plover-lantern-42-quiet", "password1": "plover-lantern-42-quiet",
    "message": "Please send me the manual.", "shown": "terms.1-privacy.2",
}  # fmt: skip


def test_only_named_routes_are_exempt_from_the_same_origin_check():
    exempt = {r.pattern for r in all_routes() if getattr(r.view, "csrf_exempt", False)}
    assert exempt == EXEMPT


@pytest.mark.parametrize("origin", sorted(FOREIGN))
@pytest.mark.parametrize("who", ["visitor", "customer", "staff"])
def test_a_post_that_another_site_may_have_started_is_refused_everywhere(origin, who):
    client = SiteClient(enforce_csrf_checks=True, raise_request_exception=False)
    if who != "visitor":
        client.force_login(make_person() if who == "customer" else make_staff())
    before = fingerprint()
    answers = {
        route.pattern: client.post(route.path, DATA, headers=FOREIGN[origin]).status_code
        for route in all_routes()
        if route.pattern not in EXEMPT
    }
    assert {pattern: status for pattern, status in answers.items() if status != 403} == {}
    assert changed(before, fingerprint()) == {}


def test_a_post_with_a_session_but_no_word_on_its_origin_is_refused_everywhere(person):
    client = SiteClient(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(person)
    before = fingerprint()
    answers = {
        route.pattern: client.post(route.path, DATA).status_code
        for route in all_routes()
        if route.pattern not in EXEMPT
    }
    assert {pattern: status for pattern, status in answers.items() if status != 403} == {}
    assert changed(before, fingerprint()) == {}


def test_a_post_from_a_page_of_ours_is_not_refused_for_its_origin():
    client = SiteClient(enforce_csrf_checks=True, raise_request_exception=False)
    answers = {
        route.pattern: client.post(route.path, {}, headers=SAME_ORIGIN).status_code
        for route in public_routes()
    }
    assert {pattern for pattern, status in answers.items() if status == 403} == set()


def test_the_fingerprint_itself_sees_a_row_that_is_written_changed_or_rolled_back():
    before = fingerprint()
    assert fingerprint(since=before) == before
    user = make_person()
    written = fingerprint(since=before)
    User.objects.filter(pk=user.pk).update(company="Engines")
    altered = fingerprint(since=written)
    with suppress(ZeroDivisionError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(company="None")
        raise ZeroDivisionError
    assert "accounts_user" in changed(before, written)
    assert set(changed(written, altered)) == {"accounts_user"}
    assert changed(altered, fingerprint(since=altered)) == {}


@pytest.mark.parametrize("who", ["visitor", "customer", "staff"])
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_request_that_only_reads_writes_nothing(who, method):
    client = SiteClient(raise_request_exception=False)
    if who != "visitor":
        client.force_login(make_person() if who == "customer" else make_staff())
        client.get("/")
    wrote, failed = {}, {}
    before = fingerprint()
    for route in all_routes():
        status = getattr(client, method)(route.path).status_code
        after = fingerprint(since=before)
        differs = changed(before, after)
        if who == "staff":
            differs.pop("accounts_session", None)  # the admin puts its messages there
        if differs:
            wrote[route.pattern] = differs
        if status >= 500:
            failed[route.pattern] = status
        before = after
    assert (wrote, failed) == ({}, {})


@pytest.mark.parametrize("method", ["get", "head", "options", "trace"])
def test_a_visitor_who_only_reads_is_given_no_cookie(method):
    given = {}
    for route in all_routes():
        client = SiteClient(raise_request_exception=False)
        response = getattr(client, method)(route.path)
        if response.cookies:
            given[route.pattern] = sorted(response.cookies)
    assert given == {}


def test_a_forged_session_cookie_is_no_session_and_is_not_answered_with_one(client):
    answers = {}
    for value in ("", "x", "0" * 32, "../../etc/passwd", "é" * 10, "a" * 3000):
        client.cookies.clear()
        response = client.get("/", headers={"cookie": f"{settings.SESSION_COOKIE_NAME}={value}"})
        cookies = {name: morsel["max-age"] for name, morsel in response.cookies.items()}
        answers[value[:20]] = (response.status_code, cookies)
    # Django deletes a session cookie that names no session: an expiry, never a new one.
    allowed: tuple[dict[str, int], ...] = ({}, {settings.SESSION_COOKIE_NAME: 0})
    assert {v: a for v, a in answers.items() if a[0] != 200 or a[1] not in allowed} == {}
    assert User.objects.count() == 0
