"""What readers get at the addresses of the policies."""

import json
import re

import brotli
import pytest
from django.conf import settings

from pages.tree import live_tree
from privacy.policy.models import PolicyVersion
from privacy.policy.services import seal_and_publish
from sens_site.lib.deploy.static_storage import as_sent
from tests.privacy.policy.pages import flat


def test_policy_shows_the_version_in_force(client, policy: PolicyVersion):
    response = client.get("/privacy/")
    page = flat(response.content.decode())
    assert response.status_code == 200
    assert (
        flat(
            '<p class="label">Last updated: <time datetime="2026-10-24">October 24, 2026</time>. '
            'In effect from <time datetime="2026-11-24">November 24, 2026</time>.'
        )
        in page
    )
    assert flat('<h2 id="how-we-use-information">How we use information</h2>') in page
    assert flat('<a href="#how-we-use-information">How we use information</a>') in page
    assert flat('href="/privacy/history/"') in page
    assert "{promise:" not in page
    assert re.findall(r"<h1>(.*?)</h1>", page) == ["Privacy policy"]


def test_one_date_stands_in_page_header_and_data_for_machines(client, policy: PolicyVersion):
    response = client.get("/privacy/")
    page = flat(response.content.decode())
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)[0])
    assert data["dateModified"] == policy.last_updated.isoformat() == "2026-10-24"
    assert data["version"] == "3"
    assert response.headers["Last-Modified"] == "Sat, 24 Oct 2026 06:00:00 GMT"


def test_the_policy_ends_with_the_form_to_the_webmaster(client, db):
    assert b'action="/contact/webmaster/"' in client.get("/privacy/").content
    assert b'action="/contact/webmaster/"' not in client.get("/privacy/v/1/").content
    assert b'action="/contact/webmaster/"' not in client.get("/legal/").content


def test_an_earlier_version_says_so(client, db):
    page = flat(client.get("/privacy/v/1/").content.decode())
    assert flat("<strong>This is an earlier version.</strong>") in page
    assert (
        flat(
            'Today <a href="/privacy/">version 3</a> applies; '
            '<a href="/privacy/compare/1/3/">see what changed</a>.'
        )
        in page
    )


def test_an_upcoming_version_is_linked_and_readable(client, make_draft):
    version = seal_and_publish(make_draft(), by=None)
    day = f"{version.effective_on:%B} {version.effective_on.day}, {version.effective_on.year}"
    line = f'From {day} this changes: <a href="/privacy/v/4/">read version 4</a>.'
    assert flat(line) in flat(client.get("/privacy/").content.decode())
    later = flat(client.get("/privacy/v/4/").content.decode())
    assert flat("<strong>This version is not in force yet.</strong>") in later


def test_history_lists_every_version_newest_first(client, make_draft):
    seal_and_publish(make_draft(), by=None)
    page = flat(client.get("/privacy/history/").content.decode())
    states = re.findall(r"<dt>State</dt><dd>(.*?)</dd>", page)
    assert re.findall(r'<h2 id="v(\d)">', page) == ["4", "3", "2", "1"]
    assert "Version 3 says what this website does today." in page
    assert "Our own visit statistics: what is stored" not in page
    assert states == ["Posted, not yet in force", "In force", "Superseded", "Superseded"]


@pytest.mark.parametrize(
    "path",
    ["/privacy/v/9/", "/privacy/v/0/", "/privacy/v/01/", "/privacy/v/9999999999/", "/legal/v/3/"],
)
def test_no_such_version_is_a_404_in_the_site_look(client, db, path: str):
    response = client.get(path)
    assert response.status_code == 404
    assert b"Page not found" in response.content


def test_what_is_not_posted_yet_is_nowhere(client, make_draft):
    from datetime import timedelta

    from django.utils import timezone

    seal_and_publish(make_draft(post_on=timezone.localdate() + timedelta(days=2)), by=None)
    assert client.get("/privacy/v/4/").status_code == 404
    assert b"version 4" not in client.get("/privacy/").content
    assert b"Version 4" not in client.get("/privacy/history/").content


def test_terms_are_published_in_the_same_way(client, db):
    page = flat(client.get("/legal/").content.decode())
    assert re.findall(r"<h1>(.*?)</h1>", page) == ["Terms and conditions"]
    assert flat('href="/legal/history/"') in page
    assert client.get("/legal/v/1/").status_code == 200
    assert b"Version 1" in client.get("/legal/history/").content


@pytest.mark.parametrize("path", ["/privacy/", "/privacy/history/", "/privacy/v/1/", "/legal/"])
def test_a_cold_page_costs_two_queries_at_most_and_sets_no_cookie(
    client, menu_read, path: str, django_assert_max_num_queries
):
    with django_assert_max_num_queries(2):
        response = client.get(path)
    assert (response.status_code, dict(response.cookies)) == (200, {})
    assert response.headers["Cache-Control"] == "public,no-cache"


def test_queries_do_not_grow_with_versions(client, make_draft, django_assert_num_queries):
    for n in range(3):
        seal_and_publish(make_draft(source_text=f"Text {n}."), by=None)
    live_tree()
    with django_assert_num_queries(1):
        client.get("/privacy/history/")
    with django_assert_num_queries(2):
        client.get("/privacy/")


def test_the_policy_fits_its_budget(client, db):
    page = client.get("/privacy/").content
    source = (settings.BASE_DIR / "static" / "css" / "site.css").read_text()
    style = as_sent("css/site.css", source).encode()
    assert len(brotli.compress(page)) + len(brotli.compress(style)) <= 14_000
