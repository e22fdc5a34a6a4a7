"""Writing to a department in the browser, with no script, and seeing it at the desk."""

import pytest
from playwright.sync_api import expect

from contact.models import ContactMessage
from tests.browser.test_journey_staff import press
from tests.contact.photos import drawn
from tests.factories.people import make_staff

pytestmark = pytest.mark.browser_context_args(java_script_enabled=False)


@pytest.mark.usefixtures("put_back")
def test_a_message_with_a_photo_reaches_the_desk(page, a_name, log_in):
    name = a_name("mary")
    page.goto("/contact/")
    page.get_by_role("main").get_by_role("link", name="Tech Support / Service").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Serial number").fill("SN-0042")
    page.get_by_label("Message").fill("It hums.")
    photo = {"name": "hum.png", "mimeType": "image/png", "buffer": drawn(kind="PNG")}
    page.get_by_label("Photos").set_input_files(photo)
    press(page, "Send message")
    expect(page.get_by_role("alert")).to_contain_text("Enter your email address")
    expect(page.get_by_role("alert")).to_contain_text("Choose your photos again")
    expect(page.get_by_label("Serial number")).to_have_value("SN-0042")
    page.get_by_label("Email", exact=True).fill(f"{name}@fossil.test")
    page.get_by_label("Photos").set_input_files(photo)
    press(page, "Send message")
    expect(page.get_by_role("heading", name="Your message is stored")).to_be_visible()

    message = ContactMessage.objects.get(name=name)
    log_in(make_staff(a_name("grace")))
    page.goto(f"/admin/contact/contactmessage/{message.pk}/change/")
    expect(page.locator("#content")).to_contain_text("SN-0042")
    shown = page.get_by_alt_text("Photo 1")
    expect(shown).to_be_visible()
    assert shown.evaluate("picture => picture.naturalWidth") == 40
