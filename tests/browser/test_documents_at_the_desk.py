"""An editor brings a manual and its next version, and a visitor fetches each, with scripts off."""

import pytest

from tests.downloads.bad_files import pdf
from tests.factories.people import make_staff

pytestmark = [
    pytest.mark.browser_context_args(java_script_enabled=False),
    pytest.mark.usefixtures("put_back"),
]
DESK = "/admin/downloads"


def press(page, name: str, role: str = "button") -> None:
    """Press what leads to another page, and wait until that page is whole."""
    with page.expect_navigation():
        page.locator("#content").get_by_role(role, name=name, exact=True).first.click()


def bring(page, name: str, content: bytes) -> None:
    brought = {"name": name, "mimeType": "application/pdf", "buffer": content}
    page.locator("input[type=file]").set_input_files(brought)


def fetched(page, number: str) -> bytes:
    page.goto(f"/downloads/{number}/")
    with page.expect_download() as download:
        page.locator("main").get_by_role("button", name="Download").first.click()
    return bytes(download.value.path().read_bytes())


def test_an_editor_publishes_two_versions_and_withdraws_one(page, log_in, a_name):
    log_in(make_staff(a_name("editor")))
    number = a_name("manual-")
    first, second = pdf(), pdf(pages=2)

    page.goto(f"{DESK}/document/add/")
    bring(page, "Manual.pdf", first)
    page.locator("#id_title").fill("Charger manual")
    page.locator("#id_number").fill(number)
    page.locator("#id_kind").select_option("manual")
    press(page, "Save")
    assert fetched(page, number) == first

    page.goto(f"{DESK}/document/?q={number}")
    press(page, "Charger manual", "link")
    press(page, "Bring a new version", "link")
    assert page.locator("#id_label").input_value() == "2"
    bring(page, "Manual.pdf", second)
    page.locator("#id_change_note").fill("A second page.")
    press(page, "Save")
    assert fetched(page, number) == second

    page.goto(f"{DESK}/document/?q={number}")
    press(page, "Charger manual", "link")
    press(page, "Version 2", "link")
    press(page, "Withdraw", "link")
    assert page.get_by_text("Version 1 is the current one again.").is_visible()
    page.locator("#id_reason").fill("The second page was wrong.")
    press(page, "Withdraw")
    assert fetched(page, number) == first
