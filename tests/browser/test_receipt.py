"""The receipt in a real browser: seen, saved, checked, and not shown by a link from elsewhere."""

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.measure import faults


def test_a_receipt_is_saved_and_checked_by_somebody_else(page: Page, browser, site, tmp_path: Path):
    page.goto("/about/")
    page.get_by_role("button", name="Accept all").click()
    page.wait_for_url("**#done")
    assert faults(page, "/cookies/receipt/") == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the receipt (JSON)").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    stranger = browser.new_context(base_url=site, java_script_enabled=False).new_page()
    stranger.goto("/cookies/receipt/check/")
    stranger.get_by_label("The file that you saved").set_input_files(file)
    stranger.get_by_role("button", name="Check the receipt").click()
    expect(stranger.get_by_role("status")).to_contain_text("Unchanged.", use_inner_text=True)
    document = json.loads(file.read_text())
    document["declined"] = ["analytics"]
    stranger.get_by_label("Or the text of the receipt").fill(json.dumps(document))
    stranger.get_by_role("button", name="Check the receipt").click()
    expect(stranger.get_by_role("status")).to_contain_text(
        "Not ours, or changed.", use_inner_text=True
    )
    assert stranger.context.cookies() == []
    stranger.context.close()


def test_a_withdrawal_is_shown_and_a_link_from_elsewhere_says_why_it_shows_none(page: Page, site):
    page.goto("/cookies/")
    for name in ("Accept all", "Reject all"):
        page.get_by_role("button", name=name).first.click()
        page.wait_for_url("**#done")
        page.goto("/cookies/")
    page.goto("/cookies/receipt/")
    expect(page.get_by_text("Taken back on")).to_have_count(1)
    expect(page.get_by_role("heading", name="Before that")).to_have_count(1)
    page.goto("about:blank")  # no origin at all, and so not ours
    page.set_content(f'<a href="{site}/cookies/receipt/">my receipt</a>')
    page.get_by_role("link", name="my receipt").click()
    page.get_by_role("link", name="Show my receipt").click()
    expect(page.get_by_text("Taken back on")).to_have_count(1)
