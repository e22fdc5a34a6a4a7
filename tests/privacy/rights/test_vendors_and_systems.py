"""Vendors are told before anybody forgets whom to name; nothing is closed with one open."""

from datetime import timedelta

import pytest
from django.utils import timezone

from privacy.rights import intake, outside_systems, services
from privacy.rights.choices import Channel, Did, Ground, Kind, Proof
from privacy.rights.intake import NotAllowedError
from privacy.rights.models import OutsideSystem, SubjectRequest, SystemCheck
from tests.privacy.rights.conftest import STRANGER

pytestmark = pytest.mark.django_db


def told(request: SubjectRequest, officer, vendor: str = "mail"):
    due = timezone.localdate() + timedelta(days=7)
    return services.tell_vendor(request, by=officer, vendor=vendor, due_on=due)


def test_nobody_is_erased_before_the_vendors_are_told(proved, officer):
    request = proved(Kind.ERASURE)
    with pytest.raises(NotAllowedError, match="First tell the vendors"):
        services.erase_for_request(request, by=officer)
    assert SubjectRequest.objects.get().email == STRANGER


def test_an_erasure_stays_open_until_each_vendor_has_confirmed(proved, officer, mails_to):
    request = proved(Kind.ERASURE)
    tasks = [told(request, officer, vendor) for vendor in ("mail", "hosting")]
    services.erase_for_request(request, by=officer)
    assert "Firms that hold something for us were told before" in mails_to(STRANGER)[-1]
    row = SubjectRequest.objects.get()
    assert (row.email, row.is_open) == ("", True)
    assert row.state == "Erased; a vendor has not confirmed yet"
    services.vendor_done(tasks[0], by=officer, evidence="Their mail.")
    assert SubjectRequest.objects.get().is_open is True
    services.vendor_done(tasks[1], by=officer, evidence="Their mail.")
    closed = SubjectRequest.objects.get()
    assert (closed.state, closed.closed_at) == ("Answered", closed.did(Did.ANSWERED)[0].at)


def test_what_is_done_is_neither_done_again_nor_taken_back(proved, officer):
    request = proved(Kind.ERASURE)
    told(request, officer)
    services.erase_for_request(request, by=officer)
    row = SubjectRequest.objects.get()
    for act in (
        lambda: services.erase_for_request(row, by=officer),
        lambda: services.answer(row, by=officer, text="Yes."),
        lambda: services.refuse(row, by=officer, ground=Ground.EXCESSIVE, reason="Much."),
        lambda: services.extend(row, by=officer, reason="Much."),
        lambda: intake.withdraw_request(row),
    ):
        with pytest.raises(NotAllowedError, match="has been done already"):
            act()


def test_of_two_erasures_at_once_the_second_changes_nothing(proved, officer, monkeypatch):
    request = proved(Kind.ERASURE)
    told(request, officer)
    services.erase_for_request(request, by=officer)
    monkeypatch.setattr(services, "_must_not_be_done", iter_once(services._must_not_be_done))
    seen = SubjectRequest.objects.get()
    monkeypatch.setattr(services, "must_have_address", lambda request: None)
    with pytest.raises(NotAllowedError, match="has been done already"):
        services.erase_for_request(seen, by=officer)
    assert len(SubjectRequest.objects.get().did(Did.ERASED)) == 1


def iter_once(check):
    """Let the first look pass: it was taken before the other's commit."""
    looks: list[None] = []

    def look(request):
        if looks:
            check(request)
        looks.append(None)

    return look


def test_nothing_is_closed_with_a_vendor_open(proved, officer):
    request = proved()
    task = told(request, officer)
    for act in (
        lambda: services.answer(request, by=officer, text="Yes."),
        lambda: services.refuse(request, by=officer, ground=Ground.EXCESSIVE, reason="Much."),
    ):
        with pytest.raises(NotAllowedError, match="“mail” has not done its part"):
            act()
    services.vendor_done(task, by=officer, evidence="Their mail.")
    assert services.answer(request, by=officer, text="Yes.").is_open is False
    with pytest.raises(NotAllowedError, match="already closed"):
        told(request, officer, "hosting")


def test_none_concerned_needs_a_reason_and_is_said_once(proved, officer):
    request = proved(Kind.ERASURE)
    with pytest.raises(NotAllowedError, match="The reason must be written"):
        services.no_vendor_concerned(request, by=officer, reason=" ")
    event = services.no_vendor_concerned(request, by=officer, reason="None is named.")
    assert event.note.text == "None is named."
    with pytest.raises(NotAllowedError, match="noted already"):
        services.no_vendor_concerned(request, by=officer, reason="None is named.")
    services.erase_for_request(request, by=officer)
    assert SubjectRequest.objects.get().is_open is False


def test_evidence_of_a_vendor_is_written(proved, officer):
    with pytest.raises(NotAllowedError, match="The evidence must be written"):
        services.vendor_done(told(proved(), officer), by=officer, evidence=" ")


# --- systems outside the site ---------------------------------------------------------------------


@pytest.fixture
def crm(db) -> OutsideSystem:
    OutsideSystem.objects.create(name="An old CRM", is_used=False)
    return OutsideSystem.objects.create(name="CRM", what_to_do="Search by the address.")


def test_nothing_is_answered_or_erased_before_each_system_was_looked_up(crm, proved, officer):
    access, erasure = proved(), proved(Kind.ERASURE)
    services.no_vendor_concerned(erasure, by=officer, reason="None is named.")
    with pytest.raises(NotAllowedError, match="done in “CRM”"):
        services.answer(access, by=officer, text="Yes.")
    with pytest.raises(NotAllowedError, match="done in “CRM”"):
        services.erase_for_request(erasure, by=officer)
    check = outside_systems.check_system(access, by=officer, system="CRM", evidence=" None. ")
    assert (check.evidence, str(check), str(crm)) == ("None.", "CRM", "CRM")
    assert [event.fact for event in access.did(Did.SYSTEM_CHECKED)] == ["CRM"]
    assert services.answer(access, by=officer, text="Yes.").is_open is False


@pytest.mark.parametrize(("system", "evidence"), [("CRM", " "), ("An old CRM", "Nothing found.")])
def test_a_look_needs_a_system_of_the_list_and_evidence(crm, proved, officer, system, evidence):
    with pytest.raises(NotAllowedError):
        outside_systems.check_system(proved(), by=officer, system=system, evidence=evidence)
    assert SystemCheck.objects.count() == 0


def test_a_question_needs_no_look(crm, ask, officer):
    question = ask(Kind.QUESTION)
    assert outside_systems.unchecked_systems(question) == []
    assert services.answer(question, by=officer, text="So.").is_open is False


def test_a_person_may_take_a_request_back_whatever_a_vendor_does(proved, officer):
    request = proved()
    task = told(request, officer)
    intake.withdraw_request(request)
    services.vendor_done(task, by=officer, evidence="Their mail.")
    assert SubjectRequest.objects.get().state == "Withdrawn by the person"


def test_a_complaint_is_acknowledged_at_once_and_answered_without_a_proof(ask, officer):
    complaint = ask(Kind.COMPLAINT, channel=Channel.FORM)
    assert complaint.did(Did.ACKNOWLEDGED)
    assert services.answer(complaint, by=officer, text="You are right.").is_open is False
    assert Proof.STAFF not in {event.proof for event in complaint.events.all()}
