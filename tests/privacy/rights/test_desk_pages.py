"""Pages of the desk that take a letter, show a mail before it is sent, and act."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from privacy.policy.people import pseudonym
from privacy.rights import handling, scans, services
from privacy.rights.choices import Did, Kind
from privacy.rights.models import OutsideSystem, SubjectRequest
from privacy.rights.private_storage import SCANS, folder
from tests.client import SiteClient, stamp_in
from tests.factories.people import make_person, make_staff
from tests.privacy.rights.conftest import LIST, STRANGER, page, send, with_rights

pytestmark = pytest.mark.django_db
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
    assert SubjectRequest.objects.get().did(Did.ANSWERED)[0].fact == f"posted {day}"
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


def test_a_restriction_is_set_shown_everywhere_and_lifted(desk, proved, officer):
    person = make_person("ada")
    request = proved(Kind.RESTRICTION, email=person.email)
    assert desk.fill_in(page(request, "restrict"), {}).status_code == 303
    for path in (page(request), f"/admin/accounts/user/{person.pk}/change/"):
        assert "is restricted: it is only stored" in desk.get(path).content.decode()
    other = make_person("bea")
    shown = desk.get(f"/admin/accounts/user/{other.pk}/change/").content.decode()
    assert "is restricted" not in shown
    services.answer(request, by=officer, text="From now on we only store it.")
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


def test_the_list_asks_once_for_the_names_of_staff(desk, ask, officer):
    counts = []
    for number in (1, 2, 3):
        request = ask(text=str(number))
        handling.hand_to(request, handler=pseudonym(officer))
        handling.note_writing(request, by=officer)
        with CaptureQueriesContext(connection) as queries:
            shown = desk.get(LIST).content.decode()
        counts.append(len(queries))
        assert shown.count("officer (officer is answering since") == number
    assert counts[0] == counts[2]
