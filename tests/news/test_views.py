"""Announcements as visitors and news readers get them."""

from datetime import timedelta

import feedparser
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news import services
from news.models import NewsItem
from pages.tree import live_tree
from sens_site.lib.texts import Text
from tests.news.making import announce, category, moment
from tests.pages.reading import read, structured

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("menu_read")]


@pytest.fixture(autouse=True)
def _no_shipped_news():
    NewsItem.objects.all().delete()


def headings(client, path: str) -> list[str]:
    elements = read(client.get(path)).elements
    return [e.text for e in elements if e.name == "h2" and "main" in [a.name for a in e.above]]


def test_what_is_news_is_listed_newest_first(client):
    announce("older", at=moment("2026-03-04T10:00"))
    announce("newer", at=moment("2026-03-05T10:00"))
    announce("draft", publish_at=None)
    announce("planned", at=timezone.now() + timedelta(hours=1))
    page = read(client.get("/news/"))
    assert page.texts("h1") == ["News"]
    assert headings(client, "/news/") == ["By year", "By subject", "Follow", "Newer", "Older"]
    assert page.texts("time") == ["March 5, 2026", "March 4, 2026"]


def test_a_site_without_news_says_so(client):
    response = client.get("/news/")
    assert response.status_code == 200
    assert "There is no news yet." in read(response).texts("p")
    assert client.get("/news/feed.atom").status_code == 404


def test_what_is_over_leaves_the_list_and_stays_in_the_archive_with_its_date(client):
    item = announce("trade-show", at=moment("2025-12-31T23:30"))
    NewsItem.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert "Trade-show" not in headings(client, "/news/")
    assert headings(client, "/news/2025/") == ["Trade-show"]
    assert headings(client, "/news/categories/products/") == ["Trade-show"]
    page = read(client.get("/news/2025/trade-show/"))
    assert (page.texts("h1"), page.texts("time")) == (["Trade-show"], ["December 31, 2025"])
    notices = [e.text for e in page.elements if e.matches("p.notice")]
    assert "It stays here as a record." in " ".join(notices)
    services.set_hidden(item, hidden=True)
    assert [client.get(path).status_code for path in ("/news/2025/", item.get_absolute_url())] == [
        404,
        404,
    ]


def test_an_announcement_is_at_the_address_of_its_year_alone(client):
    announce("manuals", at=moment("2026-03-04T10:00"))
    assert client.get("/news/2026/manuals/").status_code == 200
    assert client.get("/news/2025/manuals/").status_code == 404
    assert client.get("/news/2026/other/").status_code == 404
    assert client.get("/news/categories/none/").status_code == 404


def test_related_documents_are_linked_by_number_or_address(client):
    documents = "/privacy/history/ All versions\n\nA-1 User manual\nB-2\n/legal/"
    announce("manuals", at=moment("2026-03-04T10:00"), documents=documents)
    page = read(client.get("/news/2026/manuals/"))
    links = {e.text: e.attributes["href"] for e in page.elements if e.name == "a"}
    assert (links["All versions"], links["User manual (A-1)"], links["B-2"], links["/legal/"]) == (
        "/privacy/history/", "/downloads/A-1/", "/downloads/B-2/", "/legal/",
    )  # fmt: skip


def test_machines_are_told_that_it_is_news(client):
    item = announce("manuals", at=moment("2026-03-04T10:00"))
    services.save_text(item, text=Text("Two", "Two.", "Two.\n"), publish_at=timezone.now())
    told = structured(client.get("/news/2026/manuals/"))["NewsArticle"]
    assert (told["headline"], told["datePublished"]) == ("Two", "2026-03-04T10:00:00-07:00")
    assert told["dateModified"] > told["datePublished"]
    assert told["url"] == f"{settings.SITE_ORIGIN}/news/2026/manuals/"


def test_a_long_list_has_pages(client):
    for number in range(21):
        announce(f"item-{number:02}", at=moment(f"2026-03-{number + 1:02}T10:00"))
    first, second = headings(client, "/news/2026/"), headings(client, "/news/2026/?page=2")
    assert (len(first), first[0], second) == (20, "Item-20", ["Item-00"])
    page = read(client.get("/news/?page=2"))
    assert page.texts("title") == [f"News, page 2 - {settings.COMPANY.short_name}"]


@pytest.mark.parametrize("number", ["0", "3", "-1", "x", "1e3", "٣", "99999999999999999999"])
def test_a_page_that_is_none_is_not_found(client, number):
    announce("item")
    assert client.get(f"/news/?page={number}").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("path", "queries"), [("/news/", 5), ("/news/2026/", 2)])
def test_a_list_costs_the_same_whatever_is_on_it(client, count, path, queries):
    for number in range(count):
        announce(f"item-{number}", at=moment("2026-03-04T10:00"), category=category(f"C{number}"))
    live_tree()
    with CaptureQueriesContext(connection) as counted:
        assert len(headings(client, path)) >= count
    assert len(counted) == queries, [one["sql"] for one in counted]


def test_the_feed_names_each_by_an_id_that_stays(client):
    item = announce("manuals", at=moment("2026-03-04T10:00"))
    first = feedparser.parse(client.get("/news/feed.atom").content)
    assert (first.bozo, len(first.entries)) == (False, 1)
    services.save_text(item, text=Text("Two", "Two.", "**Two.**\n"), publish_at=timezone.now())
    (entry,) = feedparser.parse(client.get("/news/feed.atom").content).entries
    assert entry.id == first.entries[0].id == "tag:testserver,2026-03-04:news/manuals"
    assert (entry.title, entry.link) == ("Two", f"{settings.SITE_ORIGIN}/news/2026/manuals/")
    assert (entry.published, entry.tags[0].term) == (first.entries[0].published, "Products")
    assert entry.updated > entry.published
    assert "<strong>Two.</strong>" in entry.summary
