"""Every page that menus and footer lead to: there, cookie-free, the same for all, and of one origin."""

import re
from functools import lru_cache
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pages.navigation import walk
from sens_site.errors import TEXTS, error_page
from tests.architecture import html, wsgi
from tests.client import SiteClient

NODES = tuple(walk())
PATHS = tuple(node.path for node in NODES)
# Log in and register are the same for all too, but the room that owns them says so or not.
SHARED = tuple(node.path for node in NODES if not node.path.startswith("/accounts/"))
VARY = {"Accept-Encoding", "Cookie", "Sec-GPC"}
OWN_SOURCES = {"'none'", "'self'"}
COLD_QUERIES = 8
SIGNED_IN_QUERIES = 3

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@lru_cache(maxsize=len(PATHS))
def seen(path: str) -> Any:
    """Return what a visitor without cookies is shown, asked for once in each process."""
    return SiteClient().get(path)


@lru_cache(maxsize=len(PATHS))
def read(path: str) -> html.Page:
    return html.parse(seen(path).content)


@lru_cache(maxsize=1000)
def status_of(path: str) -> int:
    return int(SiteClient().get(path).status_code)


def csp_sources(response) -> set[str]:
    """Return every source that the response's policy names."""
    policy = response.headers["Content-Security-Policy"]
    return {source for part in policy.split(";") for source in part.split()[1:]}


def vary(response) -> set[str]:
    return {name.strip() for name in response.headers.get("Vary", "").split(",")}


@pytest.mark.parametrize("path", PATHS)
def test_page_is_there_and_asks_nothing_of_the_visitor(path):
    response, page = seen(path), read(path)
    assert (response.status_code, dict(response.cookies)) == (200, {})
    assert page.foreign(settings.SITE_ORIGIN) == []
    assert csp_sources(response) == OWN_SOURCES
    assert page.inline == []
    assert [url for url in page.loads if urlpath(url).endswith(".js")] == []


def urlpath(url: str) -> str:
    return url.partition("?")[0]


@pytest.mark.alike("path")
@pytest.mark.parametrize("path", PATHS)
def test_page_is_well_formed(path):
    page = read(path)
    assert page.headings.count("h1") == 1
    assert page.headings[0] == "h1" or "h1" in page.headings
    assert [name for name in page.ids if page.ids.count(name) > 1] == []
    assert [name for name in page.fragments if name and name not in page.ids] == []


def test_titles_are_unique_and_name_the_company():
    titles = {path: read(path).title.strip() for path in PATHS}
    twice = {p: t for p, t in titles.items() if list(titles.values()).count(t) > 1}
    assert twice == {}
    assert [
        path for path, title in titles.items() if settings.COMPANY.short_name not in title
    ] == []


@pytest.mark.alike("path")
@pytest.mark.parametrize("path", PATHS)
def test_links_within_the_site_lead_somewhere(path):
    page = read(path)
    inside = {
        link.partition("#")[0].partition("?")[0]
        for link in page.links
        if link.startswith("/") and not link.startswith("/static/")
    }
    broken = {}
    for link in sorted(inside - {""} - set(PATHS)):
        status = status_of(link)
        if status not in (200, 302):
            broken[link] = status
    assert broken == {}


@pytest.mark.alike("path")
@pytest.mark.parametrize("path", SHARED)
def test_page_may_be_kept_by_those_who_share_a_cache_only_when_plain(client, path):
    plain = seen(path)
    chosen = client.get(path, headers={"cookie": f"{settings.COOKIE_CONSENT_NAME}=analytics=-1"})
    signal = client.get(path, headers={"sec-gpc": "1"})
    session = client.get(path, headers={"cookie": f"{settings.SESSION_COOKIE_NAME}=none"})
    assert [r.headers["Cache-Control"] for r in (plain, chosen, signal, session)] == [
        "public,no-cache",
        "private,no-cache",
        "public,no-cache",
        "private, no-store",
    ]
    assert [VARY - vary(r) for r in (plain, chosen, signal, session)] == [set()] * 4


@pytest.mark.alike("path")
@pytest.mark.parametrize("path", PATHS)
def test_page_is_the_same_bytes_for_two_visitors_at_two_times(path):
    with time_machine.travel("2026-03-02T16:00:00Z", tick=False):
        first = SiteClient().get(path, headers={"user-agent": "One", "accept-language": "en"})
    with time_machine.travel("2026-03-02T20:30:00Z", tick=False):
        second = SiteClient(REMOTE_ADDR="203.0.113.9").get(
            path,
            headers={"user-agent": "Two", "accept-language": "de", "referer": "https://x.test"},
        )
    assert first.content == second.content
    assert dict(first.headers) == dict(second.headers)


@pytest.mark.alike("path")
@pytest.mark.parametrize("path", PATHS)
def test_head_is_get_without_the_body(client, path):
    get, head = seen(path), client.head(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    ignored = {"Content-Length"}
    assert {k: v for k, v in head.headers.items() if k not in ignored} == {
        k: v for k, v in get.headers.items() if k not in ignored
    }


@pytest.mark.alike("path")
@pytest.mark.parametrize("path", SHARED)
def test_page_costs_no_query_once_it_is_kept(path):
    # The menu and the offer are read once for a process, whichever page comes first.
    wsgi.get(wsgi.fresh_application(), "/accessibility/")
    application = wsgi.fresh_application()
    with CaptureQueriesContext(
        connection,
    ) as cold:
        first = wsgi.get(application, path)
    with CaptureQueriesContext(connection) as warm:
        second = wsgi.get(application, path)
    assert (first.status, second.status) == ("200 OK", "200 OK")
    assert first.body == second.body
    assert len(warm) == 0
    assert len(cold) <= COLD_QUERIES, [query["sql"] for query in cold]


@pytest.mark.alike("path")
@pytest.mark.parametrize("path", SHARED)
def test_page_costs_a_signed_in_person_few_queries(signed_in, path):
    signed_in.get(path)
    with CaptureQueriesContext(connection) as queries:
        response = signed_in.get(path)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "private, no-store")
    assert len(queries) <= SIGNED_IN_QUERIES, [query["sql"] for query in queries]


def test_a_signed_in_person_sees_a_page_of_their_own_and_leaves_nothing_behind(person):
    application = wsgi.fresh_application()
    before = wsgi.get(application, "/")
    client = SiteClient()
    client.force_login(person)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    own = wsgi.get(application, "/", cookie=cookie)
    after = wsgi.get(application, "/")
    assert own.body != before.body
    assert after.body == before.body
    assert own.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("status", sorted(TEXTS))
def test_error_page_is_in_the_look_of_the_site_and_needs_no_database(
    rf, django_assert_num_queries, status
):
    with django_assert_num_queries(0):
        response = error_page(rf.get("/nowhere/"), status)
    page = html.parse(response.content)
    assert response.status_code == status
    assert page.headings.count("h1") == 1
    assert page.foreign(settings.SITE_ORIGIN) == []
    assert page.inline == []
    assert settings.COMPANY.short_name in page.title
    assert any(re.search(r"/static/css/site[^/]*\.css$", url) for url in page.loads)


BAD_REQUESTS: dict[int, dict[str, Any]] = {
    400: {"path": "/%00/"},
    403: {
        "path": "/cookies/choose/",
        "method": "POST",
        "headers": {"sec-fetch-site": "cross-site", "origin": "https://evil.test"},
    },
    404: {"path": "/nowhere/"},
    405: {"path": "/", "method": "DELETE", "headers": {"sec-fetch-site": "same-origin"}},
    413: {"path": "/contact/webmaster/", "method": "POST", "data": b"x" * 70_000},
    415: {
        "path": "/contact/webmaster/",
        "method": "POST",
        "data": b"name=Ada",
        "content_type": "application/x-www-form-urlencoded; charset=utf-16",
    },
}


@pytest.mark.parametrize("status", sorted(BAD_REQUESTS))
def test_an_answer_that_refuses_carries_the_same_laws_as_a_page(strict_client, status):
    request = {"method": "GET", **BAD_REQUESTS[status]}
    response = strict_client.generic(request.pop("method"), request.pop("path"), **request)
    page = html.parse(response.content)
    assert (response.status_code, dict(response.cookies)) == (status, {})
    assert response.headers["Cache-Control"] == "private, no-store"
    assert VARY - vary(response) == set()
    assert csp_sources(response) == OWN_SOURCES
    assert (page.foreign(settings.SITE_ORIGIN), page.headings.count("h1")) == ([], 1)
