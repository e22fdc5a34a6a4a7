"""From a number on a machine to the file behind the log-in, with JavaScript off."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from downloads.models import DownloadCount, DownloadRecord
from sens_site.lib.cache.content_stamp import content_changed
from tests.browser import records
from tests.factories.documents import make_document, make_version

PASSWORD = "plover-lantern-42-quiet"
SOON = 1.1
"""Kept pages look for news once a second."""

pytestmark = [
    pytest.mark.browser_context_args(java_script_enabled=False),
    pytest.mark.usefixtures("put_back"),
]


def press(page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def content_of(page, name: str) -> bytes:
    """Press a button that brings a file, and return the file."""
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile(name)).click()
    return Path(download.value.path()).read_bytes()


@pytest.fixture
def documents(site):
    manual = make_document("um-1", title="Manual UM-1", part_numbers="A1C-24")
    make_version(manual, content=b"%PDF a manual")
    drawing = make_document("ds-1", title="Drawing DS-1", kind="drawing", access="registered")
    make_version(drawing, content=b"%PDF a drawing")
    content_changed()
    time.sleep(SOON)


def test_a_visitor_finds_a_manual_and_a_customer_a_drawing(page, a_name, documents, settings):
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    username = a_name("ada")
    page.goto("/downloads/")
    page.get_by_role("button", name="Reject all").click()

    # A manual by the part number; the file comes by the button, and is counted.
    page.goto("/downloads/")
    page.get_by_label("Number, part number or title").fill("a1c-24")
    press(page, "Show")
    page.get_by_role("link", name="Manual UM-1").click()
    assert content_of(page, "^Download") == b"%PDF a manual"
    assert DownloadCount.objects.get().count == 1

    # A drawing by kind: what it is and why it is closed, and four pages to it.
    page.goto("/downloads/")
    page.get_by_role("radio", name="Drawing 1").check()
    press(page, "Show")
    page.get_by_role("link", name="Drawing DS-1").click()
    expect(
        page.get_by_role("heading", name="This file is for registered customers")
    ).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Register").click()
    page.get_by_label("Username").fill(username)
    page.get_by_label("Email address").fill(f"{username}@customer.test")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Register")
    (letter,) = records.mails_to(f"{username}@customer.test")
    page.goto(records.link_in(letter))
    press(page, "Confirm")
    page.get_by_label("Username or email address").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Log in")
    expect(page).to_have_url(re.compile("/downloads/ds-1/$"))

    # The file, its record, and both in one file.
    assert content_of(page, "^Download") == b"%PDF a drawing"
    assert DownloadRecord.objects.get().user.username == username
    press(page, "Tell me when this changes")
    expect(page.locator("#done")).to_contain_text("We will write to you")
    page.get_by_role("main").get_by_role("link", name="what we hold about you").click()
    expect(page.get_by_role("main")).to_contain_text("Drawing DS-1, version 1, on")
    page.goto("/downloads/")
    page.get_by_label("Choose Drawing DS-1").check()
    page.get_by_label("Choose Manual UM-1").check()
    assert content_of(page, "^Download the chosen")[:2] == b"PK"
    assert DownloadRecord.objects.count() == 2
