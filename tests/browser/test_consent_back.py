"""Back after a consent has ended, in a browser whose back/forward cache is on.

Test drivers switch that cache off. With it, Back restores a page as it was left, scripts at work;
`CACHE_WORKS` shows that it does so here, or nothing below would prove anything.
"""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Error, Page, Route, expect

from tests.run import find_whole_chromium

pytestmark = pytest.mark.usefixtures("everything_on")
TAG = """
window.tagIsAlive = true;
setInterval(() => { new Image().src = 'https://www.google-analytics.com/ping'; }, 50);
"""
PINGS = 400
"""Milliseconds in which a tag that is alive would have sent several pings."""


@pytest.fixture(scope="module")
def with_cache(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    """A browser as people have it."""
    browser = browser_type.launch(
        **{**browser_type_launch_args, "executable_path": find_whole_chromium()},
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


class Visitor:
    """One profile. Third parties are played; what they are asked for is noted."""

    def __init__(self, context: BrowserContext) -> None:
        self.context, self.asked = context, list[str]()
        context.route(re.compile("^https:"), self._play)
        context.add_init_script(
            "addEventListener('pageshow', event => { window.restored = event.persisted; })"
        )
        self.page = context.new_page()

    def _play(self, route: Route) -> None:
        self.asked.append(route.request.url)
        if route.request.resource_type == "script":
            route.fulfill(content_type="text/javascript", body=TAG)
        else:
            route.fulfill(status=204, body="")

    def choose(self, choice: str, page: Page | None = None) -> None:
        page = page or self.page
        page.goto("/cookies/")
        page.locator(f"#choices button[value={choice}]").click()
        page.wait_for_url("**#done")

    def see(self, path: str) -> None:
        self.page.goto(path)
        self.page.wait_for_timeout(PINGS)

    def back(self, *, to: str) -> None:
        """Go back and wait until the browser stands there: asked while it is still on its way, it would
        count the next step from the page that it is leaving."""
        try:
            self.page.go_back(wait_until="commit")
        except Error as error:  # the page from the cache took its place while it was asked for
            if "Not attached to an active page" not in str(error):
                raise
        expect(self.page).to_have_url(re.compile(re.escape(to) + "$"), timeout=20_000)

    def becomes(self, state: str, seconds: float = 20) -> None:
        """Wait for a state of the page, asked from outside: a page's policy forbids it to ask itself."""
        deadline = time.monotonic() + seconds
        while not self._is(state):
            assert time.monotonic() < deadline, state
            self.page.wait_for_timeout(50)

    def _is(self, state: str) -> bool:
        try:
            return self.page.evaluate(state) is True
        except Error:  # another page comes in its place at this moment
            return False

    def page_is_quiet(self) -> bool:
        """Tell whether no tag lives in this page, and none has asked for anything."""
        self.becomes("document.readyState === 'complete' && !window.tagIsAlive")
        self.asked.clear()
        self.page.wait_for_timeout(PINGS)
        return self.asked == []


@pytest.fixture
def visitor(with_cache: Browser, site: str) -> Iterator[Visitor]:
    context = with_cache.new_context(base_url=site)
    yield Visitor(context)
    context.close()


def test_the_cache_works_and_a_page_is_restored(visitor: Visitor):
    visitor.see("/about/")
    visitor.page.evaluate("window.mark = 'left here'")
    visitor.see("/contact/")
    visitor.back(to="/about/")
    visitor.becomes("window.restored === true && window.mark === 'left here'")


def test_a_page_that_may_still_run_a_tag_is_fetched_anew_and_has_it(visitor: Visitor):
    visitor.choose("accept")
    visitor.see("/about/")
    assert visitor.page.evaluate("window.tagIsAlive") is True
    visitor.see("/contact/")
    visitor.back(to="/about/")
    visitor.becomes("!window.restored && window.tagIsAlive === true")


def test_after_rejecting_back_restores_no_tag(visitor: Visitor):
    visitor.choose("accept")
    visitor.see("/about/")
    visitor.choose("reject")
    visitor.asked.clear()
    visitor.back(to="/cookies/")
    visitor.back(to="/about/")
    assert visitor.page_is_quiet()
    visitor.becomes("window.restored === false")


@pytest.mark.parametrize("cause", ["signal", "expired", "another tab"])
def test_a_consent_that_ends_elsewhere_leaves_no_tag_to_come_back_to(visitor: Visitor, cause: str):
    visitor.choose("accept")
    visitor.see("/about/")
    visitor.see("/cookies/")  # a page on which no tag runs
    if cause == "signal":
        visitor.context.set_extra_http_headers({"Sec-GPC": "1"})
    elif cause == "expired":
        visitor.context.clear_cookies(name="cookie_consent")
    else:
        visitor.choose("reject", visitor.context.new_page())
    visitor.asked.clear()
    visitor.back(to="/about/")
    visitor.becomes("document.readyState === 'complete' && !window.tagIsAlive")
    # Of what the page had at work, nothing has reached anybody; videos and maps are not covered
    # by the signal.
    assert [url for url in visitor.asked if "ping" in url or "gtag" in url] == []
    assert visitor.page_is_quiet()


def test_a_page_that_asked_does_not_ask_again_after_the_answer(visitor: Visitor):
    visitor.see("/about/")
    visitor.see("/products/")
    visitor.page.get_by_role("button", name="Reject all").click()
    visitor.page.wait_for_url("**#done")
    visitor.page.wait_for_load_state("networkidle")
    for path in ("/products/", "/about/"):
        visitor.back(to=path)
        expect(visitor.page.locator(".cookie-banner")).to_have_count(0)
        visitor.becomes("document.readyState === 'complete' && window.restored === false")


def test_the_cookies_page_shows_the_new_answer_after_back(visitor: Visitor):
    visitor.choose("accept")
    visitor.choose("reject")
    visitor.page.wait_for_load_state("networkidle")
    visitor.back(to="/cookies/")
    expect(visitor.page.locator('[name="analytics"][value="no"]')).to_be_checked()
