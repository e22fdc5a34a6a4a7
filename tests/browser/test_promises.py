"""The promises as a reader finds them: from a sentence to its evidence and back, without script."""

import re

import pytest
from playwright.sync_api import expect

from sens_site.lib.cache.content_stamp import renew_stamp
from tests.browser.measure import findings
from tests.factories.promises import make_result

PATHS = ("/privacy/promises/", "/privacy/promises/?state=unchecked", "/privacy/p/66/")


@pytest.mark.usefixtures("put_back")
@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_reader_opens_the_promise_behind_a_sentence(page):
    make_result("account.delete", words="Seen in a browser.")
    renew_stamp()
    page.wait_for_timeout(1100)  # kept pages look for news once a second
    page.goto("/privacy/")
    page.locator("main").get_by_role("link", name="66", exact=True).click()
    expect(page).to_have_url(re.compile("/privacy/p/66/$"))
    expect(page.locator("main")).to_contain_text("Seen in a browser.")
    page.get_by_role("link", name="All promises").click()
    page.get_by_role("link", name="Checked: kept").click()
    expect(page.locator("main .state").first).to_have_text("Checked: kept")
    page.get_by_role("link", name="A signed-in user may delete the account.").click()
    page.get_by_role("link", name="Delete your account").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))


@pytest.mark.parametrize("path", PATHS)
def test_page_is_accessible_and_fits_its_screen_in_light_and_dark(page, path):
    assert findings(page, path) == {}
