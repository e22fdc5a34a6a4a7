"""A passkey from the first press to the last, with the virtual device of the browser."""

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from playwright.sync_api import expect

from tests.factories.people import PASSWORD, make_person

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
CALLED_OFF = "That did not work, or was called off"


@pytest.fixture
def here(watch):
    """The site under a name: a bare address can have no passkeys."""
    watch.own = settings.SITE_ORIGIN.replace("127.0.0.1", "localhost")
    return watch.own


@pytest.fixture
def key(page):
    """Plug a device in, and give what speaks to it and its number."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    number = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return session, number["authenticatorId"]


def press(page, name):
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def test_a_passkey_is_added_logs_in_and_is_removed(page, watch, here, key, a_name):
    user = make_person(a_name("passkey"))
    page.goto(f"{here}/accounts/login/?next=/accounts/passkey/add/")
    page.get_by_label("Username or email address").fill(user.username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Log in")
    page.get_by_label("Name of the passkey").fill("Virtual device")
    press(page, "Continue")
    expect(page.locator("h1")).to_have_text("Make the passkey")
    press(page, "Make the passkey")
    page.wait_for_url(f"{here}/accounts/passkey/?done=added*")
    expect(page.locator("main dt")).to_have_text("Virtual device")
    expect(page.locator("main dd")).to_contain_text("Since ")
    assert page.evaluate("document.querySelectorAll('script[src]').length") == 0

    page.context.clear_cookies()
    page.goto(f"{here}/accounts/login/")
    page.get_by_role("link", name="log in with it").click()
    press(page, "Log in with a passkey")
    press(page, "Use my passkey")
    page.wait_for_url(f"{here}/accounts/profile/")

    session, number = key
    held = session.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]
    assert [one["isResidentCredential"] for one in held] == [True]
    page.goto(f"{here}/accounts/passkey/")
    page.get_by_role("link", name="Remove Virtual device").click()
    press(page, "Remove the passkey")
    page.wait_for_url(f"{here}/accounts/passkey/?done=removed*")
    assert Authenticator.objects.filter(user=user).count() == 0


def test_a_dialog_that_is_called_off_says_so_and_can_be_tried_again(page, here, key, a_name):
    session, number = key
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": number})
    locked = {**DEVICE, "isUserVerified": False}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": locked})
    page.goto(f"{here}/accounts/passkey/login/")
    press(page, "Log in with a passkey")
    expect(page.locator("h1")).to_have_text("Use your passkey")
    expect(page.get_by_text(CALLED_OFF)).to_be_hidden()
    press(page, "Use my passkey")
    expect(page.get_by_text(CALLED_OFF)).to_be_visible()
    expect(page.get_by_role("button", name="Use my passkey")).to_be_enabled()


def test_nobody_can_press_before_the_script_has_come(page, here, key):
    held = []
    page.route("**/passkey/*.js", lambda route: held.append(route))  # noqa: PLW0108 - needs a function
    page.goto(f"{here}/accounts/passkey/login/")
    with page.expect_request("**/passkey/*.js"):
        press(page, "Log in with a passkey")
    expect(page.locator("h1")).to_have_text("Use your passkey")
    button = page.get_by_role("button", name="Use my passkey")
    expect(button).to_have_count(0)
    held[0].continue_()
    button.click()
    expect(page.get_by_text(CALLED_OFF)).to_be_visible()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_script_the_page_says_so_and_leads_to_the_password(page, here):
    page.goto(f"{here}/accounts/passkey/login/")
    press(page, "Log in with a passkey")
    expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
    press(page, "Use my passkey")
    expect(page.locator("h1")).to_have_text("The passkey was not accepted")
    page.get_by_role("link", name="log in with your password").click()
    expect(page.locator("h1")).to_have_text("Log in")
