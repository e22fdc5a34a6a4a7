"""Our own visit statistics in a real browser: what is reported, when, and when nothing is."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, expect

from tests.run import find_whole_chromium
from visits.models import PageView

NUMBERS = {"visit", "visitor"}
HIDE = """() => {
  Object.defineProperty(document, 'visibilityState', {value: 'hidden'});
  document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture(autouse=True)
def _no_views(site: str) -> None:
    PageView.objects.all().delete()


@pytest.fixture
def allowed(page: Page) -> Page:
    """A page of a visitor who has allowed everything, and is counted since."""
    page.goto("/about/")
    page.get_by_role("button", name="Accept all").click()
    page.wait_for_url("**/about/*#done")
    is_counted(page)
    return page


def is_counted(page: Page) -> None:
    """Wait until the first report is stored, and the browser has its answer with the numbers.

    The row stands before the answer has arrived: to look at the row alone is a race.
    """
    becomes(lambda: seen() == ["/about/"])
    becomes(lambda: set(numbers(page.context)) == NUMBERS)


def seen() -> list[str]:
    return list(PageView.objects.order_by("pk").values_list("path", flat=True))


def becomes(state: Callable[[], bool], seconds: float = 8) -> None:
    """Wait until something that a report brings about can be seen in the database."""
    deadline = time.monotonic() + seconds
    while not state():
        assert time.monotonic() < deadline, seen()
        time.sleep(0.05)


def numbers(context: BrowserContext) -> dict[str, dict[str, Any]]:
    return {str(c.get("name")): dict(c) for c in context.cookies() if c.get("name") in NUMBERS}


def reports(page: Page) -> list[Request]:
    """Collect the reports that a page sends from now on."""
    found: list[Request] = []
    page.on("request", lambda request: found.append(request) if "/visits/" in request.url else None)
    return found


def test_after_a_yes_pages_are_counted_and_before_it_nothing_is(page: Page):
    sent = reports(page)
    page.goto("/about/")
    expect(page.locator("script[src]")).to_have_count(0)
    page.get_by_role("button", name="Accept all").click()
    page.wait_for_url("**/about/*#done")
    is_counted(page)
    page.goto("/contact/")
    becomes(lambda: seen() == ["/about/", "/contact/"])
    first, second = PageView.objects.order_by("pk")
    assert (first.visit, first.visitor) == (second.visit, second.visitor)
    assert (first.entry, second.entry) == (True, False)
    assert all("?" not in request.url for request in sent)
    assert "done" not in str([request.post_data for request in sent])


def test_the_numbers_stand_in_cookies_that_no_script_can_read(allowed: Page):
    cookies = numbers(allowed.context)
    left = {name: round((cookie["expires"] - time.time()) / 60) for name, cookie in cookies.items()}
    assert left["visitor"] in range(90 * 24 * 60 - 2, 90 * 24 * 60 + 1)
    assert left["visit"] in (29, 30)
    assert {(c["httpOnly"], c["sameSite"], c["path"]) for c in cookies.values()} == {
        (True, "Strict", "/")
    }
    assert allowed.evaluate("document.cookie") == ""
    view = PageView.objects.get()
    assert UUID(cookies["visitor"]["value"]) == view.visitor


def test_the_time_in_view_is_reported_when_the_page_is_left(allowed: Page):
    begun = time.monotonic()
    allowed.wait_for_timeout(1600)
    allowed.goto("/contact/")
    took = time.monotonic() - begun  # on a busy machine the browser itself waits
    becomes(lambda: PageView.objects.get(path="/about/").seconds > 0)
    assert 1 <= PageView.objects.get(path="/about/").seconds <= took + 2


def test_the_host_that_led_here_is_counted_and_our_own_is_not(allowed: Page):
    # A page that was in view for a second says so when it is left, and its visit goes on.
    allowed.goto("about:blank")
    allowed.wait_for_timeout(1000)
    allowed.context.clear_cookies(name="visit")
    allowed.goto("/contact/", referer="https://search.example/?q=secret")
    becomes(lambda: seen() == ["/about/", "/contact/"])
    assert PageView.objects.get(path="/contact/").referring_host == "search.example"
    assert PageView.objects.get(path="/about/").referring_host == ""


@pytest.mark.parametrize("answer", ["Reject all", None])
def test_who_refuses_or_gives_no_answer_runs_no_script_and_is_not_counted(page: Page, answer):
    sent = reports(page)
    page.goto("/about/")
    if answer:
        page.get_by_role("button", name=answer).click()
        page.wait_for_url("**/about/*#done")
    page.goto("/contact/")
    page.wait_for_timeout(500)
    expect(page.locator("script[src]")).to_have_count(0)
    assert (sent, seen(), numbers(page.context)) == ([], [], {})


def test_without_scripts_nothing_is_counted_even_after_a_yes(browser: Browser, site: str):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/about/")
    page.get_by_role("button", name="Accept all").click()
    page.wait_for_url("**/about/*#done")
    page.goto("/contact/")
    page.wait_for_timeout(500)
    assert (seen(), numbers(context)) == ([], {})
    context.close()


def test_taking_consent_back_deletes_what_was_counted_and_both_numbers(allowed: Page):
    allowed.goto("/cookies/")
    allowed.get_by_role("button", name="Reject all").click()
    allowed.wait_for_url("**#done")
    assert (seen(), numbers(allowed.context)) == ([], {})


def test_a_page_in_another_tab_reports_nothing_once_consent_is_taken_back(allowed: Page):
    other = allowed.context.new_page()
    other.goto("/contact/")
    becomes(lambda: seen() == ["/about/", "/contact/"])
    allowed.goto("/cookies/")
    allowed.get_by_role("button", name="Reject all").click()
    allowed.wait_for_url("**#done")
    other.wait_for_timeout(1100)
    with other.expect_response("**/visits/") as answer:
        other.evaluate(HIDE)
    assert answer.value.status == 204
    assert (seen(), numbers(allowed.context)) == ([], {})


@pytest.fixture
def keeping_pages(playwright: Playwright, site: str) -> Iterator[BrowserContext]:
    """A browser that keeps pages for Back, as browsers do; drivers switch that off."""
    browser = playwright.chromium.launch(
        executable_path=find_whole_chromium(),
        args=["--disable-dev-shm-usage"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    context = browser.new_context(base_url=site)
    yield context
    browser.close()


def test_a_page_that_is_restored_by_back_is_loaded_again(keeping_pages: BrowserContext):
    page = keeping_pages.new_page()
    page.add_init_script(
        "addEventListener('pageshow', e => { if (e.persisted) name = 'restored'; });"
    )
    page.goto("/about/")
    page.get_by_role("button", name="Accept all").click()
    page.wait_for_url("**/about/*#done")
    page.goto("/contact/")
    becomes(lambda: seen() == ["/about/", "/contact/"])
    page.evaluate("document.title = 'as it was left'")
    page.goto("/privacy/")
    page.go_back(wait_until="commit")
    expect(page).not_to_have_title("as it was left")
    assert page.evaluate("name") == "restored"
    becomes(lambda: seen().count("/contact/") == 2)
