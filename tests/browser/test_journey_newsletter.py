"""A reader without an account and with JavaScript off: sign up, type the code, choose, and leave."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from newsletter.models import Subscriber, Suppression
from outbox.models import OutboxMail
from tests.browser.test_journey_visitor import press

pytestmark = pytest.mark.browser_context_args(java_script_enabled=False)


def words_to(address: str) -> str:
    mail = OutboxMail.objects.filter(recipient=address).latest("pk")
    payload: Any = mail.as_message().message().get_payload(decode=True)
    return str(payload, "utf-8")


def test_a_reader_signs_up_by_code_chooses_and_unsubscribes(page, a_name, base_url):
    address = f"{a_name('reader')}@example.com"
    hashes = Suppression.objects.count()

    page.goto("/")
    page.get_by_role("link", name="Sign up for our eNewsletter").click()
    expect(page.locator("h1")).to_have_text("eNewsletter", use_inner_text=True)
    assert press(page, "Sign up") == 422
    page.get_by_label("Email", exact=True).fill(address)
    page.get_by_label("Charger settings").check()
    assert press(page, "Sign up") == 200
    expect(page.locator("h1")).to_have_text("Check your email", use_inner_text=True)
    expect(page.locator("main")).to_contain_text(address)

    code = re.search(r"\b\w{4}-\w{4}\b", words_to(address).split("type this code")[1])
    page.get_by_label("Code", exact=True).fill(code[0] if code else "")
    assert press(page, "Confirm") == 200
    expect(page.locator("#done")).to_contain_text("Your sign-up is confirmed")
    assert Subscriber.objects.get(email=address).confirmed_by == "code"

    expect(page.get_by_label("Charger settings")).to_be_checked()
    page.get_by_label("Specifications and codes").check()
    assert press(page, "Save topics") == 200
    expect(page.locator("#done")).to_have_text("Your topics are saved.", use_inner_text=True)

    # By the link of a mail, as somebody who comes back weeks later.
    path = re.search(r"/newsletter/unsubscribe/\w+/", words_to(address))
    page.goto(path[0] if path else "")
    assert Subscriber.objects.filter(email=address).exists()
    assert press(page, "Unsubscribe") == 200
    expect(page.locator("h1")).to_have_text("You are unsubscribed", use_inner_text=True)
    assert not Subscriber.objects.filter(email=address).exists()
    assert Suppression.objects.count() == hashes + 1
    assert page.context.cookies() == []
