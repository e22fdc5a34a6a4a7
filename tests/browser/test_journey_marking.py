"""With JavaScript off, an officer marks a new policy sentence by sentence; a second one seals it."""

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from playwright.sync_api import expect

from privacy.policy.models import PolicyVersion
from tests.browser.pictures import picture
from tests.browser.test_journey_staff import log_in, press
from tests.factories.people import make_staff

TEXT = "We keep what you write.\n\n## Rights\n\nAsk us. We answer every letter."


def officer(name: str) -> str:
    person = make_staff(name, is_superuser=False)
    person.groups.add(Group.objects.get(name="Privacy officer"))
    return person.username


@pytest.mark.browser_context_args(java_script_enabled=False)
@pytest.mark.usefixtures("put_back", "one_day")
def test_an_officer_marks_each_sentence_and_a_second_one_seals(page, a_name):
    number = PolicyVersion.objects.of("privacy")[0].number + 1
    log_in(page, officer(a_name("vera")))
    page.goto("/admin/policy/policydraft/add/")
    page.locator("#id_kind").select_option("minor")
    page.locator("#id_reason").fill("It is shorter.")
    page.locator("#id_summary").fill("All is said in three sentences.")
    page.locator("#id_source_text").fill(TEXT)
    page.locator("#id_effective_on").fill(timezone.localdate().isoformat())
    press(page, "Save and continue editing")
    draft = page.url.removesuffix("change/")

    # Each sentence is marked: from the list, as plain, and with a claim that is made for it.
    press(page, "Mark", "link")
    expect(page.locator("#content")).to_contain_text("Not marked (3)", use_inner_text=True)
    claim = page.get_by_label
    claim("Claim of: We keep what you write.").fill("policy.last-updated")
    claim("Claim of: Ask us.").fill("plain")
    press(page, "Save the marks")
    expect(page.locator("#content")).to_contain_text("Not marked (1)", use_inner_text=True)
    picture(page, "marking")
    press(page, "New claim", "link")
    assert page.locator("#id_claim").input_value() == "We answer every letter."
    page.locator("#id_kind").select_option("O")
    page.locator("#id_owner").fill("Customer service")
    page.locator("#id_review_on").fill("2099-01-31")
    press(page, "Save")
    expect(page.locator("#content")).to_contain_text("Not marked (0)", use_inner_text=True)

    # A second person is asked; the first one cannot seal it.
    page.goto(f"{draft}change/")
    press(page, "Seal and publish", "link")
    expect(page.locator("#content")).to_contain_text("You have worked on it", use_inner_text=True)
    page.goto(f"{draft}change/")
    press(page, "Save and ask a second person")
    page.context.clear_cookies()
    log_in(page, officer(a_name("ada")))
    page.goto(f"{draft}change/")
    press(page, "Save and preview")  # reading it does not make the second person an author
    press(page, "Seal and publish", "link")
    gone = page.locator("summary", has_text="promises of the version before are gone")
    expect(gone).to_be_visible()
    picture(page, "sealing")
    page.locator("#override_reason").fill("ok")
    press(page, f"Seal and publish version {number} in spite of this")
    expect(page.locator("#content")).to_contain_text("Say why in a sentence", use_inner_text=True)
    page.locator("#override_reason").fill("The old promises are kept by the contracts.")
    press(page, f"Seal and publish version {number} in spite of this")
    version = PolicyVersion.objects.get(policy__slug="privacy", number=number)
    own = next(one for one in version.claims if one["id"].startswith("own."))
    assert own["claim"] == "We answer every letter."

    # Readers see the reason and how many, and the new promise behind its sentence.
    page.context.clear_cookies()
    page.wait_for_timeout(1100)  # kept pages look for news once a second
    page.goto(f"/privacy/v/{number}/")
    said = page.locator("main .notice").first
    expect(said).to_contain_text("The old promises are kept by the contracts.")
    expect(said).not_to_contain_text("developer")
    with page.expect_navigation():
        page.locator("main").get_by_role(
            "link", name=f"{own['number']} stated by us", exact=True
        ).click()
    expect(page.locator("h1")).to_have_text("We answer every letter.")
    expect(page.locator("main")).to_contain_text("Customer service")
