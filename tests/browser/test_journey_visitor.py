"""The core journey, with JavaScript off: from reading the policy to leaving for good."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from accounts.models import PolicyAcceptance, Session, User
from contact.models import ContactMessage
from tests.browser import records

PASSWORD = "plover-lantern-42-quiet"

pytestmark = pytest.mark.browser_context_args(java_script_enabled=False)


def press(page, name: str) -> int:
    """Press a button that leads to another page, and return that page's status."""
    with page.expect_navigation() as arrived:
        page.locator("main, .cookie-banner").get_by_role("button", name=name, exact=True).click()
    response = arrived.value
    return response.status if response else 0


def test_a_visitor_reads_decides_writes_registers_and_leaves(page, a_name, settings):
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    username = a_name("ada")
    address = f"{username}@customer.test"
    at_first = records.count_all()

    # Read the policy.
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("link", name="Privacy", exact=True).click()
    expect(page.locator("h1")).to_have_text("Privacy policy", use_inner_text=True)
    assert records.count_all() == at_first

    # Reject cookies: the same page still, an answer in sight, one cookie that names nobody.
    page.get_by_role("button", name="Reject all").click()
    answer = page.frame_locator('iframe[name="answer"]').locator("#done")
    expect(answer).to_have_text("Saved. The next page no longer asks.")
    page.reload()
    expect(page.locator(".cookie-banner")).to_have_count(0)
    assert [cookie["name"] for cookie in page.context.cookies()] == ["cookie_consent"]
    assert username not in page.context.cookies()[0]["value"]
    assert records.count_all() == at_first

    # Write to the webmaster, at the foot of the policy. With a fault first: nothing is lost.
    page.get_by_label("Name", exact=True).fill("Ada Byron")
    page.get_by_label("Message", exact=True).fill("Which of my data do you hold?")
    assert press(page, "Send message") == 422
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ada Byron")
    assert records.count_all() == at_first
    page.get_by_label("Email", exact=True).fill(f"{username}@elsewhere.test")
    assert press(page, "Send message") == 200
    expect(page.locator("h1")).to_have_text("Your message is stored", use_inner_text=True)
    stored = ContactMessage.objects.get(email=f"{username}@elsewhere.test")
    assert (stored.name, stored.message) == ("Ada Byron", "Which of my data do you hold?")
    assert (stored.state, stored.quarantined_because) == ("waiting", "")
    assert records.mails_to("webmaster@company.test") != []

    # Register.
    page.get_by_role("link", name="Register", exact=True).click()
    page.get_by_label("Username").fill(username)
    page.get_by_label("Email address").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Company").fill("Analytical Engines")
    expect(page.get_by_label("Send me news")).not_to_be_checked()
    assert press(page, "Register") == 200
    expect(page.locator("h1")).to_have_text("Check your email", use_inner_text=True)
    user = User.objects.get(username=username)
    assert (user.email, user.company, user.marketing_opt_in_at) == (
        address,
        "Analytical Engines",
        None,
    )
    assert user.emailaddress_set.get().verified is False
    assert PolicyAcceptance.objects.filter(user=user).count() == 2
    assert Session.objects.filter(user=user).count() == 0

    # Confirm by the mailed link: opening it changes nothing, the button does.
    (letter,) = records.mails_to(address)
    page.goto(records.link_in(letter))
    expect(page.locator("h1")).to_have_text("Confirm your email address", use_inner_text=True)
    assert user.emailaddress_set.get().verified is False
    assert press(page, "Confirm") == 200
    assert user.emailaddress_set.get().verified is True

    # Log in, by the e-mail address.
    page.goto("/accounts/login/")
    page.get_by_label("Username or email address").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    assert press(page, "Log in") == 200
    expect(page).to_have_url(re.compile("/accounts/profile/$"))
    assert Session.objects.filter(user=user).count() == 1

    # Edit the profile.
    page.get_by_label("Position").fill("Engineer")
    assert press(page, "Save changes") == 200
    expect(page.locator("#done")).to_have_text("Your changes are saved.", use_inner_text=True)
    user.refresh_from_db()
    assert (user.position, user.company) == ("Engineer", "Analytical Engines")

    # Delete the account: log-in was a moment ago and counts. The wrong name does nothing.
    page.get_by_role("link", name="Delete your account").click()
    expect(page.locator("h1")).to_have_text("Delete your account", use_inner_text=True)
    page.get_by_label("Username", exact=True).fill("somebody")
    assert press(page, "Delete my account") == 422
    assert User.objects.filter(pk=user.pk).count() == 1
    page.get_by_label("Username", exact=True).fill(username)
    assert press(page, "Delete my account") == 200
    expect(page.locator("h1")).to_have_text("Your account has been deleted", use_inner_text=True)
    assert "session" not in [cookie["name"] for cookie in page.context.cookies()]
    assert records.tables_that_hold(address) == ["outbox_outboxmail"]

    # The last mail leaves, and with it the last trace.
    records.send_waiting_mails()
    assert [m.subject for m in mail.outbox if m.to == [address]][-1:] != []
    assert records.tables_that_hold(address) == []
    page.goto("/accounts/profile/")
    expect(page.locator("h1")).to_have_text("Log in", use_inner_text=True)


def test_a_visitor_accepts_looks_again_and_changes_their_mind(page, site):
    page.goto("/products/")
    assert press(page, "Accept all") == 200
    assert page.url.startswith(f"{site}/products/?done=")
    accepted = page.context.cookies()[0]["value"]
    page.get_by_role("contentinfo").get_by_role("link", name="Cookies", exact=True).click()
    assert page.locator("h1").inner_text() != ""
    assert press(page, "Reject all") == 200
    assert page.context.cookies()[0]["value"] != accepted
    page.goto("/products/")
    expect(page.locator(".cookie-banner")).to_have_count(0)
