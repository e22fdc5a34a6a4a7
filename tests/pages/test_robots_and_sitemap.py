"""Fixed addresses that programs ask for."""

import datetime as dt
import struct
from xml.etree import ElementTree as ET

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from pages import models, services
from pages.models import Page
from pages.navigation import walk
from privacy.policy import public_pages as policy_pages
from sens_site.lib.cache.fragment_cache import forget_fragments
from sens_site.lib.public_pages import public_pages

pytestmark = pytest.mark.django_db

ORIGIN = settings.SITE_ORIGIN
XML = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(response):
    tree = ET.fromstring(response.content)  # noqa: S314 - our own answer
    return {
        url.findtext(f"{XML}loc"): url.findtext(f"{XML}lastmod") for url in tree.iter(f"{XML}url")
    }


def test_sitemap_names_every_page_worth_finding_under_our_origin(client: Client):
    response = client.get("/sitemap.xml", headers={"host": "testserver"})
    found = locations(response)
    tree = {ORIGIN + node.path for node in walk() if node.indexed}
    told = {ORIGIN + page.path for page in public_pages()}
    assert response["Content-Type"] == "application/xml"
    assert set(found) == tree | told
    assert {f"{ORIGIN}/privacy/v/1/", f"{ORIGIN}/news/", f"{ORIGIN}/cookies/"} <= set(found)
    assert f"{ORIGIN}/accounts/login/" not in found


def test_sitemap_does_not_repeat_the_host_of_the_request(client: Client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    response = client.get("/sitemap.xml", headers={"host": "evil.example"})
    assert response.status_code == 200
    assert b"evil.example" not in response.content


def test_sitemap_tells_when_staff_last_edited_a_page(client: Client):
    with time_machine.travel("2026-03-04T12:00:00Z", tick=False):
        services.edit_page("/about/", title="About", description="About.", body="Words.")
    dates = locations(client.get("/sitemap.xml"))
    assert dates[f"{ORIGIN}/about/"] == "2026-03-04"
    assert dates[f"{ORIGIN}/privacy/v/1/"] == "2020-07-17"


def lastmod_of(client: Client, path: str) -> str | None:
    return locations(client.get("/sitemap.xml"))[ORIGIN + path]


def test_a_shipped_text_is_dated_by_the_set_up_that_brought_it(client: Client, monkeypatch):
    Page.objects.update(shipped_digest="")
    assert lastmod_of(client, "/about/") is None
    with time_machine.travel("2026-03-04T12:00:00Z", tick=False):
        assert services.load_pages() > 0
    with time_machine.travel("2026-03-06T12:00:00Z", tick=False):
        assert services.load_pages() == 0
    assert lastmod_of(client, "/about/") == "2026-03-04"
    # Its file is another one now, and no set-up has seen that.
    monkeypatch.setattr(models, "digest_of", lambda path: "other")
    forget_fragments()
    assert lastmod_of(client, "/about/") is None


def test_a_shipped_text_that_stands_again_is_dated_by_that(client: Client):
    with time_machine.travel("2026-03-04T12:00:00Z", tick=False):
        Page.objects.update(shipped_digest="")
        services.load_pages()
    with time_machine.travel("2026-03-05T12:00:00Z", tick=False):
        services.edit_page("/about/", title="About", description="About.", body="Words.")
    with time_machine.travel("2026-03-06T12:00:00Z", tick=False):
        services.reset_page("/about/")
    assert lastmod_of(client, "/about/") == "2026-03-06"


def test_a_page_that_no_set_up_has_seen_has_no_date(client: Client):
    Page.objects.filter(path="/about/history/").delete()
    assert lastmod_of(client, "/about/history/") is None


def test_robots_may_read_what_is_public(client: Client):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /accounts/",
        "Allow: /accounts/login/",
        "Allow: /accounts/register/",
        f"Sitemap: {ORIGIN}/sitemap.xml",
    ]


@pytest.mark.parametrize("hour", [8, 20])
def test_security_txt_ends_within_a_year_and_stays_the_same_for_a_day(client: Client, hour):
    with time_machine.travel(dt.datetime(2026, 1, 10, hour, tzinfo=dt.UTC), tick=False):
        response = client.get("/.well-known/security.txt")
    lines = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert lines == {
        "Contact": f"{ORIGIN}/contact/webmaster/",
        "Expires": "2026-07-09T00:00:00Z",
        "Preferred-Languages": "en",
        "Canonical": f"{ORIGIN}/.well-known/security.txt",
    }


def test_favicon_is_the_icon(client: Client):
    response = client.get("/favicon.ico")
    assert response["Content-Type"] == "image/svg+xml"
    assert response.content == (settings.CONTENT_DIR / "static/img/icon.svg").read_bytes()


def test_a_phone_finds_its_picture(client: Client):
    response = client.get("/apple-touch-icon.png")
    assert response["Content-Type"] == "image/png"
    assert response.content == (settings.CONTENT_DIR / "static/img/icon.png").read_bytes()


def test_who_shares_a_link_finds_its_picture(client: Client):
    page = client.get("/about/").text
    assert f'<meta property="og:image" content="{ORIGIN}/share.png">' in page
    response = client.get("/share.png")
    assert response["Content-Type"] == "image/png"
    assert response.content == (settings.CONTENT_DIR / "static/img/share.png").read_bytes()
    assert struct.unpack(">II", response.content[16:24]) == (1200, 630)


@pytest.mark.parametrize(
    "path",
    [
        "/sitemap.xml",
        "/robots.txt",
        "/.well-known/security.txt",
        "/favicon.ico",
        "/apple-touch-icon.png",
        "/share.png",
    ],
)
def test_they_are_shared_and_need_no_cookie(client: Client, path):
    response = client.get(path)
    assert (response.status_code, list(response.cookies)) == (200, [])
    assert response["Cache-Control"] == "public,no-cache"


def test_a_policy_that_is_not_published_yet_has_no_date_in_the_sitemap(client, monkeypatch):
    legal = f"{ORIGIN}/legal/"
    assert locations(client.get("/sitemap.xml"))[legal] is not None
    monkeypatch.setattr(policy_pages, "TERMS", "not-yet")
    assert locations(client.get("/sitemap.xml"))[legal] is None
