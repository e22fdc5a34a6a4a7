"""The archive: every issue that was sent stays readable, with what the check of its mail found."""

from datetime import UTC, datetime, timedelta

import feedparser
import pytest

from newsletter.models import Issue
from newsletter.search_sources import entries, pages
from tests.client import SiteClient

pytestmark = pytest.mark.django_db
START = datetime(2026, 5, 1, 16, tzinfo=UTC)
FOUND = {
    "bytes": 9000, "links": 3, "own_links": 2, "remote_references": 0, "tracking_links": 0,
}  # fmt: skip


@pytest.fixture
def sent(topic):
    """Make issues that were sent, a day apart."""

    def make(count: int) -> list[Issue]:
        made = [
            Issue.objects.create(
                title=f"Issue {number} <b>", slug=f"issue-{number}", summary=f"About {number}.",
                body="Read **this**.\n\n![A charger](/files/charger.jpg)\n\n<script>x</script>",
                state="sent", started_at=START + timedelta(days=number), findings=FOUND,
            )
            for number in range(count)
        ]  # fmt: skip
        for issue in made:
            issue.topics.set([topic])
        return made

    return make


def text_of(response):
    return " ".join(response.content.decode().split())


def test_an_empty_archive_says_so():
    response = SiteClient().get("/newsletter/issues/")
    assert "No issue has been sent yet." in text_of(response)
    assert response.headers["Cache-Control"] == "public,no-cache"
    feed = feedparser.parse(SiteClient().get("/newsletter/issues/feed.atom").content)
    assert (feed.bozo, feed.entries) == (False, [])


def test_an_issue_is_shown_with_what_the_check_found(sent):
    sent(1)
    response = SiteClient().get("/newsletter/issues/issue-0/")
    shown = text_of(response)
    assert "<h1>Issue 0 &lt;b&gt;</h1>" in shown
    assert "Read <strong>this</strong>." in shown
    assert '<a href="/files/charger.jpg">Picture: A charger</a>' in shown
    assert "<script>x" not in shown
    assert "<dt>Remote references</dt> <dd>0</dd> <dt>Tracking links</dt> <dd>0</dd>" in shown
    assert "<dd>3</dd>" in shown
    assert "Engine starting." in shown
    assert response.cookies == {}


@pytest.mark.parametrize("state", ["draft", "scheduled"])
def test_what_is_not_sent_yet_is_found_by_nobody(issue, state):
    if state == "scheduled":
        Issue.objects.filter(pk=issue.pk).update(state=state, scheduled_at=START)
    client = SiteClient()
    assert client.get("/newsletter/issues/spring/").status_code == 404
    assert "Spring" not in text_of(client.get("/newsletter/issues/"))
    assert "Spring" not in text_of(client.get("/newsletter/issues/feed.atom"))
    assert list(entries()) == []


@pytest.mark.parametrize("state", ["sending", "paused", "stopped", "sent"])
def test_what_readers_may_have_stands_in_the_archive(sent, state):
    sent(1)
    Issue.objects.update(state=state)
    assert SiteClient().get("/newsletter/issues/issue-0/").status_code == 200


def test_the_list_goes_on_page_by_page(sent):
    made = sent(21)
    first = text_of(SiteClient().get("/newsletter/issues/"))
    assert first.index("Issue 20") < first.index("Issue 19")
    assert "issue-0/" not in first
    assert f"?before={made[1].pk}" in first
    second = text_of(SiteClient().get(f"/newsletter/issues/?before={made[1].pk}"))
    assert second.count('<h2><a href="/newsletter/issues/') == 1
    assert "issue-0/" in second
    assert "Older issues" not in second


@pytest.mark.parametrize("before", ["x", "0", "-1", "9" * 30, "²", "1 OR 1=1"])
def test_a_made_up_page_is_no_page(sent, before):
    sent(1)
    assert SiteClient().get("/newsletter/issues/", {"before": before}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    sent, count, django_assert_num_queries, menu_read
):
    sent(count)
    with django_assert_num_queries(1):
        assert SiteClient().get("/newsletter/issues/").status_code == 200


def test_the_feed_has_names_that_stay(sent):
    (issue,) = sent(1)
    response = SiteClient().get("/newsletter/issues/feed.atom")
    feed = feedparser.parse(response.content)
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert not feed.bozo
    (entry,) = feed.entries
    assert entry.id == f"tag:testserver,2026:newsletter/{issue.pk}"
    assert entry.link == "https://testserver/newsletter/issues/issue-0/"
    assert entry.updated == "2026-05-01T16:00:00+00:00"
    assert entry.summary == "About 0."


def test_search_and_lists_of_pages_find_what_is_public(sent):
    sent(2)
    found = list(entries())
    assert [(one.path, one.title, one.description) for one in found] == [
        ("/newsletter/issues/issue-1/", "Issue 1 <b>", "About 1."),
        ("/newsletter/issues/issue-0/", "Issue 0 <b>", "About 0."),
    ]
    assert "Read this." in found[0].text
    assert found[0].changed_on is not None
    listed = list(pages())
    assert [one.path for one in listed] == [
        "/newsletter/issues/", "/newsletter/issues/issue-1/", "/newsletter/issues/issue-0/",
    ]  # fmt: skip
    assert listed[0].changed_at == START + timedelta(days=1)
    assert "- [Issue 1 <b>](/newsletter/issues/issue-1/): About 1." in listed[0].markdown()
    assert listed[1].markdown().startswith("# Issue 1 <b>\n\nAbout 1.\n\nRead **this**.")
    assert "[Picture: A charger](/files/charger.jpg)" in listed[2].markdown()


def test_an_empty_archive_is_a_page_all_the_same():
    (page,) = pages()
    assert page.changed_at is None
    assert page.markdown() == "# Past issues of the newsletter\n\nNo issue has been sent yet.\n"
