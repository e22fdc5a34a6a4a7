"""axe and narrow screens on what is seen after a decision, after log-in, and by staff."""

import pytest
from playwright.sync_api import expect

from tests.browser.measure import axe_violations, findings
from tests.factories.people import make_person, make_staff

OWN_PAGES = (
    "/accounts/",
    "/accounts/profile/",
    "/accounts/data/",
    "/accounts/sessions/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/app/on/",
    "/accounts/delete/",
    "/accounts/logout/",
)


@pytest.mark.parametrize("path", OWN_PAGES)
def test_own_pages_are_accessible(page, log_in, a_name, path):
    log_in(make_person(a_name("ida"), name="Ida Example", company="Example & Co."))
    assert findings(page, path) == {}
    assert page.url.endswith(path) or "reauthenticate" in page.url


@pytest.mark.parametrize("path", ["/", "/cookies/", "/privacy/"])
def test_pages_are_accessible_after_the_choice_about_cookies(page, path):
    page.goto("/products/")
    with page.expect_navigation():
        page.get_by_role("button", name="Reject all").click()
    expect(page.locator("#done")).to_be_visible()
    expect(page.locator("#done")).to_be_focused()
    assert axe_violations(page) == []
    assert findings(page, path) == {}


def test_the_page_after_a_message_is_accessible(page, a_name):
    page.goto("/contact/webmaster/")
    page.get_by_label("Name", exact=True).fill("Ida")
    page.get_by_label("Email", exact=True).fill(f"{a_name('ida')}@elsewhere.test")
    page.get_by_label("Message", exact=True).fill("A question.")
    with page.expect_navigation():
        page.get_by_role("button", name="Send message").click()
    expect(page.locator("h1")).to_have_text("Your message is stored")
    assert axe_violations(page) == []


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/contact/contactmessage/",
        "/admin/rights/subjectrequest/add/",
        "/admin/policy/policydraft/add/",
        "/admin/policy/policyversion/",
        "/admin/outbox/outboxmail/",
        "/admin/accounts/user/",
    ],
)
def test_staff_pages_run_under_the_policy_without_a_complaint(page, log_in, a_name, path):
    log_in(make_staff(a_name("grace")))
    response = page.goto(path)
    page.evaluate("() => new Promise(resolve => requestIdleCallback(resolve, {timeout: 1000}))")
    assert (response.status, page.url.endswith(path)) == (200, True)
