"""The consent audit on the running site: third parties are played by the audit itself."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Page

from privacy.consent.models import ServiceSwitch
from sens_site.lib.cache.content_stamp import renew_stamp
from tests.browser.watch import Watch

STATES = 1 + 16 + 2 + 1
IDENTIFIERS = {
    "google-analytics": "G-TEST000001",
    "google-ads": "AW-123456789",
    "linkedin-insight": "1234567",
    "youtube": "@example",
    "google-maps": "example",
    "linkedin-posts": "example",
}


def switch(identifiers: dict[str, str]) -> None:
    """Switch services as staff do, past the check that the policy names them."""
    for key in IDENTIFIERS:
        ServiceSwitch.objects.filter(key=key).update(identifier=identifiers.get(key, ""))
    renew_stamp()
    time.sleep(1.5)  # workers look at the stamp once a second


@pytest.fixture
def everything_on(site: str) -> Iterator[None]:
    """All services are switched on while a test runs."""
    switch(IDENTIFIERS)
    yield
    switch({})


@pytest.fixture
def audit(site: str) -> Callable[..., tuple[int, str]]:
    """Run the command as staff do; give its status and what it wrote."""

    def run(*options: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "manage.py", "audit_consent", site, *options],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.browser.settings"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def test_the_site_as_it_is_shipped_stores_and_asks_for_nothing_unsaid(audit):
    status, written = audit("--pages", "1")
    assert f"{STATES} states, 0 faults" in written, written
    assert status == 0


def test_with_everything_on_each_state_has_what_was_allowed_and_no_more(audit, everything_on):
    status, written = audit("--pages", "2", "--stand-in", "honest")
    assert f"{STATES} states, 0 faults" in written, written
    assert status == 0


def test_third_parties_that_do_more_than_they_declare_are_found(audit, everything_on):
    status, written = audit("--pages", "1", "--stand-in", "rogue")
    assert status == 1
    assert "the cookie rogue of 127.0.0.1 is not in the catalogue" in written
    assert "the storage key 'rogue' is not in the catalogue" in written
    assert "rogue.example" in written
    refused = written.split("everything refused")[1].splitlines()
    assert refused[0].split()[-1] == "0"
    assert not refused[1].startswith("  !")
    back = written.split("everything taken back")[1].splitlines()
    # What is listed is gone, storage too; a cookie that nobody told us of cannot be deleted.
    assert back[0].split()[-5:] == ["3", "2", "0", "1", "1"]


def test_in_a_real_browser_consent_mode_says_exactly_what_was_granted(
    page: Page, site: str, everything_on: None, watch: Watch
):
    watch.own = ""  # third parties are played below
    page.context.route(re.compile("^https:"), lambda route: route.fulfill(status=204, body=""))
    page.goto("/cookies/")
    page.locator('input[name="analytics"][value="yes"]').check()
    page.get_by_role("button", name="Save my choices").click()
    page.goto("/about/")
    said = page.evaluate("window.dataLayer.map(entry => Array.from(entry))")
    consent = [entry for entry in said if entry[0] == "consent"]
    assert [entry[1] for entry in consent] == ["default", "update"]
    assert set(consent[0][2].values()) == {"denied"}
    assert consent[1][2] == {"analytics_storage": "granted"}
    assert [entry[1] for entry in said if entry[0] == "config"] == ["G-TEST000001"]
    assert all(
        "cookie_consent" not in script for script in page.locator("script").all_inner_texts()
    )
