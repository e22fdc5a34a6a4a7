"""The promises as a reader finds them: from a sentence to its evidence and back, without script."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from privacy.promises.history import append_run
from privacy.promises.models import State
from privacy.promises.registry import Look
from sens_site.lib.cache.content_stamp import renew_stamp
from tests.browser.measure import Wire
from tests.factories.promises import make_result

LIMITS = {"/privacy/promises/": 14_000, "/privacy/p/66/": 8_000}
"""What HTML and style sheet may weigh."""


@pytest.mark.usefixtures("put_back")
@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_reader_opens_the_promise_behind_a_sentence(page):
    make_result("account.delete", words="Seen in a browser.")
    renew_stamp()
    page.wait_for_timeout(1100)  # kept pages look for news once a second
    page.goto("/privacy/")
    page.locator("main").get_by_role("link", name="66 kept", exact=True).click()
    expect(page).to_have_url(re.compile("/privacy/p/66/$"))
    expect(page.locator("main")).to_contain_text("Seen in a browser.")
    page.get_by_role("link", name="All promises").click()
    page.get_by_role("link", name="Kept 1").click()
    expect(page.locator("main .board .state").first).to_have_text("Kept")
    page.get_by_role("link", name="A user who is logged in may delete the account.").click()
    page.get_by_role("link", name="Delete your account").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))


@pytest.fixture
def history(put_back: None) -> None:
    """A hundred days, on some of which a promise was broken, blind or not looked at."""
    today = timezone.localtime().replace(hour=0, minute=5, second=0)
    for days in reversed(range(100)):
        at = today - timedelta(days=days)
        state = {7: State.BROKEN, 20: State.NOT_CARRIED_OUT}.get(days, State.KEPT)
        if days not in (30, 31):
            append_run({("account.delete", Look.REHEARSAL): state}, gone=(), found={}, at=at)
    make_result("account.delete", State.BROKEN, look=Look.REHEARSAL, words="A made-up break.")
    renew_stamp()


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("path", ["/privacy/promises/", "/privacy/p/66/"])
@pytest.mark.browser_context_args(java_script_enabled=False)
def test_the_days_are_drawn_without_script_and_said_in_words(page, path):
    page.wait_for_timeout(1100)  # kept pages look for news once a second
    wire = Wire(page)
    page.goto(path)
    strip = page.get_by_role("img", name="Of the last 90 days: 85 kept, 2 not kept")
    expect(strip).to_be_visible()
    expect(page.locator("main li").filter(has_text="for 23 hours 55 minutes")).to_have_count(1)
    shapes = {
        one.get_attribute("class"): one.evaluate(
            "path => [getComputedStyle(path).strokeDasharray, getComputedStyle(path).strokeWidth]"
        )
        for one in strip.locator("path").all()
    }
    # Told by its shape, not by color alone.
    assert shapes == {
        "kept": ["8px, 2px", "8px"],
        "broken": ["3px, 2px", "8px"],
        "blind": ["8px, 2px", "5px"],
        "unchecked": ["8px, 2px", "2px"],
    }
    assert "Script" not in wire.bytes
    assert wire.bytes["Document"] + wire.bytes["Stylesheet"] <= LIMITS[path]
