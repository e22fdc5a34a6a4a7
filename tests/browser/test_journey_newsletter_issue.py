"""A newsletter editor with JavaScript off: write an issue, look at its mail, send it, and read it."""

import pytest
from playwright.sync_api import expect

from newsletter import sending
from newsletter.models import Issue, Topic
from tests.browser.test_journey_staff import log_in, press
from tests.factories.people import make_staff

pytestmark = pytest.mark.browser_context_args(java_script_enabled=False)


@pytest.mark.usefixtures("put_back")
def test_an_editor_writes_an_issue_and_everybody_reads_it(page, a_name):
    title = f"Charging {a_name('issue')}"
    topic = Topic.objects.filter(active=True)[0]
    log_in(page, make_staff(a_name("editor")).username)

    page.goto("/admin/newsletter/issue/add/")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Summary").fill("What float voltage does to a battery.")
    page.get_by_label("Text").fill("## Float voltage\n\nRead [about us](/about/).")
    page.get_by_label(topic.title).check()
    press(page, "Save and continue editing")
    issue = Issue.objects.get(title=title)

    press(page, "Look at the mail", role="link")
    expect(page.locator("#content")).to_contain_text("Not ticked in the checklist")
    expect(page.locator("pre")).to_contain_text("Float voltage")
    page.goto(f"/admin/newsletter/issue/{issue.pk}/html/")
    expect(page.locator("h2")).to_have_text("Float voltage")

    page.goto(f"/admin/newsletter/issue/{issue.pk}/schedule/")
    press(page, "Send or schedule")
    expect(page.locator(".errornote")).to_contain_text("Not ticked in the checklist")
    page.goto(f"/admin/newsletter/issue/{issue.pk}/change/")
    for box in page.locator("#id_checklist input").all():
        box.check()
    press(page, "Save and continue editing")
    press(page, "Send or schedule", role="link")
    expect(page.locator("#content")).to_contain_text("0 remote references, 0 tracking links")
    press(page, "Send or schedule")
    sending.send_issues()

    page.goto(f"/newsletter/issues/{issue.slug}/")
    expect(page.locator("h1")).to_have_text(title, use_inner_text=True)
    expect(page.locator("main")).to_contain_text("Tracking links")
    page.goto("/newsletter/issues/")
    press(page, title, role="link")
