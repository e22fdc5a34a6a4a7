"""Rights, with JavaScript off: a stranger's request from end to end, and a person's own copy."""

import io
import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from privacy.datamap.models import Erasure
from privacy.rights import alarms, intake
from privacy.rights.choices import Channel, Did, Kind
from privacy.rights.models import SubjectRequest
from tests.browser import records
from tests.browser.pictures import picture
from tests.factories.people import PASSWORD, make_person, make_staff

pytestmark = pytest.mark.browser_context_args(java_script_enabled=False)


def press(page, name: str) -> int:
    """Press a button that leads to another page, and return that page's status."""
    with page.expect_navigation() as arrived:
        page.locator("main").get_by_role("button", name=name, exact=True).click()
    return int(arrived.value.status)


def follow(page, name: str) -> None:
    """Press a link of the desk, and wait until its page is whole."""
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=True).click()


def link_to(address: str, prefix: str) -> str:
    """Return the newest mailed link under a prefix."""
    texts = "\n".join(records.text_of(mail) for mail in records.mails_to(address))
    return str(re.findall(rf"https?://\S+?({prefix}\S+)", texts)[-1])


def fetched(page) -> dict:
    """Press the button that fetches a copy, and return what is in it."""
    with page.expect_download() as download:
        page.locator("main").get_by_role("button").last.click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        assert archive.namelist() == ["data.json", "index.html", "manifest.json"]
        return json.loads(archive.read("data.json"))["tables"]


def staff_page(page, log_in, a_name):
    """Return a second browser window in which a member of staff is logged in."""
    officer = make_staff(a_name("officer"))
    context = page.context.browser.new_context(
        base_url=page.url.partition("/privacy")[0], java_script_enabled=False,
        viewport={"width": 1280, "height": 900},
    )  # fmt: skip
    desk = context.new_page()
    visitors = page.context.cookies()
    log_in(officer)
    session = [c for c in page.context.cookies() if c["name"] == settings.SESSION_COOKIE_NAME]
    context.add_cookies(session)
    page.context.clear_cookies()
    page.context.add_cookies(visitors)
    return desk


def test_a_stranger_asks_and_gets_a_copy(page, log_in, a_name):
    address = f"{a_name('stranger')}@elsewhere.test"
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("link", name="Your privacy choices").click()
    picture(page, "privacy-choices")
    assert press(page, "Send request") == 422
    page.get_by_label("What would you like?").select_option("access")
    page.get_by_label("Name", exact=True).fill("A Stranger")
    page.get_by_label("Email", exact=True).fill(address)
    assert press(page, "Send request") == 200
    expect(page.locator("h1")).to_have_text("Your request is stored", use_inner_text=True)
    assert page.context.cookies() == []
    asked = SubjectRequest.objects.get(email=address)

    # The mailed link: opening it shows a button, and only the button proves anything.
    page.goto(link_to(address, "/privacy/confirm/"))
    assert asked.proof is None
    assert press(page, "Yes, I asked for this") == 200
    expect(page.locator("#done")).to_be_visible()
    assert SubjectRequest.objects.get(pk=asked.pk).proof is not None
    picture(page, "request-status")

    # Staff make the copy and answer.
    desk = staff_page(page, log_in, a_name)
    desk.goto("/admin/rights/subjectrequest/")
    picture(desk, "request-desk")
    follow(desk, asked.reference)
    picture(desk, "request-at-the-desk")
    follow(desk, "Make a copy")
    press(desk, "Make a copy")
    follow(desk, "Answer")
    draft = desk.locator("#id_text").input_value()
    assert "hold" in draft
    desk.locator("#id_text").fill(draft.replace("[say the period]", "ten years"))
    press(desk, "Answer")
    expect(desk.locator("pre")).to_contain_text("ten years", use_inner_text=True)
    assert SubjectRequest.objects.get(pk=asked.pk).closed_at is None
    press(desk, "Send it")
    assert SubjectRequest.objects.get(pk=asked.pk).closed_at is not None
    desk.context.close()

    # The stranger fetches it, without an account and without a cookie.
    page.goto(link_to(address, "/privacy/copy/"))
    tables = fetched(page)
    assert [row["email"] for row in tables["rights.SubjectRequest"]] == [address]
    page.goto(link_to(address, "/privacy/request/"))
    expect(page.locator("main")).to_contain_text("Copy fetched", use_inner_text=True)
    assert page.context.cookies() == []


def test_a_person_copies_their_data_and_leaves_with_a_report(page, log_in, a_name):
    name = a_name("leaver")
    person = make_person(name, company="Engines Ltd")
    page.goto("/")
    log_in(person)
    page.goto("/accounts/data/")
    page.get_by_role("link", name="See and copy everything we find").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    assert press(page, "Continue") == 200
    assert fetched(page)["accounts.User"][0]["username"] == name

    page.goto("/accounts/delete/")
    picture(page, "delete-account")
    page.get_by_label("Username", exact=True).fill(name)
    assert press(page, "Delete my account") == 200
    report = page.locator("main").inner_text()
    assert "Account and profile (1)" in report
    assert "Backups: Backups are not edited." in report
    assert User.objects.filter(pk=person.pk).exists() is False
    assert Erasure.objects.latest("pk").cause == "account"


def test_staff_see_an_alarm_and_clear_it(page, log_in, a_name):
    late = intake.open_request(
        kind=Kind.QUESTION, name="N", email=f"{a_name('late')}@x.test", text="?",
        channel=Channel.FORM, received_at=timezone.now() - timedelta(days=40),
    )  # fmt: skip
    alarms.raise_alarms()
    page.goto("/privacy/requests/")
    desk = staff_page(page, log_in, a_name)
    desk.goto("/admin/rights/subjectrequest/")
    row = desk.locator("#result_list tr", has_text=late.reference)
    expect(row).to_contain_text("▲ LATE by", use_inner_text=True)
    expect(row).to_contain_text("late 20", use_inner_text=True)
    picture(desk, "request-alarm")
    row.get_by_role("link").click()
    follow(desk, "I have seen the alarm")
    press(desk, "I have seen the alarm")
    assert [e.did for e in SubjectRequest.objects.get(pk=late.pk).did(Did.ALARM_SEEN)] == [
        "alarm-seen"
    ]
    desk.goto("/admin/rights/subjectrequest/")
    row = desk.locator("#result_list tr", has_text=late.reference)
    expect(row).not_to_contain_text("late 20", use_inner_text=True)
    desk.context.close()


def test_the_record_is_read(page):
    page.goto("/privacy/record/")
    expect(page.locator("h1")).to_have_text("What we hold, and why", use_inner_text=True)
    picture(page, "record")


def test_a_letter_is_entered_handled_with_two_vendors_answered_by_post_and_closed(
    page, log_in, a_name
):
    name, day = a_name("writer"), timezone.localdate()
    page.goto("/privacy/choices/")
    desk = staff_page(page, log_in, a_name)
    desk.goto("/admin/rights/subjectrequest/")
    follow(desk, "Add privacy request")
    desk.get_by_label("What is asked for").select_option("access")
    desk.get_by_label("How it came").select_option("letter")
    desk.get_by_label("Received on").fill((day - timedelta(days=2)).isoformat())
    desk.locator("#id_name").fill(name)
    desk.get_by_label("Postal address").fill("12 Example Street, Anytown")
    desk.get_by_label("What the person says").fill("What do you hold about me?")
    letter = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 A letter."}
    desk.get_by_label("Scan of the letter").set_input_files(letter)
    picture(desk, "request-by-letter")
    assert press(desk, "Enter the request") == 200
    asked = SubjectRequest.objects.get(name=name)
    assert asked.deadline.received_on == day - timedelta(days=2)
    with desk.expect_download() as download:
        desk.get_by_role("link", name="Save the scan of the letter").click()
    assert Path(download.value.path()).read_bytes() == b"%PDF-1.7 A letter."

    def step(label: str, fields: dict[str, str]) -> None:
        follow(desk, label)
        for field, value in fields.items():
            box = desk.locator(f"#id_{field}")
            if box.evaluate("box => box.tagName") == "SELECT":
                box.select_option(value)
            else:
                box.fill(value)
        assert press(desk, label) == 200

    step("Receipt confirmed by post", {"posted_on": day.isoformat()})
    step("Identity seen otherwise", {"text": "The letter is signed as the contract is."})
    for vendor in ("hosting", "mail"):
        step("Tell a vendor", {"vendor": vendor, "due_on": day.isoformat()})
    follow(desk, "Answer")
    words = {"text": "We hold nothing about you.", "posted_on": day.isoformat()}
    for field, value in words.items():
        desk.locator(f"#id_{field}").fill(value)
    press(desk, "Answer")
    picture(desk, "request-preview")
    assert press(desk, "Note it") == 409  # a vendor has not done its part
    desk.goto(f"/admin/rights/subjectrequest/{asked.pk}/change/")
    for _ in range(2):
        step("A vendor has done it", {"text": "Their mail of today: nothing is held."})
    follow(desk, "Answer")
    for field, value in words.items():
        desk.locator(f"#id_{field}").fill(value)
    press(desk, "Answer")
    assert press(desk, "Note it") == 200
    closed = SubjectRequest.objects.get(pk=asked.pk)
    assert (closed.is_open, closed.did(Did.ANSWERED)[0].fact) == (False, f"posted {day}")
    desk.context.close()
