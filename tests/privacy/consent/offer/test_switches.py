"""Switching services on, asking again for what is new, and not asking for what is not."""

import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from privacy.consent.apps import as_offered_now
from privacy.consent.decision import State, decide
from privacy.consent.models import DailyChoice, EditorialNote, GroupVersion, ServiceSwitch
from privacy.consent.offer import current, loading, switches
from privacy.consent.offer.building import build_offer
from privacy.consent.offer.catalogue import GROUP_BY_KEY
from privacy.consent.offer.loading import SERVICES
from privacy.consent.offer.parts import Group
from privacy.datamap import vendors
from privacy.datamap.terms import Recipient
from privacy.datamap.vendors import Vendor
from privacy.promises.page_reader import read
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.people import make_staff
from tests.factories.policies import add_version
from tests.privacy.consent.conftest import COOKIE, answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def switched(policy, django_capture_on_commit_callbacks):
    """Switch a service and let this process follow, as after a commit."""

    def switch(key, identifier):
        with django_capture_on_commit_callbacks(execute=True):
            return switches.switch_service(key, identifier=identifier)

    return switch


@pytest.fixture
def recorded(policy):
    """Three groups have a service, and the versions that they have now are kept."""
    for key, number in (("youtube", "@example"), ("google-ads", "AW-123456789")):
        ServiceSwitch.objects.filter(key=key).update(identifier=number)
    current.refresh_offer()
    return switches.record_versions()


def choose(client, choice="accept", **fields):
    return client.post("/cookies/choose/", answer(choice, **fields), headers=SAME_ORIGIN)


def test_every_third_party_has_its_switch_and_all_are_off():
    assert set(ServiceSwitch.objects.values_list("key", flat=True)) == set(SERVICES)
    assert list(ServiceSwitch.objects.exclude(identifier="")) == []
    assert loading.load_offer().identifiers == {}


def test_an_account_number_switches_a_service_on_and_its_absence_off(client, switched):
    assert "Google Analytics 4" not in client.get("/cookies/").content.decode()
    switched("google-analytics", "G-ABC1234567")
    page = client.get("/cookies/").content.decode()
    assert "Google Analytics 4" in page
    assert "<code>_ga_*</code>" in page
    assert current.current_offer().identifiers == {"google-analytics": "G-ABC1234567"}
    switched("google-analytics", "")
    assert current.current_offer().identifiers == {}


@pytest.mark.parametrize("number", ["UA-1", "G-", "g-abc1234567", "G-ABC1234567 x", "<script>"])
def test_a_number_that_is_none_is_refused(policy, number):
    with pytest.raises(ValidationError, match="Enter the measurement ID"):
        switches.switch_service("google-analytics", identifier=number)
    assert ServiceSwitch.objects.get(key="google-analytics").identifier == ""


def test_a_recipient_that_the_policy_does_not_name_cannot_be_switched_on(policy):
    with pytest.raises(ValidationError, match="does not name LinkedIn Corporation"):
        switches.switch_service("linkedin-insight", identifier="1234567")
    assert ServiceSwitch.objects.get(key="linkedin-insight").identifier == ""


def test_a_row_that_no_service_wrote_switches_nothing_on():
    ServiceSwitch.objects.filter(key="google-ads").update(identifier="javascript:alert(1)")
    ServiceSwitch.objects.create(key="something", identifier="1")
    assert loading.load_offer().identifiers == {}


def test_only_the_group_that_changed_is_asked_about_again(client, switched, recorded):
    choose(client)
    switched("google-analytics", "G-ABC1234567")
    decision = decide(client.cookies[COOKIE].value, gpc=False)
    assert decision.undecided == {"analytics"}
    assert decision.states["analytics"] is State.CHANGED
    assert decision.granted == {"preferences", "marketing"}
    html = client.get("/about/").content.decode()
    assert (
        "We ask again about “Analytics”: Google Analytics 4 (Google LLC, United States) is new."
        in html
    )


def test_who_declined_is_not_asked_again(client, switched, recorded):
    choose(client, "reject")
    switched("google-analytics", "G-ABC1234567")
    decision = decide(client.cookies[COOKIE].value, gpc=False)
    assert decision.undecided == frozenset()
    assert b'name="choice"' not in client.get("/about/").content


def test_who_never_answered_sees_no_line_about_changes(client, switched, recorded):
    switched("google-analytics", "G-ABC1234567")
    assert "We ask again" not in client.get("/about/").content.decode()


def change_words(monkeypatch, **words):
    """Change the policy's words about some groups, as a new version does."""
    before = loading._words_in_force()
    monkeypatch.setattr(loading, "_words_in_force", lambda: {**before, **words})
    current.refresh_offer()


def test_words_of_the_policy_about_a_group_ask_again_about_that_group(
    client, recorded, monkeypatch
):
    choose(client)
    change_words(monkeypatch, marketing=("We do something else now.",))
    decision = decide(client.cookies[COOKIE].value, gpc=False)
    assert decision.undecided == {"marketing"}
    html = client.get("/about/").content.decode()
    assert "“Marketing”: The privacy policy says something new about it." in html


def test_a_change_of_wording_typed_by_staff_asks_nobody(
    client, recorded, monkeypatch, staff, django_capture_on_commit_callbacks
):
    choose(client)
    change_words(monkeypatch, marketing=("We say the same in other words.",))
    switches.record_versions()
    assert decide(client.cookies[COOKIE].value, gpc=False).undecided == {"marketing"}
    with django_capture_on_commit_callbacks(execute=True):
        note = switches.declare_editorial("marketing", reason="Plainer words.", by=staff)
    assert decide(client.cookies[COOKIE].value, gpc=False).answered is True
    assert staff.username not in (note.actor, note.reason)
    # A second change of wording joins the first; a change of facts after it asks again.
    change_words(monkeypatch, marketing=("And in others once more.",))
    switches.record_versions()
    with django_capture_on_commit_callbacks(execute=True):
        switches.declare_editorial("marketing", reason="Plainer still.", by=staff)
    assert decide(client.cookies[COOKIE].value, gpc=False).answered is True
    change_words(monkeypatch, marketing=("Something new.",))
    assert decide(client.cookies[COOKIE].value, gpc=False).undecided == {"marketing"}


def test_a_change_of_facts_cannot_be_called_wording(switched, recorded, staff):
    switched("google-analytics", "G-ABC1234567")
    with pytest.raises(ValidationError, match=r"Google Analytics 4 \(.*\) is new"):
        switches.declare_editorial("analytics", reason="No.", by=staff)
    with pytest.raises(ValidationError, match="has not changed"):
        switches.declare_editorial("social", reason="No.", by=staff)
    assert EditorialNote.objects.count() == 0


def test_versions_are_kept_once_each(recorded):
    assert recorded == 3
    assert switches.record_versions() == 0
    assert GroupVersion.objects.count() == 3


def test_the_policys_sentences_about_a_group_are_found_by_their_marks():
    source = (
        "We count.{promise:analytics.google} Others do too.{promise:ads.remarketing}\n\n"
        "Both.{promise:analytics.improves-site}{promise:pixels.may-track}\n"
    )
    analytics, marketing = GROUP_BY_KEY["analytics"], GROUP_BY_KEY["marketing"]
    assert loading.policy_words(source, analytics) == ("We count.", "Both.")
    assert loading.policy_words(source, marketing) == ("Others do too.", "Both.")
    assert loading.policy_words(source, Group("x", "X", "x", ())) == ()


def test_every_optional_group_has_words_in_the_shipped_policy(policy):
    words = loading._words_in_force()
    assert {key for key, sentences in words.items() if sentences} == set(words)
    assert set(words) == {"preferences", "analytics", "marketing", "social"}


def test_a_process_follows_the_stamp_and_survives_a_missing_database(monkeypatch, policy, caplog):
    from django.db import OperationalError

    monkeypatch.setattr(current, "_stamp", None)
    ServiceSwitch.objects.filter(key="google-analytics").update(identifier="G-ABC1234567")
    current.follow_stamp("one")
    assert current.current_offer().identifiers == {"google-analytics": "G-ABC1234567"}
    kept = current.current_offer()

    def fail():
        raise OperationalError("gone")

    monkeypatch.setattr(current, "load_offer", fail)
    current.follow_stamp("two")
    assert current.current_offer() is kept

    def stumble():
        raise KeyError("recipient")

    monkeypatch.setattr(current, "load_offer", stumble)
    current.follow_stamp("three")
    assert current.current_offer() is kept
    assert "are spoiled" in caplog.text
    monkeypatch.undo()
    assert current.use_offer(build_offer()).identifiers == {}


ANALYTICS = "google-analytics"


def page_of(key: str, page: str = "change") -> str:
    row = ServiceSwitch.objects.get(key=key)
    return f"/admin/consent/serviceswitch/{row.pk}/{page}/"


def filled_in(**changes: object) -> dict[str, object]:
    """What the law asks, as somebody fills it in."""
    return {
        "identifier": "G-ABC1234567",
        "agreement_signed_on": "2026-03-04",
        "agreement_file": SimpleUploadedFile("Agreement.pdf", b"%PDF-1.7 signed"),
        "transfer": "clauses",
        "decided_by": "Managing director",
        **changes,
    }


def faults(response) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


def firms_on_record(client) -> list[list[str]]:
    rows = read(client.get("/privacy/record/").content.decode()).all("tr")
    return [[cell.text for cell in row.all("th", "td")] for row in rows]


def test_staff_switch_services_in_the_admin(
    staff_client, client, policy, django_capture_on_commit_callbacks
):
    page = page_of(ANALYTICS)
    assert (
        "Google Analytics 4" in staff_client.get("/admin/consent/serviceswitch/").content.decode()
    )
    before = client.get("/privacy/record/").content.decode()
    assert ("None is switched on." in before, "Google LLC" in before) == (True, False)
    refused = staff_client.fill_in(page, filled_in(identifier="nonsense"))
    assert faults(refused) == {
        "identifier": ["Enter the measurement ID, such as G-AB12CD34EF"],
    }
    with django_capture_on_commit_callbacks(execute=True):
        assert staff_client.fill_in(page, filled_in()).status_code == 302
    row = ServiceSwitch.objects.get(key=ANALYTICS)
    assert (row.identifier, row.agreement_name, row.decided_by) == (
        "G-ABC1234567",
        "Agreement.pdf",
        "Managing director",
    )
    (line,) = [one for one in firms_on_record(client) if one[0] == "Google LLC"]
    assert line[2:] == [
        "United States",
        "your explicit consent",
        (
            "Standard contractual clauses. Loaded only after consent; no name, address or account is "
            "passed on."
        ),
        "2026-03-04",
    ]
    file = staff_client.get(page_of(ANALYTICS, "agreement"))
    assert b"".join(file.streaming_content) == b"%PDF-1.7 signed"
    assert file.headers["Content-Disposition"] == 'attachment; filename="Agreement.pdf"'
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert "Stored: Agreement.pdf" in staff_client.get(page).content.decode()

    # What is stored stays when another number is entered, and when the service is switched off.
    again = filled_in(identifier="")
    del again["agreement_file"]
    with django_capture_on_commit_callbacks(execute=True):
        assert staff_client.fill_in(page, again).status_code == 302
    assert ServiceSwitch.objects.get(key=ANALYTICS).agreement_name == "Agreement.pdf"
    after = client.get("/privacy/record/").content.decode()
    assert ("None is switched on." in after, "Google LLC" in after) == (True, False)
    assert staff_client.get("/admin/consent/serviceswitch/add/").status_code == 403


@pytest.mark.parametrize(
    "name", ["agreement_signed_on", "agreement_file", "transfer", "decided_by"]
)
def test_a_service_is_not_switched_on_without_what_the_law_asks(staff_client, policy, name):
    typed = filled_in()
    del typed[name]
    refused = staff_client.fill_in(page_of(ANALYTICS), typed)
    assert faults(refused) == {name: ["The law asks for this before the service runs."]}
    assert ServiceSwitch.objects.get(key=ANALYTICS).identifier == ""


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"agreement_signed_on": "2999-01-01"}, "This day is still to come."),
        (
            {"agreement_file": SimpleUploadedFile("A.pdf", b"x" * 5_000_001)},
            "The file is larger than 5 MB.",
        ),
    ],
)
def test_an_agreement_is_one_that_was_signed_and_can_be_kept(staff_client, policy, changes, fault):
    refused = staff_client.fill_in(page_of(ANALYTICS), filled_in(**changes))
    assert faults(refused) == {next(iter(changes)): [fault]}


def test_an_agreement_on_record_is_not_asked_for_again(staff_client, policy, monkeypatch):
    firm = Vendor("a", "a", Recipient.ANALYTICS_VENDORS, "Google LLC", agreed_on=date(2026, 1, 2))
    monkeypatch.setattr(vendors, "VENDORS", (firm,))
    typed = {"identifier": "G-ABC1234567", "transfer": "consent", "decided_by": "Board"}
    page = staff_client.get(page_of(ANALYTICS)).content.decode()
    assert "agreement 2026-01-02." in " ".join(page.split())
    assert staff_client.fill_in(page_of(ANALYTICS), typed).status_code == 302


def test_there_is_no_agreement_to_download_where_none_was_entered(staff_client):
    assert staff_client.get(page_of(ANALYTICS, "agreement")).status_code == 404
    stranger = SiteClient()
    stranger.force_login(make_staff("eve", is_superuser=False))
    assert stranger.get(page_of(ANALYTICS, "agreement")).status_code == 403


def test_the_form_says_what_visitors_are_asked_and_who_is_asked_again(
    staff_client, switched, recorded
):
    DailyChoice.objects.create(day=timezone.localdate(), outcome="all", count=3)
    DailyChoice.objects.create(day=timezone.localdate(), outcome="some", count=2)
    DailyChoice.objects.create(day=timezone.localdate(), outcome="nothing", count=90)
    DailyChoice.objects.create(
        day=timezone.localdate() - timedelta(days=183), outcome="all", count=70
    )

    def said(key: str) -> str:
        return " ".join(staff_client.get(page_of(key)).content.decode().split())

    page = said(ANALYTICS)
    assert "Who is asked again when you switch it on" in page
    assert "At most 5 choices of the last 182 days allowed something." in page
    assert "“Google Analytics 4 (Google LLC, United States) is new.”" in page
    assert '<th scope="row">Stores _ga</th>' in page
    switched("google-ads-conversions", "AW-987654321")
    assert "Google Ads conversions is gone." in said("google-ads-conversions")
    switched("google-ads-conversions", "")
    assert "what visitors allowed ends" in said("google-ads")
    ServiceSwitch.objects.filter(key="google-ads").update(identifier="")
    assert "Nothing runs in this group today" in said("google-ads")
    ServiceSwitch.objects.filter(key="google-ads").update(identifier="no number")
    ServiceSwitch.objects.filter(key="google-ads-conversions").update(identifier="AW-987654321")
    assert "what is offered stays the same" in said("google-ads")
    assert "does not name LinkedIn Corporation by its whole name" in said("linkedin-insight")


@pytest.mark.parametrize(
    ("firm", "text", "verdict"),
    [
        ("Data Corp", "We keep Data about you.", False),
        ("Data Corp", "We use Data Corporation.", False),
        ("Data Corp", "We use Data\nCorp, a firm.", True),
        ("Google LLC", "We use Google.", True),
        ("Google LLC", "We use Googleplex.", False),
        ("OpenStreetMap Foundation", "We use OpenStreetMap.", False),
    ],
)
def test_a_firm_is_named_by_its_whole_name(firm, text, verdict):
    assert switches.is_named(firm, text) == verdict


def test_staff_say_in_the_admin_that_a_change_is_wording(staff_client, recorded, monkeypatch):
    page = "/admin/consent/editorialnote/add/"
    refused = staff_client.post(page, {"group": "marketing", "reason": "x"})
    assert "This group has not changed." in refused.content.decode()
    change_words(monkeypatch, marketing=("In other words.",))
    switches.record_versions()
    assert staff_client.post(page, {"group": "marketing", "reason": "Plainer."}).status_code == 302
    assert EditorialNote.objects.get().reason == "Plainer."


def test_staff_cannot_say_in_the_admin_that_a_change_of_facts_is_wording(
    staff_client, switched, recorded
):
    switched("google-analytics", "G-ABC1234567")
    typed = {"group": "analytics", "reason": "Plainer."}
    page = staff_client.post("/admin/consent/editorialnote/add/", typed).content.decode()
    assert "Facts have changed, not only words." in page
    assert "Google Analytics 4 (Google LLC, United States) is new." in page
    assert EditorialNote.objects.count() == 0


def test_outside_a_transaction_a_process_gives_its_connection_back(monkeypatch, policy):
    closed = []
    outside = SimpleNamespace(in_atomic_block=False, close=lambda: closed.append("closed"))
    monkeypatch.setattr(current, "connection", outside)
    monkeypatch.setattr(current, "_stamp", "one")
    current.follow_stamp("one")
    assert closed == []
    current.follow_stamp("two")
    assert closed == ["closed"]


def test_before_a_policy_is_loaded_it_says_nothing_about_any_group(monkeypatch):
    monkeypatch.setattr(loading, "PRIVACY", "no-such-policy")
    assert [group.policy_words for group in loading.load_offer().groups] == [()]


def test_all_desks_open(staff_client, recorded):
    choose(staff_client)
    for model in ("groupversion", "dailychoice", "consentreceipt", "editorialnote"):
        assert staff_client.get(f"/admin/consent/{model}/").status_code == 200


def test_checks_find_nothing_wrong():
    call_command("check")


def test_an_offer_that_is_the_same_takes_no_others_place():
    kept = current.current_offer()
    assert current.use_offer(build_offer(kept.identifiers)).stamp == kept.stamp
    assert current.use_offer(kept) is current.current_offer()


ABOUT = "We count visits, and sell the counts.{promise:analytics.vendors}"


def test_what_the_policy_said_then_is_linked_beside_what_it_says_now(client, recorded, policy):
    choose(client)
    source = re.sub(r"[^.\n]*\{promise:analytics\.[^}]*\}", ABOUT, policy.source_text)
    add_version(source, effective_on=timezone.localdate())
    current.refresh_offer()
    offered = current.current_offer().by_key["analytics"]
    assert offered.compared == "/privacy/compare/3/4/#s2"
    html = " ".join(client.get("/about/").content.decode().split()).replace(" >", ">")
    assert (
        "We ask again about “Analytics”: The privacy policy says something new about it. "
        f'<a href="{offered.compared}">Compare what the policy says</a>.'
    ) in html
    section = client.get("/privacy/compare/3/4/").content.decode().partition('id="s2"')[2]
    assert section.partition(">")[2].startswith("Other information we collect")
    assert "sell" in section.partition("<h2")[0]


def test_what_is_new_outside_the_policy_is_compared_with_nothing(switched, recorded):
    switched("google-analytics", "G-ABC1234567")
    offered = current.current_offer().by_key["analytics"]
    assert (offered.changed[:18], offered.compared) == ("Google Analytics 4", "")


def test_words_that_no_version_of_the_policy_has_had_are_compared_with_nothing(recorded, policy):
    row = GroupVersion.objects.filter(group="analytics").latest("pk")
    material = {**row.material, "policy": ["We never said this."]}
    other = GroupVersion(group="analytics", version="0a1b2c3d", material=material)
    offered = current.current_offer().by_key["analytics"]
    assert loading._comparison(offered, other) == ""


def test_without_a_policy_there_is_nothing_to_compare(recorded, monkeypatch):
    row = GroupVersion.objects.filter(group="analytics").latest("pk")
    monkeypatch.setattr(loading, "PRIVACY", "no-such-policy")
    offered = loading.load_offer().by_key["analytics"]
    assert loading._comparison(offered, row) == ""


def test_where_the_words_are_in_no_section_the_comparison_starts_at_its_top():
    group = GROUP_BY_KEY["analytics"]
    text = "Counted.{promise:analytics.vendors}\n\n## Other\n\nNothing."
    assert loading.section_anchor(text, text.replace("Nothing", "More"), group) == "start"


def test_checks_look_at_the_last_offer_where_that_of_today_cannot_be_read(monkeypatch, caplog):
    def spoiled():
        raise ValueError("no number")

    monkeypatch.setattr(loading, "load_offer", spoiled)
    last = current.use_offer(build_offer({"google-ads": "AW-123456789"}))
    with as_offered_now():
        assert current.current_offer() is last
    assert "The offer cannot be read" in caplog.text
