"""The desk in the admin: what is offered, what is asked, what is done, and to whom it is open."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from accounts.models import User
from privacy.rights import alarms, services
from privacy.rights.admin import SubjectRequestAdmin
from privacy.rights.choices import Did, Ground, Kind
from privacy.rights.models import ExportFile, RequestEvent, SubjectRequest
from privacy.rights.request_steps import STEPS
from tests.client import SiteClient, stamp_in
from tests.factories.people import make_person
from tests.privacy.rights.conftest import LIST, STRANGER, page, send, with_rights

pytestmark = pytest.mark.django_db


def offered(response) -> list[str]:
    return [step["label"] for step in response.context["steps"]]


def test_least_time_left_comes_first(desk, ask):
    now = timezone.now()
    for number, age in enumerate((3, 40, 20)):
        ask(text=str(number), email=f"s{number}@x.test", received_at=now - timedelta(days=age))
    response = desk.get(LIST)
    marks = [desk_row.days_left for desk_row in response.context["cl"].result_list]
    assert marks == sorted(marks)
    assert "▲ LATE by" in response.content.decode()


@pytest.mark.parametrize(
    ("days", "words"), [(26, "4 days"), (27, "! 3 days"), (29, "! 1 day"), (31, "▲ LATE by 1 day")]
)
def test_the_last_three_days_are_marked_in_words(ask, days, words):
    received = datetime(2026, 3, 2, 18, tzinfo=UTC)  # due on 1 April, 30 days later
    request = ask(received_at=received)
    with time_machine.travel(received + timedelta(days=days)):
        shown = SubjectRequestAdmin(SubjectRequest, site).time_left(request)
    assert shown == words


def test_a_held_request_stands_under_its_own_tab(desk, ask):
    ask(trapped=True)
    assert desk.get(LIST).context["cl"].result_count == 0
    assert desk.get(LIST + "?desk=held").context["cl"].result_count == 1


def test_each_tab_shows_its_own(desk, ask, officer):
    waiting, held, closed = (ask(text=text, trapped=text == "held") for text in ("a", "held", "c"))
    services.refuse(closed, by=officer, ground=Ground.UNFOUNDED, reason="Not about a person.")
    shown = {
        tab: {row.pk for row in desk.get(LIST + tab).context["cl"].result_list}
        for tab in ("", "?desk=held", "?desk=closed", "?desk=all")
    }
    assert shown == {
        "": {waiting.pk},
        "?desk=held": {held.pk},
        "?desk=closed": {closed.pk},
        "?desk=all": {waiting.pk, held.pk, closed.pk},
    }


def test_nothing_is_done_to_many_at_once(desk, ask):
    ask()
    assert desk.get(LIST).context["cl"].model_admin.actions is None
    assert "action-select" not in desk.get(LIST).content.decode()


AMONG_COLLEAGUES = ["I am answering this", "Hand over", "Write a note", "Remind us"]


@pytest.mark.parametrize(
    ("kind", "proof", "expected"),
    [
        (
            Kind.ACCESS,
            False,
            [
                "Send the identity link again",
                "Identity seen otherwise",
                "Tell a vendor",
                "No vendor concerned",
                "Take more time",
                "Name a fee",
                "Refuse",
                *AMONG_COLLEAGUES,
            ],
        ),
        (
            Kind.ACCESS,
            True,
            [
                "Make a copy",
                "Tell a vendor",
                "No vendor concerned",
                "Answer",
                "Take more time",
                "Name a fee",
                "Refuse",
                *AMONG_COLLEAGUES,
            ],
        ),
        (
            Kind.ERASURE,
            True,
            [
                "Erase",
                "Tell a vendor",
                "No vendor concerned",
                "Answer",
                "Take more time",
                "Name a fee",
                "Refuse",
                *AMONG_COLLEAGUES,
            ],
        ),
    ],
)
def test_what_is_offered_follows_from_the_events(desk, ask, proved, kind, proof, expected):
    request = proved(kind) if proof else ask(kind)
    assert offered(desk.get(page(request))) == expected


def test_every_step_asks_first_and_changes_nothing_on_get(desk, proved):
    request = proved()
    before = RequestEvent.objects.count()
    for step in STEPS:
        assert desk.get(page(request, step.slug)).status_code in {200, 409}
    assert RequestEvent.objects.count() == before


def test_staff_make_a_copy_and_answer(desk, proved, mails_to):
    request = proved()
    response = desk.fill_in(page(request, "export"), {})
    assert (response.status_code, response["Location"]) == (303, page(request))
    assert ExportFile.objects.count() == 1
    draft = desk.get(page(request, "answer")).context["form"].initial["text"]
    assert draft.startswith(("Yes, we hold", "No, we hold"))
    words = draft.replace("[say the period]", "ten years")
    assert send(desk, page(request, "answer"), {"text": words}).status_code == 303
    assert SubjectRequest.objects.get().is_open is False
    assert "copy" in mails_to(STRANGER)[-1]


def test_the_desk_shows_what_the_map_finds_and_an_erasure_by_its_plan(desk, proved):
    person = make_person("ada", name="Ada")
    request = proved(Kind.ERASURE, email=person.email)
    assert "Account and profile" in desk.get(page(request)).content.decode()
    asked = desk.get(page(request, "erase")).content.decode()
    assert "Account and profile (1)" in asked
    untold = desk.fill_in(page(request, "erase"), {})
    assert "First tell the vendors, or note why none is concerned." in untold.content.decode()
    assert desk.fill_in(page(request, "no-vendor"), {"text": "None is named."}).status_code == 303
    assert desk.fill_in(page(request, "erase"), {}).status_code == 303
    assert User.objects.filter(username="ada").exists() is False


def test_an_invalid_step_keeps_its_words_and_does_nothing(desk, proved):
    request = proved()
    response = desk.fill_in(page(request, "refuse"), {"text": "Because", "ground": ""})
    assert response.status_code == 422
    assert "Because" in response.content.decode()
    assert SubjectRequest.objects.get().is_open is True


def test_a_step_that_is_no_longer_possible_says_so(desk, proved, officer):
    request = proved()
    services.answer(request, by=officer, text="Yes.")
    response = desk.fill_in(page(request, "answer"), {"text": "Again"})
    assert response.status_code == 409
    assert "not possible now" in response.content.decode()


def test_staff_see_and_clear_an_alarm(desk, ask):
    request = ask(received_at=timezone.now() - timedelta(days=16))
    alarms.raise_alarms()
    assert "50 %" in desk.get(LIST).content.decode()
    assert desk.fill_in(page(request, "seen"), {}).status_code == 303
    assert "50 %" not in desk.get(LIST).content.decode()
    assert RequestEvent.objects.filter(did=Did.ALARM_SEEN).count() == 1


def test_a_vendor_is_told_and_gives_evidence(desk, proved):
    request = proved()
    due = timezone.localdate() + timedelta(days=10)
    assert (
        desk.fill_in(page(request, "vendor"), {"vendor": "mail", "due_on": due}).status_code == 303
    )
    assert (
        desk.fill_in(page(request, "vendor-done"), {"text": "Letter of May 2"}).status_code == 303
    )
    assert [e.fact for e in request.did(Did.VENDOR_TOLD, Did.VENDOR_DONE)] == ["mail", "mail"]


def test_evidence_counts_for_the_vendor_that_the_page_named(desk, officer, proved):
    request = proved()
    due = timezone.localdate() + timedelta(days=10)
    for vendor, days in (("mail", 0), ("hosting", 1)):
        services.tell_vendor(request, by=officer, vendor=vendor, due_on=due + timedelta(days=days))
    first = desk.get(page(request, "vendor-done"))
    assert f"mail, due on {due:%B} {due.day}" in first.content.decode()
    services.vendor_done(request.vendor_tasks.get(vendor="mail"), by=officer, evidence="By phone")
    answer = desk.post(
        page(request, "vendor-done"), {**stamp_in(first), "text": "Mail has done it"}
    )
    assert answer.status_code == 409
    assert "Mail has done it" in answer.content.decode()
    assert request.vendor_tasks.get(vendor="hosting").done_at is None


def test_an_alarm_that_came_after_the_page_was_opened_is_not_marked_as_seen(desk, ask):
    request = ask(received_at=timezone.now() - timedelta(days=16))
    alarms.raise_alarms()
    first = desk.get(page(request, "seen"))
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        alarms.raise_alarms()
    assert desk.post(page(request, "seen"), stamp_in(first)).status_code == 409
    assert "75 %" in desk.get(LIST).content.decode()


def test_the_admin_log_names_the_request_and_no_person(desk, proved):
    desk.fill_in(page(proved(), "export"), {})
    entry = LogEntry.objects.get()
    assert entry.object_repr.startswith("Request R-")
    assert STRANGER not in f"{entry.object_repr}{entry.change_message}"


ROLES = {
    "nobody": (),
    "editor": ("change_policydraft", "view_policydraft", "change_page"),
    "webmaster": ("view_contactmessage", "change_contactmessage"),
    "reader": ("view_subjectrequest",),
    "officer": ("view_subjectrequest", "answer_subjectrequest"),
}


@pytest.mark.parametrize(
    ("role", "read", "act"),
    [
        ("nobody", 403, 403),
        ("editor", 403, 403),
        ("webmaster", 403, 403),
        ("reader", 200, 403),
        ("officer", 200, 200),
    ],
)
def test_who_may_read_and_who_may_act(proved, role, read, act):
    request = proved()
    client = with_rights(role, *ROLES[role])
    assert client.get(LIST).status_code == read
    assert client.get(page(request)).status_code == read
    for step in STEPS:
        answer = client.get(page(request, step.slug)).status_code
        assert answer == (403 if act == 403 else 200 if step.offered(request) else 409)
    for slug in ("export", "answer", "refuse"):
        posted = client.post(page(request, slug), {})
        assert (posted.status_code == 403) is (act == 403)


def test_a_customer_and_a_visitor_are_led_to_the_log_in(proved, signed_in, client):
    request = proved()
    for visitor in (signed_in, SiteClient()):
        for step in ("change", *[step.slug for step in STEPS]):
            response = visitor.get(page(request, step))
            assert response.status_code in {302, 403}
            assert STRANGER not in response.content.decode()


GAPS = {
    Kind.RECTIFICATION: "[say what]",
    Kind.RESTRICTION: "[say what]",
    Kind.OBJECTION: "[say what]",
    Kind.WITHDRAWAL: "[say what]",
    Kind.COMPLAINT: "[Say what you found, and what you have done about it.]",
    Kind.QUESTION: "[Answer the question.]",
    Kind.ACCESS: "[say the period]",
    Kind.PORTABILITY: "[say the period]",
    Kind.ERASURE: "[say the period]",
}


@pytest.mark.parametrize("kind", list(Kind))
def test_a_draft_cannot_be_sent_as_long_as_something_in_it_is_left_to_be_said(desk, proved, kind):
    request = proved(kind)
    draft = desk.get(page(request, "answer")).context["form"]["text"].value()
    response = desk.fill_in(page(request, "answer"), {"text": f"{draft} My own words."})
    assert response.status_code == 422
    said = f"Replace what stands in brackets by your own words: {GAPS[kind]}"
    assert response.context["form"].errors == {"text": [said]}
    assert "My own words." in response.content.decode()
    assert SubjectRequest.objects.open().get() == request
    filled = draft.replace(GAPS[kind], "so it is")
    assert send(desk, page(request, "answer"), {"text": filled}).status_code == 303


@pytest.mark.parametrize("step", ["extend", "fee", "refuse"])
def test_no_other_mail_is_sent_with_a_gap_in_it(desk, proved, step):
    request = proved()
    data = {"text": "Because of [say what].", "ground": "excessive", "amount": "20 USD"}
    response = desk.fill_in(page(request, step), data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["text"]
