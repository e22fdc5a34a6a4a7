"""The desk in the admin: what is offered, what is asked, what is done, and to whom it is open."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from privacy.policy.services import pseudonym
from privacy.rights import alarms, scans, services
from privacy.rights.admin import SubjectRequestAdmin
from privacy.rights.choices import Did, Ground, Kind
from privacy.rights.models import ExportFile, OutsideSystem, RequestEvent, SubjectRequest
from privacy.rights.private_storage import SCANS, folder
from privacy.rights.request_steps import STEPS
from tests.client import SiteClient, stamp_in
from tests.factories.people import make_person, make_staff
from tests.privacy.rights.conftest import STRANGER

pytestmark = pytest.mark.django_db
LIST = "/admin/rights/subjectrequest/"


def page(request: SubjectRequest, step: str = "change") -> str:
    return f"{LIST}{request.pk}/{step}/"


def send(desk: SiteClient, path: str, data: dict):
    """Fill in the form of a step, read the mail that it shows, and send it."""
    preview = desk.fill_in(path, data)
    if preview.status_code != 200:
        return preview
    assert "Nothing is sent yet" in preview.content.decode()
    return desk.post(path, {**data, **stamp_in(preview), "send": "Send it"})


def offered(response) -> list[str]:
    return [step["label"] for step in response.context["steps"]]


@pytest.fixture
def desk(officer: User) -> SiteClient:
    client = SiteClient()
    client.force_login(officer)
    return client


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


def with_rights(username: str, *codenames: str) -> SiteClient:
    user = make_staff(username, is_superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = SiteClient()
    client.force_login(user)
    return client


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


# --- by letter, and before a mail is sent ---------------------------------------------------------


LETTER = {
    "kind": "erasure",
    "channel": "letter",
    "name": "Ada Byron",
    "postal_address": "12 St James's Square",
    "text": "Erase me.",
}


def test_staff_enter_a_letter_and_save_its_scan(desk):
    day = timezone.localdate() - timedelta(days=3)
    wrong = desk.post(f"{LIST}add/", {**LETTER, "received_on": day, "kind": ""})
    assert wrong.status_code == 422
    assert "12 St James" in wrong.content.decode()
    scan = SimpleUploadedFile("evil.html", b"%PDF-1.7 <script>")
    entered = desk.post(f"{LIST}add/", {**LETTER, "received_on": day, "scan": scan})
    request = SubjectRequest.objects.get()
    assert (entered.status_code, entered["Location"]) == (303, page(request))
    assert request.deadline.received_on == day
    assert LogEntry.objects.get().object_repr == f"Request {request.reference}"
    assert "Save the scan of the letter" in desk.get(page(request)).content.decode()
    answer = desk.get(page(request, "scan"))
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 <script>"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{request.reference}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    (folder(SCANS) / request.scan.file_name).unlink()
    assert desk.get(page(request, "scan")).status_code == 404


def test_a_letter_is_entered_and_its_scan_read_by_those_alone_who_answer(desk, proved):
    request = proved()
    scans.keep_scan(request, b"%PDF-1.7")
    reader = with_rights("reader-of-lists", "view_subjectrequest")
    assert desk.get(f"{LIST}add/").status_code == 200
    assert reader.get(f"{LIST}add/").status_code == 403
    assert reader.get(page(request, "scan")).status_code == 403
    assert reader.get("/admin/rights/outsidesystem/").status_code == 403


@pytest.mark.parametrize(
    ("step", "data", "said"),
    [
        ("answer", {"text": "We hold nothing."}, "We hold nothing."),
        ("extend", {"text": "Many letters."}, "Many letters."),
        ("fee", {"text": "Very much.", "ground": "excessive", "amount": "20 USD"}, "20 USD"),
        ("refuse", {"text": "Very much.", "ground": "excessive"}, "Very much."),
    ],
)
def test_a_mail_is_shown_word_for_word_before_it_is_sent(desk, proved, mails_to, step, data, said):
    request = proved()
    path, before = page(request, step), len(mails_to(STRANGER))
    preview = desk.fill_in(path, data)
    shown = preview.context["mail"]
    assert said in shown.body
    assert f"This mail goes to {STRANGER}. Nothing is sent yet." in preview.content.decode()
    assert len(mails_to(STRANGER)) == before
    again = desk.post(path, {**data, **stamp_in(preview), "change": "Change the words"})
    assert (again.status_code, again.context["form"]["text"].value()) == (200, data["text"])
    assert desk.post(path, {**data, **stamp_in(preview), "send": "Send it"}).status_code == 303
    assert shown.body.strip() in mails_to(STRANGER)[-1].replace("\r\n", "\n")


def test_who_previews_is_seen_to_be_answering(desk, proved, officer):
    request = proved()
    colleague = SiteClient()
    colleague.force_login(make_staff("rosalind"))
    open_page = colleague.get(page(request, "answer"))
    desk.fill_in(page(request, "answer"), {"text": "We hold nothing."})
    assert "officer is answering since" in colleague.get(page(request)).content.decode()
    assert "officer is answering since" in colleague.get(LIST).content.decode()
    late = {"text": "Yes, we do.", **stamp_in(open_page), "send": "Send it"}
    met = colleague.post(page(request, "answer"), late)
    assert met.status_code == 409
    assert "officer is answering since" in met.content.decode()
    assert SubjectRequest.objects.get().is_open is True


def test_a_letter_is_answered_by_post(desk, officer):
    day = timezone.localdate().isoformat()
    desk.post(f"{LIST}add/", {**LETTER, "kind": "question", "received_on": day})
    request = SubjectRequest.objects.get()
    assert desk.fill_in(page(request, "acknowledged"), {"posted_on": day}).status_code == 303
    data = {"text": "So it is.", "posted_on": day}
    preview = desk.fill_in(page(request, "answer"), data)
    assert "Nothing is mailed. This is noted as posted on" in preview.content.decode()
    sent = desk.post(page(request, "answer"), {**data, **stamp_in(preview), "send": "Note it"})
    assert sent.status_code == 303
    assert SubjectRequest.objects.get().answered_on == timezone.localdate()
    assert "So it is." in desk.get(page(request)).content.decode()


def test_an_answer_to_nobody_says_what_is_missing(desk, ask):
    request = ask(Kind.QUESTION, email="")
    preview = desk.fill_in(page(request, "answer"), {"text": "So it is."})
    assert "No address is known" in preview.content.decode()
    assert SubjectRequest.objects.get().is_open is True


def test_a_correction_shows_what_stands_there_and_overwrites_nothing_unseen(desk, proved):
    person = make_person("ada", name="Ada")
    request = proved(Kind.RECTIFICATION, email=person.email)
    first = desk.get(page(request, "correct"))
    assert "Name: Ada" in first.content.decode()
    User.objects.filter(pk=person.pk).update(phone="1")
    values = {**first.context["form"].initial, "accounts-name": "Bea"}
    assert desk.post(page(request, "correct"), {**values, **stamp_in(first)}).status_code == 409
    values["accounts-phone"] = "1"
    preview = desk.fill_in(page(request, "correct"), values)
    assert "- Name: Ada → Bea" in preview.context["mail"].body
    assert "Phone" not in preview.context["mail"].body
    sent = {**values, **stamp_in(preview), "send": "Send it"}
    assert desk.post(page(request, "correct"), sent).status_code == 303
    person.refresh_from_db()
    assert (person.name, person.phone) == ("Bea", "1")


def test_a_restriction_is_set_shown_everywhere_and_lifted(desk, proved):
    person = make_person("ada")
    request = proved(Kind.RESTRICTION, email=person.email)
    assert desk.fill_in(page(request, "restrict"), {}).status_code == 303
    for path in (page(request), f"/admin/accounts/user/{person.pk}/change/"):
        assert "is restricted: it is only stored" in desk.get(path).content.decode()
    other = make_person("bea")
    shown = desk.get(f"/admin/accounts/user/{other.pk}/change/").content.decode()
    assert "is restricted" not in shown
    assert send(desk, page(request, "lift"), {"text": "You asked for it."}).status_code == 303
    assert SubjectRequest.objects.get().restricted_at is None


def test_an_objection_is_switched_off_and_a_system_looked_up(desk, proved):
    OutsideSystem.objects.create(name="CRM", what_to_do="Search by the address.")
    person = make_person("ada", marketing_opt_in_at=timezone.now())
    objection = proved(Kind.WITHDRAWAL, email=person.email)
    off = {"switches": ["marketing-mail"]}
    assert desk.fill_in(page(objection, "switch-off"), off).status_code == 303
    person.refresh_from_db()
    assert person.marketing_opt_in_at is None
    access = proved()
    assert "Search by the address." in desk.get(page(access, "system")).content.decode()
    found = {"system": "CRM", "text": "Nothing found."}
    assert desk.fill_in(page(access, "system"), found).status_code == 303
    assert "Nothing found." in desk.get(page(access)).content.decode()


def test_colleagues_share_a_request(desk, ask, officer):
    request = ask()
    for step, data in (
        ("writing", {}),
        ("handler", {"handler": pseudonym(officer)}),
        ("note", {"text": "Called twice."}),
        ("remind", {"remind_on": timezone.localdate() + timedelta(days=2)}),
    ):
        assert desk.fill_in(page(request, step), data).status_code == 303
    shown = desk.get(page(request)).content.decode()
    assert "Called twice." in shown
    assert "officer is answering since" in shown
    assert SubjectRequest.objects.get().handler == pseudonym(officer)


def test_systems_outside_the_site_are_named_at_the_desk(desk):
    added = desk.post("/admin/rights/outsidesystem/add/", {"name": "ERP", "is_used": "on"})
    assert added.status_code == 302
    system = OutsideSystem.objects.get()
    path = f"/admin/rights/outsidesystem/{system.pk}/"
    assert desk.fill_in(f"{path}change/", {"name": "ERP"}).status_code == 302
    system.refresh_from_db()
    assert system.is_used is False
    assert desk.get(f"{path}delete/").status_code == 403
