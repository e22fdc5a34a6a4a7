"""A visitor without scripts searches, narrows, mistypes, and goes wrong."""

import pytest
from playwright.sync_api import expect

from search.services import refresh_index
from tests.browser import records

pytestmark = pytest.mark.browser_context_args(java_script_enabled=False)


def test_a_visitor_searches_narrows_and_is_helped(page):
    refresh_index()  # as the worker does
    at_first = records.count_all()
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="Search", exact=True).click()
    expect(page.locator("h1")).to_have_text("Search")
    box = page.get_by_role("searchbox")
    box.fill("do not trakc")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("main mark").first).to_be_visible()
    expect(page.locator(".notice b").first).to_have_text("track")
    page.get_by_role("link", name="Policies (").click()
    expect(box).to_have_value("do not trakc")
    page.locator("main .rows h2 a").first.click()
    assert page.url.rpartition("#")[0].endswith("/privacy/")
    page.goto("/search/?q=xqzzk")
    expect(page.get_by_role("heading", name="Nothing was found")).to_be_visible()
    page.goto("/produts/")
    page.locator("main").get_by_role("link", name="Products", exact=True).click()
    expect(page.locator("h1")).to_have_text("Products")
    assert page.context.cookies() == []
    assert records.count_all() == at_first
