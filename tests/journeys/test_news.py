"""An announcement from the first draft to the archive, as visitors, news readers and programs see it."""

from datetime import timedelta

import feedparser
import pytest
import time_machine
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.roles import load_roles
from news.models import NewsCategory, NewsItem
from tests.client import SiteClient
from tests.factories.people import make_staff
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

ADD = "/admin/news/newsitem/add/"


def editor(name: str) -> SiteClient:
    load_roles()
    user = make_staff(name, is_superuser=False)
    user.groups.add(Group.objects.get(name="Editor"))
    client = SiteClient()
    client.force_login(user)
    return client


def seen(client: SiteClient, path: str) -> dict[str, bool]:
    """Where the announcement is found."""
    return {
        "page": client.get(path).status_code == 200,
        "list": "Open house" in client.get("/news/").text,
        "archive": "Open house" in client.get(path[: len("/news/2026/")]).text,
        "feed": "Open house" in [e.title for e in _entries(client)],
        "site map": path in client.get("/sitemap.xml").text,
        "markdown": client.get(f"{path[:-1]}.md").status_code == 200,
        "llms.txt": "Open house" in client.get("/llms.txt").text,
    }


def _entries(client: SiteClient) -> list:
    return feedparser.parse(client.get("/news/feed.atom").content).entries


def test_an_announcement_is_drafted_planned_read_ended_and_kept(client):
    now = timezone.now()
    mine, colleague = editor("first"), editor("second")
    mine.post("/admin/news/newscategory/add/", {"name": "Trade", "slug": "trade"})
    said = {
        "slug": "open-house", "category": NewsCategory.objects.get(slug="trade").pk,
        "documents": "/contact/ How to reach us", "title": "Open house",
        "description": "Come and see.", "body": "Doors open at nine.\n", "when": "draft",
    }  # fmt: skip
    mine.post(ADD, said)
    item = NewsItem.objects.get(slug="open-house")
    assert item.published_at is None

    text = item.revisions.all()[0]
    tomorrow = timezone.localtime(now) + timedelta(days=1)
    step = f"/admin/news/newsrevision/{text.pk}/publish/"
    assert colleague.fill_in(step, {"at": f"{tomorrow:%Y-%m-%dT%H:%M}"}).status_code == 303
    path = f"/news/{tomorrow.year}/open-house/"
    nowhere = dict.fromkeys(seen(client, path), False)
    assert seen(client, path) == nowhere

    with time_machine.travel(now + timedelta(days=2)):
        assert seen(client, path) == dict.fromkeys(nowhere, True)
        assert read(client.get(path)).texts("time")[0].endswith(str(tomorrow.year))
        assert client.get(f"{path[:-1]}.md").text.endswith("- [How to reach us](/contact/)\n")
        item.refresh_from_db()
        soon = timezone.localtime() + timedelta(hours=1)
        step = f"/admin/news/newsitem/{item.pk}/expiry/"
        ended = editor("third").fill_in(step, {"expires_at": f"{soon:%Y-%m-%dT%H:%M}"})
        assert ended.status_code == 303
    with time_machine.travel(now + timedelta(days=3)):
        over = {**dict.fromkeys(nowhere, True), "list": False, "feed": False}
        assert seen(client, path) == over
        assert editor("fourth").post(f"/admin/news/newsitem/{item.pk}/delete/").status_code == 403
