"""With JavaScript off, an owner switches a service on and off, and helps a colleague to log in."""

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone
from playwright.sync_api import expect

from privacy.consent.models import ServiceSwitch
from tests.browser.test_journey_staff import press
from tests.factories.people import make_staff

pytestmark = [
    pytest.mark.browser_context_args(java_script_enabled=False),
    pytest.mark.usefixtures("put_back"),
]
SERVICE, IDENTIFIER = "google-analytics", "G-JOURNEY001"
SOON = 1100
"""Kept pages look for news once a second."""


def record(page) -> str:
    page.wait_for_timeout(SOON)
    page.goto("/privacy/record/")
    return str(page.locator("main").inner_text())


def save(page, identifier: str) -> None:
    page.goto(f"/admin/consent/serviceswitch/{ServiceSwitch.objects.get(key=SERVICE).pk}/change/")
    page.locator("#id_identifier").fill(identifier)
    press(page, "Save")


def test_an_owner_switches_a_service_on_and_off(page, log_in, a_name):
    log_in(make_staff(a_name("owner")))
    assert "Google Analytics" not in record(page)

    save(page, IDENTIFIER)
    expect(page.locator("#content")).to_contain_text("The law asks for this", use_inner_text=True)
    page.locator("#id_agreement_signed_on").fill(timezone.localdate().isoformat())
    page.set_input_files(
        "#id_agreement_file",
        {"name": "agreement.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"},
    )
    page.locator("#id_transfer").select_option("consent")
    page.locator("#id_decided_by").fill("Managing director")
    press(page, "Save")
    assert "Google" in record(page)
    page.goto("/cookies/")
    expect(page.locator("main")).to_contain_text("Google Analytics")

    save(page, "")
    assert "Google Analytics" not in record(page)
    page.goto("/cookies/")
    expect(page.locator("main")).not_to_contain_text("Google Analytics")


def test_an_owner_takes_a_lost_second_factor_away(page, log_in, a_name):
    colleague = make_staff(a_name("colleague"))
    assert Authenticator.objects.filter(user=colleague).exists()
    log_in(make_staff(a_name("owner")))
    page.goto(f"/admin/accounts/user/{colleague.pk}/change/")
    press(page, "Reset second factor", "link")
    with page.expect_navigation():
        page.locator("#content").get_by_role("button").first.click()
    assert not Authenticator.objects.filter(user=colleague).exists()
    page.goto("/admin/audit_log/auditentry/")
    expect(page.locator("#content")).to_contain_text(colleague.username)
