"""Laws that hold for every address of the resolver: who may POST, and that GET writes nothing."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from accounts.models import User
from tests.architecture.database import changed, fingerprint
from tests.architecture.routes import (
    WHO,
    Route,
    all_routes,
    asked_with,
    dealt,
    each,
    log_in_as,
    public_routes,
)
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db

EXEMPT = {"downloads/watch/<str:token>/", "newsletter/unsubscribe/<str:token>/"}
"""Patterns that are exempt from the same-origin check, as the request carries its own proof."""

FOREIGN = {  # by the header that tells
    "Sec-Fetch-Site": (
        {"sec-fetch-site": "cross-site", "origin": "https://evil.test"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "https://other.testserver"},
    ),
    "Origin": (
        {"origin": "null"},
        {"origin": "https://evil.test"},
        {"origin": "https://testserver:8443"},
        {"origin": "http://testserver"},
        {"origin": "https://testserver.evil.test"},
    ),
}
DATA = {
    "username": "ada", "email": "ada@customer.test", "login": "ada", "name": "Ada", "action": "all",
    "password": "plover-lantern-42-quiet", "password1": "plover-lantern-42-quiet",
    "message": "Please send me the manual.", "shown": "terms.2-privacy.3",
}  # fmt: skip


def test_only_named_routes_are_exempt_from_the_same_origin_check():
    exempt = {r.pattern for r in all_routes() if getattr(r.view, "csrf_exempt", False)}
    assert exempt == EXEMPT


def effects(who: str, sent: Iterable[tuple[Route, dict[str, str]]]) -> list[dict[str, Any]]:
    """Post as from elsewhere; return the answers that are no refusal, and what was written."""
    client = SiteClient(enforce_csrf_checks=True, raise_request_exception=False)
    log_in_as(client, who)
    before = fingerprint()
    taken = {
        f"{route.pattern} {headers}": status
        for route, headers in sent
        if route.pattern not in EXEMPT
        if (status := client.post(route.path, DATA, headers=headers).status_code) != 403
    }
    return [taken, changed(before, fingerprint())]


@pytest.mark.once
@pytest.mark.parametrize("who", WHO)
def test_a_post_that_another_site_may_have_started_is_refused_everywhere(who):
    assert effects(who, dealt(who, FOREIGN)) == [{}, {}]


@pytest.mark.exhaustive
@pytest.mark.parametrize("who", WHO)
def test_a_post_from_any_foreign_origin_is_refused_everywhere(who):
    assert effects(who, each(FOREIGN)) == [{}, {}]


@pytest.mark.once
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


@pytest.mark.once
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


def what_reading_does(who: str, method: str, routes: Iterable[Route]) -> list[Any]:
    """Ask routes; return what was written, what failed, which cookies a visitor was given."""
    client = SiteClient(raise_request_exception=False)
    log_in_as(client, who)
    if who != "visitor":
        client.get("/")
    wrote, failed, given = {}, {}, {}
    first = before = fingerprint()
    for route in routes:
        response = getattr(client, method)(route.path)
        after = fingerprint(since=before)
        differs = changed(before, after)
        if who == "staff":
            differs.pop("accounts_session", None)  # the admin puts its messages there
        if differs:
            wrote[route.pattern] = differs
        if response.status_code >= 500:
            failed[route.pattern] = response.status_code
        if who == "visitor" and response.cookies:
            given[route.pattern] = sorted(response.cookies)
            client.cookies.clear()
        before = after
    in_all = set(changed(first, fingerprint()))
    return [wrote, failed, given, in_all - ({"accounts_session"} if who == "staff" else set())]


NOTHING: list[Any] = [{}, {}, {}, set()]
READING = ["get", "head", "options", "trace"]


@pytest.mark.once
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("method", READING)
def test_a_request_that_only_reads_writes_nothing_and_gives_a_visitor_no_cookie(who, method):
    assert what_reading_does(who, method, asked_with(method, who)) == NOTHING


@pytest.mark.exhaustive
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("method", READING[1:])
def test_no_request_that_only_reads_writes_anything_whoever_asks(who, method):
    assert what_reading_does(who, method, all_routes()) == NOTHING


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
