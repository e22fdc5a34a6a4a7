"""An editor makes a page with a picture, plans it, moves it and restores a text, with scripts off."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pages.models import Page
from tests.browser.pictures import picture
from tests.factories.people import make_staff
from tests.pages.pictures import drawn

pytestmark = [
    pytest.mark.browser_context_args(java_script_enabled=False),
    pytest.mark.usefixtures("put_back"),
]
SOON = 1100
"""Kept pages look for news once a second."""


def press(page, name: str, role: str = "button") -> None:
    """Press what leads to another page, and wait until that page is whole."""
    with page.expect_navigation():
        page.locator("#content").get_by_role(role, name=name, exact=True).first.click()


def status(page, path: str) -> int:
    page.wait_for_timeout(SOON)
    return int(page.request.get(path, max_redirects=0).status)


def test_an_editor_makes_plans_moves_and_restores_a_page(page, log_in, a_name):
    log_in(make_staff(a_name("editor")))
    name = a_name("workshop")

    page.goto("/admin/pages/file/add/")
    page.locator("#id_upload").set_input_files(
        {"name": "IMG.png", "mimeType": "image/png", "buffer": drawn((1200, 700))}
    )
    page.locator("#id_name").fill(name)
    page.locator("#id_alt").fill("A green wall of the workshop")
    press(page, "Save")

    page.goto("/admin/pages/page/add/")
    page.locator("#id_path").fill(f"/about/{name}/")
    about = Page.objects.get(path="/about/")
    page.locator("#id_parent").select_option(str(about.pk))
    page.locator("#id_title").fill("Our workshop")
    page.locator("#id_description").fill("Where our chargers are made.")
    page.locator("#id_body").fill(f"Come in.\n\n{{picture:{name}}}\n")
    page.locator("#id_in_menu").check()
    tomorrow = timezone.localtime() + timedelta(days=1)
    page.get_by_label("Publish it later").check()
    page.locator("#id_publish_at").fill(tomorrow.strftime("%Y-%m-%dT%R"))
    press(page, "Save")
    assert status(page, f"/about/{name}/") == 404

    # It need not wait: what is planned is published now.
    made = Page.objects.get(path=f"/about/{name}/")
    page.goto(f"/admin/pages/page/{made.pk}/change/")
    page.locator("section.module").get_by_role("link").first.click()
    press(page, "Publish", "link")
    press(page, "Publish")
    page.wait_for_timeout(SOON)
    assert page.goto(f"/about/{name}/").status == 200
    image = page.locator("article img")
    image.scroll_into_view_if_needed()
    assert image.get_attribute("alt") == "A green wall of the workshop"
    box = image.bounding_box()
    assert box is not None
    assert round(box["width"] / box["height"], 1) == 1.7

    # Another text, and the way back to the first one.
    page.goto(f"/admin/pages/page/{made.pk}/change/")
    page.locator("#id_title").fill("The workshop of our house")
    page.get_by_label("Publish it now").check()
    picture(page, "staff-page", full_page=True)
    press(page, "Save")
    page.goto(f"/admin/pages/page/{made.pk}/change/")
    page.locator("section.module").get_by_role("link").last.click()
    picture(page, "staff-page-text", full_page=True)
    press(page, "Restore as a draft", "link")
    press(page, "Restore as a draft")
    page.goto(f"/admin/pages/page/{made.pk}/change/")
    assert page.locator("#id_title").input_value() == "Our workshop"
    page.get_by_label("Publish it now").check()
    press(page, "Save")

    page.goto(f"/admin/pages/page/{made.pk}/address/")
    page.locator("#id_path").fill(f"/{name}/")
    press(page, "Change the address")
    page.wait_for_timeout(SOON)
    page.goto(f"/about/{name}/")
    assert page.url.endswith(f"/{name}/")
    assert page.locator("h1").inner_text() == "Our workshop"
    page.goto("/admin/pages/file/")
    picture(page, "staff-files", full_page=True)
