"""The consent audit on the running site: third parties are played by the audit itself."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.watch import Watch

pytestmark = pytest.mark.usefixtures("everything_on")
STATES = 1 + 16 + 2 + 1
FEW = 1 + 1 + 4 + 1 + 2 + 1


def test_with_everything_on_each_state_has_what_was_allowed_and_no_more(audit):
    status, written = audit("--pages", "2", "--stand-in", "honest")
    assert f"{STATES} states, 0 faults" in written, written
    assert status == 0


def test_third_parties_that_do_more_than_they_declare_are_found(audit):
    status, written = audit("--pages", "1", "--few", "--stand-in", "rogue")
    assert f"{FEW} states, " in written, written
    assert status == 1
    assert "the cookie rogue of 127.0.0.1 is not in the catalogue" in written
    assert "the storage key 'rogue' is not in the catalogue" in written
    assert "rogue.example" in written
    refused = written.split("everything refused")[1].splitlines()
    assert refused[0].split()[-1] == "0"
    assert not refused[1].startswith("  !")
    back = written.split("everything taken back")[1].splitlines()
    # What is listed is gone, storage too; a cookie that nobody told us of cannot be deleted.
    # Of our own there are the answer and the number of the receipt that says what was taken back.
    assert back[0].split()[-5:] == ["3", "3", "0", "1", "1"]


def test_in_a_real_browser_consent_mode_says_exactly_what_was_granted(
    page: Page, site: str, watch: Watch
):
    watch.own = ""  # third parties are played below
    page.context.route(re.compile("^https:"), lambda route: route.fulfill(status=204, body=""))
    page.goto("/cookies/")
    page.locator('input[name="analytics"][value="yes"]').check()
    page.get_by_role("button", name="Save my choices").click()
    page.wait_for_url("**#done")
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
