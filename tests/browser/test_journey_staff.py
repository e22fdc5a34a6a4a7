"""Staff publish a new version of the policy: draft, preview, seal, and see it stand."""

import pyotp
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from privacy.policy.models import PolicyVersion
from tests.factories.people import PASSWORD, make_staff

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SENTENCE = "We answer the telephone between eight and five."


def log_in(page, username: str) -> None:
    """Log in to the admin through the site's own door, with the second factor."""
    page.goto("/admin/")
    assert "/accounts/login/" in page.url
    page.get_by_label("Username or email address").fill(username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Log in")
    for _ in range(3):  # a code of 30 seconds may run out on its way
        page.get_by_label("Code").fill(pyotp.TOTP(SECRET).now())
        press(page, "Log in")
        if page.url.endswith("/admin/"):
            return
    raise AssertionError(page.locator("main").inner_text())


def press(page, name: str, role: str = "button") -> None:
    """Press what leads to another page, and wait until that page is whole."""
    with page.expect_navigation():
        page.get_by_role(role, name=name, exact=True).click()


def read(page, path: str) -> str:
    """Return the text of a page as a visitor sees it."""
    page.goto(path)
    return str(page.locator("main").inner_text())


@pytest.mark.usefixtures("put_back", "one_day")
def test_staff_draft_preview_seal_and_publish_a_version(page, a_name):
    staff = make_staff(a_name("grace"))
    before = PolicyVersion.objects.in_force("privacy")
    newest = PolicyVersion.objects.of("privacy").first()
    assert before is not None
    assert newest is not None
    number = newest.number + 1
    versions = PolicyVersion.objects.count()
    old_text = read(page, "/privacy/")
    page.set_default_timeout(
        300_000
    )  # before sealing, every promise is checked on the running site
    log_in(page, staff.username)

    # Draft: the form begins with the newest text; add a sentence.
    page.goto("/admin/policy/policydraft/add/")
    text = page.locator("#id_source_text")
    assert len(text.input_value()) > 5_000
    page.locator("#id_kind").select_option("minor")
    page.locator("#id_reason").fill("It says when the telephone is answered.")
    page.locator("#id_summary").fill("Adds the hours of the telephone.")
    text.fill(f"{text.input_value()}\n\n{SENTENCE}\n")
    page.locator("#id_effective_on").fill(timezone.localdate().isoformat())

    # Preview: as readers would see it; nobody outside sees it yet.
    press(page, "Save and preview")
    expect(page.locator("article")).to_contain_text(SENTENCE, use_inner_text=True)
    assert PolicyVersion.objects.count() == versions

    # A second person reads and seals it.
    preview = page.url
    page.context.clear_cookies()
    log_in(page, make_staff(a_name("rosalind")).username)
    page.goto(preview)

    # Seal and publish: a page says what will happen, and only its button does it.
    press(page, "Seal and publish", "link")
    expect(page.locator("#content")).to_contain_text(f"version {number}", use_inner_text=True)
    assert PolicyVersion.objects.count() == versions
    in_spite = f"Seal and publish version {number} in spite of this"
    page.get_by_role("button", name=in_spite, exact=True).click()
    # The new sentence has no promise behind it: an officer says why it is published all the same.
    expect(page.locator("#override_reason:invalid")).to_be_focused()
    assert PolicyVersion.objects.count() == versions
    page.locator("#override_reason").fill("It promises nothing that software could check.")
    press(page, in_spite)
    assert PolicyVersion.objects.count() == versions + 1
    sealed = PolicyVersion.objects.get(policy__slug="privacy", number=number)
    assert (sealed.kind, sealed.effective_on) == ("minor", timezone.localdate())

    # Visitors read the new text within a second, and the old one under its own address.
    visitor = page.context.browser.new_context(base_url=page.url.split("/admin/")[0])
    outside = visitor.new_page()
    page.wait_for_timeout(1100)  # kept pages look for news once a second
    assert SENTENCE in read(outside, "/privacy/")
    assert SENTENCE in read(outside, f"/privacy/v/{number}/")
    old = read(outside, f"/privacy/v/{before.number}/")
    assert SENTENCE not in old
    assert SENTENCE not in old_text
    assert f"/privacy/v/{number}/" in (outside.goto("/privacy/history/") and outside.content())
    visitor.close()

    # What is sealed is only read.
    page.goto(f"/admin/policy/policyversion/{sealed.pk}/change/")
    expect(page.locator("textarea:visible, input[name=_save]")).to_have_count(0)
