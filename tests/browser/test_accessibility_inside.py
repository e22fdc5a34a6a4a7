"""What is seen after a decision and after a message, and the desk under its own policy."""

import pytest
from playwright.sync_api import expect

from tests.browser.measure import axe_violations, faults
from tests.factories.people import make_staff


def test_pages_are_accessible_after_the_choice_about_cookies(page):
    page.goto("/products/")
    with page.expect_navigation():
        page.get_by_role("button", name="Reject all").click()
    expect(page.locator("#done")).to_be_visible()
    expect(page.locator("#done")).to_be_focused()
    assert axe_violations(page) == []
    assert faults(page, "/cookies/") == []


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
