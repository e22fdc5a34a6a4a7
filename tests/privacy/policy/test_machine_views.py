"""What machines get: records, text, feed, log, list, comparisons, days."""

import datetime as dt
import json

import feedparser
import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from privacy.policy.chain import record_of
from privacy.policy.models import PolicyVersion
from privacy.policy.services import seal_and_publish, withdraw_version
from privacy.policy.verification import read_anchors
from tests.privacy.policy.pages import flat

DAY = dt.timedelta(days=1)


def test_the_record_is_served_as_it_is_hashed(client, policy: PolicyVersion):
    response = client.get("/privacy/v/3.json")
    assert response.headers["Content-Type"] == "application/json"
    assert json.loads(response.content) == {"hash": policy.hash, "record": record_of(policy)}


def test_the_text_carries_no_marks(client, policy: PolicyVersion):
    text = client.get("/privacy/v/3.txt").content.decode()
    assert text.startswith(
        "Privacy policy\nVersion 3 (material)\nLast updated: 2026-10-24\n"
        f"In effect from: 2026-11-24\nAddress: {settings.SITE_ORIGIN}/privacy/v/3/\n"
        f"SHA-256: {policy.hash}\n\n{settings.COMPANY.short_name} (“we”, “us”) is"
    )
    assert "{promise:" not in text


def test_what_restates_an_older_text_says_so_wherever_it_is_read(client, db):
    said = (
        "This text restates, in plainer English, the privacy policy that the website had in 2020. "
        "It is not the wording of 2020."
    )
    assert flat(f'<p class="notice">{said}</p>') in flat(
        client.get("/privacy/v/1/").content.decode()
    )
    assert flat(f"<dt>About this text</dt><dd>{said}</dd>") in flat(
        client.get("/privacy/history/").content.decode()
    )
    assert f"\n{said}\n\n" in client.get("/privacy/v/1.txt").content.decode()
    assert json.loads(client.get("/privacy/v/1.json").content)["record"]["origin"] == said
    listed = json.loads(client.get("/privacy/list.json").content)["versions"]
    assert [version["origin"] for version in listed] == ["", "", said]
    for path in ("/privacy/", "/privacy/v/2/", "/privacy/v/3/", "/privacy/v/3.txt"):
        assert "restates" not in client.get(path).content.decode()


def test_the_log_is_an_anchor_file(client, db):
    log = client.get("/privacy/log.txt").content.decode()
    versions = PolicyVersion.objects.of("privacy")
    assert read_anchors(log.splitlines()) == {("privacy", v.number): v.hash for v in versions}
    assert [line.split()[1] for line in log.splitlines()] == ["1", "2", "3"]


def test_the_feed_is_valid_and_its_entries_never_change(client, policy: PolicyVersion):
    response = client.get("/privacy/feed.atom")
    feed = feedparser.parse(response.content)
    assert (feed.bozo, feed.version, feed.feed.updated) == (
        False,
        "atom10",
        "2026-10-24T06:00:00+00:00",
    )
    assert feed.feed.id == f"tag:{settings.SITE_HOST},2020:privacy"
    assert [(e.id, e.updated, e.link) for e in feed.entries] == [
        (
            f"tag:{settings.SITE_HOST},2020:privacy/v/3",
            "2026-10-24T06:00:00+00:00",
            f"{settings.SITE_ORIGIN}/privacy/v/3/",
        ),
        (
            f"tag:{settings.SITE_HOST},2020:privacy/v/2",
            "2026-10-20T06:00:00+00:00",
            f"{settings.SITE_ORIGIN}/privacy/v/2/",
        ),
        (
            f"tag:{settings.SITE_HOST},2020:privacy/v/1",
            "2020-07-17T06:00:00+00:00",
            f"{settings.SITE_ORIGIN}/privacy/v/1/",
        ),
    ]
    assert policy.hash in feed.entries[0].summary
    assert client.get("/privacy/feed.atom").content == response.content


def test_the_list_names_every_version_and_the_one_in_force(client, db):
    data = json.loads(client.get("/privacy/list.json").content)
    assert (data["policy"], data["in_force"]) == ("privacy", 3)
    assert [v["number"] for v in data["versions"]] == [3, 2, 1]
    assert data["versions"][0]["record"] == f"{settings.SITE_ORIGIN}/privacy/v/3.json"


def test_page_data_feed_list_and_sitemap_give_one_date(client, policy: PolicyVersion):
    day = policy.last_updated.isoformat()
    feed = feedparser.parse(client.get("/privacy/feed.atom").content)
    data = json.loads(client.get("/privacy/list.json").content)
    page = flat(client.get("/privacy/").content.decode())
    assert flat(f'Last updated: <time datetime="{day}">') in page
    assert flat(f'"dateModified":"{day}"') in page
    assert feed.entries[0].updated.startswith(day)
    assert data["versions"][0]["posted_on"] == day
    sitemap = flat(client.get("/sitemap.xml").content.decode())
    assert f"<loc>{settings.SITE_ORIGIN}/privacy/</loc><lastmod>{day}" in sitemap
    assert json.loads(client.get("/privacy/v/3.json").content)["record"]["posted_on"] == day


@pytest.mark.parametrize(
    ("day", "number"),
    [("2020-07-17", 1), ("2026-11-19", 1), ("2026-11-20", 2), ("2026-11-24", 3)],
)
def test_a_day_shows_what_applied_on_it(client, db, day: str, number: int):
    page = flat(client.get(f"/privacy/on/{day}/").content.decode())
    assert flat(f'<a href="/privacy/v/{number}/">version {number}</a>.</p>') in page
    assert flat(f'<link rel="canonical" href="{settings.SITE_ORIGIN}/privacy/v/{number}/">') in page


@pytest.mark.parametrize("day", ["2020-07-16", "2026-02-30", "2026-1-1", "x", "0000-01-01"])
def test_a_day_without_a_version_is_a_404(client, db, day: str):
    assert client.get(f"/privacy/on/{day}/").status_code == 404


@pytest.mark.parametrize(
    ("query", "status", "target"),
    [
        ("on/?day=2026-11-20", 302, "/privacy/on/2026-11-20/"),
        ("on/?day=", 404, None),
        ("on/?day=20261120x", 404, None),
        ("on/", 404, None),
        ("compare/?old=1&new=2", 302, "/privacy/compare/1/2/"),
        ("compare/?old=1", 404, None),
        ("compare/?old=1&new=9", 404, None),
        ("compare/?old=1&new=%00", 404, None),
    ],
)
def test_forms_lead_to_addresses(client, db, query: str, status: int, target: str | None):
    response = client.get(f"/privacy/{query}")
    assert (response.status_code, response.headers.get("Location")) == (status, target)


def test_a_comparison_counts_and_shows_changes(client, db):
    page = flat(client.get("/privacy/compare/1/2/").content.decode())
    text = client.get("/privacy/compare/1/2.txt").content.decode()
    assert flat("<h1>What changed from version 1 to version 2</h1>") in page
    assert flat("What changed: privacy policy, version 1 to 2") in page
    assert text.startswith(
        "Privacy policy: from version 1 (2020-07-17) to version 2 (2026-10-20)\n"
    )
    assert "[-AdWords-]" in text
    assert flat('<h2 id="summary">Summary</h2><p>Version 2 mends eleven places') in page
    assert flat("New besides: the banner names each group") in page
    assert "{promise:" not in page + text


def test_versions_that_do_not_follow_each_other_are_compared_without_a_summary(client, db):
    assert "Summary" not in client.get("/privacy/compare/1/3/").content.decode()


def test_a_version_compared_with_itself_is_the_same(client, db):
    page = flat(client.get("/privacy/compare/2/2/").content.decode())
    assert flat("The two texts are the same.") in page


@pytest.mark.parametrize(
    "path", ["compare/1/9/", "compare/9/1.txt", "v/9.json", "v/9.txt", "v/0.json"]
)
def test_what_is_not_there_is_a_404(client, db, path: str):
    assert client.get(f"/privacy/{path}").status_code == 404


def test_a_withdrawn_version_is_in_the_log_alone(client, make_draft):
    today = timezone.localdate()
    waiting = seal_and_publish(make_draft(post_on=today + 2 * DAY), by=None)
    assert b"privacy 4" not in client.get("/privacy/log.txt").content
    withdraw_version(waiting, by=None, reason="Wrong annex.")
    seal_and_publish(make_draft(source_text="Another."), by=None)
    assert waiting.hash in client.get("/privacy/log.txt").content.decode()
    assert client.get("/privacy/v/4/").status_code == 404
    assert [
        v["number"] for v in json.loads(client.get("/privacy/list.json").content)["versions"]
    ] == [
        5,
        3,
        2,
        1,
    ]


@pytest.mark.parametrize(
    "path", ["", "history/", "v/1/", "on/2026-11-20/", "compare/1/2/", "list.json"]
)
def test_a_cold_answer_costs_two_queries_at_most(
    client, menu_read, path: str, django_assert_max_num_queries
):
    with django_assert_max_num_queries(2):
        response = client.get(f"/privacy/{path}")
    assert response.headers["Cache-Control"] == "public,no-cache"


def test_history_comes_in_pages(client, make_draft, monkeypatch):
    from privacy.policy import views

    monkeypatch.setattr(views, "HISTORY_PAGE", 2)
    with time_machine.travel(timezone.now() + 5 * DAY):
        seal_and_publish(make_draft(), by=None)
        first = flat(client.get("/privacy/history/").content.decode())
        second = flat(client.get("/privacy/history/?before=3").content.decode())
    assert ('id="v4"' in first, 'id="v3"' in first, 'id="v2"' in first) == (True, True, False)
    assert '<a href="?before=3">Older versions</a>' in first
    assert ('id="v3"' in second, 'id="v2"' in second, 'id="v1"' in second) == (False, True, True)
    assert client.get("/privacy/history/?before=x").status_code == 404
