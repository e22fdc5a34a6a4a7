"""The policy as a reader finds it: without script, under every address, on small screens."""

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import feedparser
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from outbox.models import OutboxMail
from privacy.policy import obstacles, verification
from privacy.policy.models import PolicyAcknowledgement, PolicyVersion
from privacy.policy.notices import announce_due
from privacy.policy.services import create_draft, ensure_policy, seal_and_publish
from tests.factories.people import make_person


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_reader_compares_two_versions_and_finds_a_day(page):
    page.goto("/privacy/")
    page.get_by_role("link", name="history").first.click()
    page.get_by_role("link", name="What changed from the version before").last.click()
    expect(page).to_have_url(re.compile("/privacy/compare/1/2/$"))
    expect(page.locator("article del").nth(10)).to_be_attached()
    expect(page.locator("article ins").nth(10)).to_be_attached()
    page.get_by_role("link", name="How we use information").click()
    expect(page).to_have_url(re.compile("#s3$"))
    page.go_back()
    page.get_by_role("link", name="history", exact=True).click()
    page.get_by_label("What applied on this day").fill("2025-01-31")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("/privacy/on/2025-01-31/$"))
    expect(page.locator("main")).to_contain_text("This is an earlier version.")
    page.goto("/privacy/history/")
    page.get_by_label("Compare version").select_option("2")
    page.get_by_label("with version").select_option("1")
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(re.compile("/privacy/compare/2/1/$"))
    assert page.context.cookies() == []


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_reader_follows_the_feed_and_checks_a_version(page, site, tmp_path):
    page.goto("/privacy/")
    link = page.locator('link[type="application/atom+xml"]').get_attribute("href")
    feed = feedparser.parse(page.request.get(link).body())
    assert (feed.bozo, [entry.title for entry in feed.entries][-1]) == (
        False,
        "Privacy policy, version 1 (minor)",
    )
    page.goto("/privacy/history/")
    script = tmp_path / "check.py"
    script.write_text(page.locator("pre code").inner_text(), "utf-8")
    for number in (1, 2):
        record = tmp_path / f"{number}.json"
        record.write_bytes(page.request.get(f"/privacy/v/{number}.json").body())
    first, second = (
        PolicyVersion.objects.get(policy__slug="privacy", number=number).hash for number in (1, 2)
    )
    for kept, said in (([first], "unchanged"), ([], "nothing to compare with")):
        command = [sys.executable, str(script), record.as_uri(), *kept]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, f"{said} {second}\n")
    assert script.read_text("utf-8").strip() == (
        Path(verification.__file__).with_name("reader_check.txt").read_text("utf-8").strip()
    )


@pytest.mark.usefixtures("put_back")
@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_customer_is_told_of_a_change_and_puts_the_line_away(
    page, log_in, a_name, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(obstacles, "_checks", [])
    person = make_person(a_name("ada"), date_joined=timezone.now() - dt.timedelta(days=1))
    draft = create_draft(
        ensure_policy("terms"),
        by=None,
        source_text=f"These are the terms from the day on which {a_name('x')} was told.",
        kind="material",
        reason="All of it is new.",
        summary="The terms are new.",
        effective_on=timezone.localdate() + dt.timedelta(days=400),
    )
    version = seal_and_publish(draft, by=None)
    announce_due()  # as the worker does within a minute
    page.wait_for_timeout(1100)  # kept pages look for news once a second
    assert OutboxMail.objects.filter(recipient=person.email).exists()
    log_in(person)
    page.goto("/products/")
    line = page.locator("form", has_text="Changes to our terms and conditions take effect on")
    assert line.get_by_role("link", name="Read the new version").get_attribute("href") == (
        version.get_absolute_url()
    )
    with page.expect_navigation():
        line.get_by_role("button", name="I have seen this").click()
    expect(page).to_have_url(re.compile("/products/$"))
    expect(page.locator("form", has_text="I have seen this")).to_have_count(0)
    assert PolicyAcknowledgement.objects.filter(user=person, version=version).count() == 1
