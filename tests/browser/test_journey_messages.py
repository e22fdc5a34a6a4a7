"""A member of staff answers a message in the browser, with no script: written, read over, sent."""

import pytest
from playwright.sync_api import expect

from contact.models import CannedAnswer, ContactMessage
from contact.services import Submission, receive_message
from outbox.models import OutboxMail
from tests.browser.test_journey_staff import press
from tests.factories.people import make_staff

pytestmark = pytest.mark.browser_context_args(java_script_enabled=False)


def arrived(name: str, text: str) -> ContactMessage:
    return receive_message(
        Submission(
            name=name, email=f"{name}@fossil.test", phone="", message=text, wants_contact=True
        )
    )


@pytest.mark.usefixtures("put_back")
def test_a_message_is_answered_with_a_canned_answer(page, a_name, log_in):
    name = a_name("mary")
    message = arrived(name, "The data sheet does not open.")
    CannedAnswer.objects.create(title=a_name("Sent "), text="Dear [name], it left on [day].")
    log_in(make_staff(a_name("grace")))
    page.goto(f"/admin/contact/contactmessage/?q={message.reference}")
    press(page, message.reference, "link")

    press(page, "Insert a canned answer", "link")
    page.get_by_label("Answer").select_option(index=1)
    press(page, "Insert a canned answer")
    reply = page.get_by_label("Reply")
    expect(reply).to_have_value(f"Dear {name}, it left on [day].")
    press(page, "Write a reply")

    # The mail is shown, and does not leave while something is open in it.
    expect(page.locator("#content")).to_contain_text("[day]")
    press(page, "Send the reply")
    expect(page.get_by_role("alert")).to_contain_text("The reply still says [day]")
    press(page, "Back to the message", "link")
    press(page, "Write a reply", "link")
    reply.fill(f"Dear {name}, it left on Monday.")
    press(page, "Write a reply")
    expect(page.locator("#content")).to_contain_text("> The data sheet does not open.")
    mails = OutboxMail.objects.to_address(f"{name}@fossil.test")
    before = mails.count()
    press(page, "Send the reply")

    expect(page.locator("#content")).to_contain_text("Our reply")
    assert mails.count() == before + 1
    message.refresh_from_db()
    assert message.state == "answered"


@pytest.mark.usefixtures("put_back")
def test_many_are_put_away_after_a_question(page, a_name, log_in):
    names = [a_name("spam") for _ in range(2)]
    for name in names:
        arrived(name, f"Buy {name} now.")
    log_in(make_staff(a_name("grace")))
    page.goto("/admin/contact/contactmessage/?q=Buy+spam&inbox=all")
    for box in page.locator("input.action-select").all():
        box.check()
    page.locator("select[name=action]").select_option("bulk_spam")
    press(page, "Go")
    expect(page.locator("#content")).to_contain_text("A privacy request is never spam")
    press(page, "Mark as spam")
    states = ContactMessage.objects.filter(name__in=names).values_list("state", flat=True)
    assert set(states) == {"spam"}
