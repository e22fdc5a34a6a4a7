"""Bad input gets a clear page (law 9): a 4xx in the site's look, input kept, nothing half-written."""

from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import caches

from sens_site.wsgi import application
from tests import content
from tests.architecture import html, wsgi
from tests.architecture.database import changed, fingerprint
from tests.architecture.routes import WHO, Route, all_routes, dealt, each, log_in_as
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.people import PASSWORD, make_person
from tests.journeys import hostile

pytestmark = pytest.mark.django_db

DEALT = 4
"""Each route is tried with two of the eight odd methods, neighbours with different ones."""
OUR_HOST = urlsplit(settings.SITE_ORIGIN).netloc


def a_browser() -> SiteClient:
    return SiteClient(enforce_csrf_checks=True, raise_request_exception=False)


def in_our_look(response) -> bool:
    page = html.parse(response.content)
    return (
        page.headings.count("h1") == 1
        and settings.COMPANY.short_name in page.title
        and "/" in page.links
    )


def send(client: SiteClient, path: str, body: bytes, content_type: str):
    return client.generic("POST", path, body, content_type=content_type, headers=SAME_ORIGIN)


@pytest.mark.parametrize("path", sorted(hostile.FORMS))
def test_a_form_refuses_a_bad_body_in_a_clear_page_and_writes_nothing(path):
    bodies = hostile.bodies(hostile.FORMS[path])
    faults = sorted(set(bodies) - set(hostile.MAY_BE_TAKEN))
    if path == "/cookies/choose/":  # its first field is a fixed word
        faults = sorted({*faults} - {"invalid UTF-8", "NUL", "lone surrogate"})
    first = before = fingerprint()
    wrong = {}
    for fault in faults:
        body, content_type = bodies[fault]
        content.forget_caches()
        caches["default"].clear()  # no body is refused because others came before
        response = send(a_browser(), path, body, content_type)
        after = fingerprint(since=before)
        seen = (400 <= response.status_code < 500, in_our_look(response), dict(response.cookies))
        if (*seen, changed(before, after)) != (True, True, {}, {}):
            wrong[fault] = (response.status_code, *seen, changed(before, after))
        before = after
    assert len(faults) >= 18
    assert wrong == {}
    assert changed(first, fingerprint()) == {}


@pytest.mark.alike("fault")
@pytest.mark.parametrize("path", sorted(hostile.FORMS))
@pytest.mark.parametrize("fault", sorted(hostile.MAY_BE_TAKEN))
def test_a_form_never_fails_over_a_strange_body(path, fault):
    body, content_type = hostile.bodies(hostile.FORMS[path])[fault]
    assert send(a_browser(), path, body, content_type).status_code < 500


@pytest.mark.parametrize("path", hostile.FORMS_THAT_SHOW_AGAIN)
def test_a_form_with_a_fault_keeps_what_was_typed_but_never_a_password(path):
    data = {name: f"Zq{name}Zq, too wrong" for name in hostile.FORMS[path]}
    body = hostile.encoded(data | {"email": "Zqemail Zq"} if "email" in data else data)
    response = send(a_browser(), path, body, hostile.URLENCODED)
    text = response.content.decode()
    kept = {name for name in data if f"Zq{name}Zq" in text or f"Zq{name} Zq" in text}
    assert response.status_code == 422
    # The page writes `shown` itself; a choice that is none of those offered cannot stay chosen.
    typed = {name for name in data if not name.startswith(("password", "kind", "shown"))}
    assert kept == typed


def not_refused(method: str, routes: Iterable[Route]) -> list[dict[str, object]]:
    """Ask routes with a method; return the answers that refuse nothing, and what was written."""
    client = a_browser()
    before = fingerprint()
    answers = {
        route.pattern: client.generic(method, route.path, headers=SAME_ORIGIN).status_code
        for route in routes
    }
    wrong: dict[str, object] = {p: s for p, s in answers.items() if not (300 <= s < 500)}
    return [wrong, dict(changed(before, fingerprint()))]


@pytest.mark.alike("method")
@pytest.mark.once
@pytest.mark.parametrize("method", hostile.METHODS)
def test_an_odd_method_is_refused_wherever_it_is_tried(method):
    turn = hostile.METHODS.index(method)
    assert not_refused(method, all_routes()[turn % DEALT :: DEALT]) == [{}, {}]


@pytest.mark.exhaustive
@pytest.mark.parametrize("method", hostile.METHODS)
def test_an_odd_method_is_refused_at_every_address(method):
    assert not_refused(method, all_routes()) == [{}, {}]


@pytest.mark.parametrize("path", hostile.PATHS)
def test_an_odd_address_is_answered_calmly(path):
    response = a_browser().generic("GET", path)
    assert response.status_code in (200, 301, 302, 400, 404, 405)
    if response.status_code >= 400 and not path.startswith("/static/"):
        assert in_our_look(response)
    if response.status_code in (301, 302):
        assert urlsplit(response.headers["Location"]).netloc in ("", OUR_HOST)
        assert not response.headers["Location"].startswith("//")
    assert b"SECRET_KEY" not in response.content
    assert dict(response.cookies) == {}


def failures(who: str, asked: Iterable[tuple[Route, str]]) -> dict[str, int]:
    """Ask for addresses with queries; return those that end in a 5xx."""
    client = a_browser()
    log_in_as(client, who)
    failed = {}
    for route, query in asked:
        status = client.generic("GET", route.path, QUERY_STRING=query).status_code
        if status >= 500:
            failed[f"{route.path}?{query[:40]}"] = status
    return failed


@pytest.mark.parametrize("who", WHO)
def test_no_kind_of_query_makes_any_address_fail(who):
    assert failures(who, dealt(who, hostile.QUERIES)) == {}


@pytest.mark.exhaustive
@pytest.mark.parametrize("who", WHO)
def test_no_query_makes_any_address_fail(who):
    assert failures(who, each(hostile.QUERIES)) == {}


@pytest.mark.parametrize("path", ["/", "/privacy/", "/cookies/", "/accounts/login/", "/nowhere/"])
def test_a_forged_cookie_is_as_good_as_none(path):
    first = fingerprint()
    expected = a_browser().get(path).status_code
    wrong = {}
    for written in hostile.COOKIES:
        cookie = written.format(
            consent=settings.COOKIE_CONSENT_NAME, session=settings.SESSION_COOKIE_NAME
        )
        response = a_browser().get(path, headers={"cookie": cookie})
        set_anew = {name: m["max-age"] for name, m in response.cookies.items() if m["max-age"] != 0}
        if (response.status_code, set_anew) != (expected, {}):
            wrong[cookie[:60]] = (response.status_code, set_anew)
    assert wrong == {}
    assert changed(first, fingerprint()) == {}


def leads_away(location: str) -> bool:
    """Tell whether a browser that follows this leaves our origin."""
    as_browser = "".join(c for c in location if c not in "\t\r\n").replace("\\", "/").strip()
    parts = urlsplit(as_browser)
    if parts.scheme or parts.netloc:
        return f"{parts.scheme}://{parts.netloc}" != settings.SITE_ORIGIN
    return as_browser.startswith("//")


@pytest.mark.alike("number")
@pytest.mark.parametrize("number", range(len(hostile.OPEN_REDIRECTS)))
def test_next_never_leads_away(number):
    target = hostile.OPEN_REDIRECTS[number]
    make_person()
    client = a_browser()
    log_in = {"login": "ada", "password": PASSWORD, "next": target}
    answers = {
        "choose": client.post(
            "/cookies/choose/", {"choice": "reject", "next": target}, headers=SAME_ORIGIN
        ),
        "log in": client.post("/accounts/login/", log_in, headers=SAME_ORIGIN),
        "log in again": client.get("/accounts/login/", {"next": target}),
        "register": client.get("/accounts/register/", {"next": target}),
        "log out": client.post("/accounts/logout/", {"next": target}, headers=SAME_ORIGIN),
    }
    away = {
        name: response.headers["Location"]
        for name, response in answers.items()
        if leads_away(response.headers.get("Location", ""))
    }
    failed = {name: r.status_code for name, r in answers.items() if r.status_code >= 500}
    assert (away, failed) == ({}, {})


def test_the_redirect_check_itself_sees_what_leads_away():
    assert [leads_away(t) for t in ("//evil.test", "/\\evil.test", "\t//evil.test", "/x")] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("host", ["evil.test", "testserver:x", "", "a b", "testserver.evil.test"])
def test_a_foreign_host_is_refused(host):
    response = a_browser().get("/", headers={"host": host})
    assert response.status_code == 400
    assert b"evil.test" not in response.content


@pytest.mark.alike("charset")
@pytest.mark.parametrize("path", ["/", "/privacy/", "/cookies/", "/admin/", "/no-such-page/"])
@pytest.mark.parametrize(
    "charset", ["zip", "rot13", "hex", "idna", "punycode", "klingon", "utf-16"]
)
def test_a_charset_that_is_none_is_a_page_even_with_a_query(path, charset):
    answer = wsgi.request(
        application, "GET", path, b"", {},
        QUERY_STRING="a=b%ff", CONTENT_TYPE=f"x/x; charset={charset}",
    )  # fmt: skip
    assert (answer.status[:3], html.parse(answer.body).headings.count("h1")) == ("415", 1)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_body_of_unknown_length_is_refused_and_not_taken_for_an_empty_one():
    answer = a_browser().generic(
        "POST",
        "/contact/webmaster/",
        headers={**SAME_ORIGIN, "transfer-encoding": "chunked"},
        CONTENT_LENGTH="",
    )
    assert (answer.status_code, in_our_look(answer)) == (411, True)
