"""Feeds bear no clock."""

from datetime import UTC, datetime

import time_machine
from django.test import RequestFactory

from sens_site.lib.atom_feed import AtomFeed, answer_with
from sens_site.lib.http.csp import ContentSecurityPolicyMiddleware


def feed(*days: int) -> AtomFeed:
    atom = AtomFeed(title="Feed", link="https://testserver/", description="")
    for day in days:
        moment = datetime(2026, 3, day, tzinfo=UTC)
        atom.add_item(
            title=f"{day}",
            link=f"https://testserver/{day}/",
            description="",
            pubdate=moment,
            updateddate=moment,
        )
    return atom


def test_an_empty_feed_is_the_same_at_any_time():
    with time_machine.travel(datetime(2026, 5, 1, tzinfo=UTC)):
        before = feed().writeString("utf-8")
    with time_machine.travel(datetime(2027, 5, 1, tzinfo=UTC)):
        assert feed().writeString("utf-8") == before


def test_a_feed_bears_the_date_of_its_newest_entry():
    assert "<updated>2026-03-09T00:00:00+00:00</updated>" in feed(2, 9, 5).writeString("utf-8")


def test_a_browser_may_draw_a_feed_by_our_style_sheet_and_load_nothing_else():
    middleware = ContentSecurityPolicyMiddleware(
        lambda request: answer_with(feed(2).writeString("utf-8"))
    )
    response = middleware(RequestFactory().get("/feed.atom"))
    assert '<?xml-stylesheet href="/static/css/feed.css" type="text/css"?>' in str(
        response.content, "utf-8"
    )
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none';frame-ancestors 'none';style-src 'self'"
    )
