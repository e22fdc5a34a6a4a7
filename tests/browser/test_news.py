"""An editor announces something, and a visitor reads it, with scripts off."""

import pytest

from news.models import NewsCategory, NewsItem
from tests.factories.people import make_staff

pytestmark = pytest.mark.usefixtures("put_back")
SOON = 1100
"""Kept pages look for news once a second."""


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_an_editor_announces_something_and_it_is_read(page, log_in, a_name):
    log_in(make_staff(a_name("editor")))
    name = a_name("manuals")
    page.goto("/admin/news/newsitem/add/")
    page.locator("#id_slug").fill(name)
    page.locator("#id_category").select_option(str(NewsCategory.objects.all()[0].pk))
    page.locator("#id_documents").fill("/legal/ Terms of use")
    page.locator("#id_title").fill("New manuals")
    page.locator("#id_description").fill("Six of them.")
    page.locator("#id_body").fill("Read **them**.")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    item = NewsItem.objects.get(slug=name)

    page.wait_for_timeout(SOON)
    page.goto("/news/")
    page.get_by_role("link", name="New manuals").first.click()
    assert page.url.endswith(item.get_absolute_url())
    assert page.locator("h1").inner_text() == "New manuals"
    assert page.locator("main strong").inner_text() == "them"
    page.get_by_role("link", name="Terms of use").click()
    assert page.url.endswith("/legal/")
