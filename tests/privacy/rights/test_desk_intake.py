"""Requests that came by no form of the site: entered by staff, with the day on which they came."""

import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from privacy.datamap.erasure import erase
from privacy.datamap.retention import purge_expired
from privacy.datamap.subjects import by_address
from privacy.rights import export_files, intake, services
from privacy.rights.choices import Channel, Did, Ground, Kind
from privacy.rights.forms import EntryForm
from privacy.rights.intake import NotAllowedError
from privacy.rights.models import RequestScan, SubjectRequest
from privacy.rights.private_storage import SCANS, files, folder
from privacy.rights.scans import LARGEST, type_of
from privacy.rights.statistics import figures
from sens_site.lib.months import add_months
from tests.privacy.rights.conftest import STRANGER

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 A letter."
LETTER = {
    "kind": "erasure",
    "channel": "letter",
    "name": "Ada  Byron",
    "email": "",
    "postal_address": "12 St James's Square\nLondon",
    "text": "Erase me.",
}


@pytest.fixture
def enter(db):
    """Enter a letter as staff do."""

    def do(**fields) -> SubjectRequest:
        facts = {
            "kind": Kind.ERASURE,
            "channel": Channel.LETTER,
            "received_on": timezone.localdate(),
            "name": "Ada Byron",
            "email": "",
            "postal_address": "12 St James's Square",
            "text": "Erase me.",
            "actor": "a" * 32,
        }
        return intake.enter_request(**{**facts, **fields})

    return do


def form(**fields) -> EntryForm:
    scan = fields.pop("scan", None)
    data = {**LETTER, "received_on": timezone.localdate().isoformat(), **fields}
    files: MultiValueDict[str, UploadedFile] = MultiValueDict(
        {"scan": [SimpleUploadedFile("letter.pdf", scan)]} if scan else {}
    )
    return EntryForm(data, files)


def test_the_clock_runs_from_the_day_on_which_a_letter_came(enter):
    request = enter(received_on=date(2026, 1, 30))
    assert request.due_on == date(2026, 2, 28)  # one month is over before 30 days are
    events = [(event.did, event.fact) for event in request.events.all()]
    assert events == [(Did.RECEIVED, "letter"), (Did.ENTERED, "")]
    assert timezone.localtime(request.did(Did.RECEIVED)[0].at).date() == date(2026, 1, 30)
    assert request.did(Did.ENTERED)[0].at > timezone.now() - timedelta(minutes=1)


def test_what_came_this_morning_has_not_come_later_than_now(enter):
    early = datetime(2026, 3, 2, 15, tzinfo=UTC)  # 8 o'clock where the company is
    with time_machine.travel(early, tick=False):
        assert enter().received_at == early


def test_the_same_letter_entered_twice_is_one_request(enter, monkeypatch):
    first = enter()
    assert enter() == first
    assert enter(name="Bea") != first
    unseen, seen = [SubjectRequest.objects.none()], SubjectRequest.objects.filter
    monkeypatch.setattr(
        SubjectRequest.objects, "filter", lambda **by: unseen.pop() if unseen else seen(**by)
    )
    assert enter() == first
    assert RequestScan.objects.count() == 0


def test_who_gave_an_address_is_told_at_once_and_not_by_what_strangers_may_set_off(
    enter, ask, mails_to
):
    for text in "abcd":
        ask(text=text)
    before = len(mails_to(STRANGER))
    request = enter(email=STRANGER)
    assert len(mails_to(STRANGER)) == before + 1
    assert request.reference in mails_to(STRANGER)[-1]
    assert [e.did for e in request.did(Did.IDENTITY_ASKED, Did.ACKNOWLEDGED)] == [
        Did.IDENTITY_ASKED,
        Did.ACKNOWLEDGED,
    ]
    assert request.reference in mails_to("webmaster@company.test")[-1]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (1, "Choose a day that is not in the future."),
        (0, None),
        (-364, None),
        (-367, "Choose a day of the last twelve months."),
    ],
)
def test_a_day_of_receipt_is_neither_to_come_nor_long_past(days, said):
    day = timezone.localdate() + timedelta(days=days)
    shown = form(received_on=day.isoformat())
    assert shown.errors.get("received_on") == ([said] if said else None)


def test_a_request_needs_a_way_in_which_to_answer():
    assert form(postal_address="").errors == {
        "__all__": ["Enter an email or a postal address: how else to answer?"]
    }
    sent = form(postal_address="", email="Ada@Example.com")
    assert sent.is_valid()
    assert (sent.cleaned_data["email"], sent.cleaned_data["name"]) == (
        "ada@example.com",
        "Ada Byron",
    )
    assert "__all__" not in form(postal_address="", name="").errors


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"%PDF-1.4", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
        (b"<html>", ""),
        (b"MZ\x90", ""),
        (b" %PDF-", ""),
    ],
)
def test_a_scan_is_what_its_first_bytes_say(start, kind):
    assert type_of(start + b"more") == kind
    assert form(scan=start + b"more").is_valid() is bool(kind)


def test_a_page_that_is_called_a_letter_is_not_taken():
    said = form(scan=b"<script>alert(1)</script>").errors["scan"]
    assert said == ["The file is no PDF, JPEG, PNG or TIFF, whatever its name."]


def test_a_scan_of_more_than_ten_megabytes_is_not_taken():
    whole = b"%PDF-" + b" " * (LARGEST - 5)
    assert len(whole) == 10 * 1024 * 1024
    assert form(scan=whole).is_valid()
    assert form(scan=whole + b" ").errors["scan"] == ["The file is larger than 10 MB."]


def test_a_scan_lies_in_private_storage_under_a_name_that_tells_nothing(enter):
    scan = enter(scan=PDF).scan
    (path,) = files(SCANS)
    assert (path.name, path.read_bytes()) == (scan.file_name, PDF)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "Ada" not in path.name
    assert len(path.name) == 32


def test_a_scan_goes_with_the_person_and_12_months_after_closing(
    enter, officer, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        enter(scan=PDF, email=STRANGER)
        erase(by_address(STRANGER), cause="request")
    assert (list(files(SCANS)), RequestScan.objects.count()) == ([], 0)
    old = enter(scan=PDF, text="Another.")
    services.refuse(
        old,
        by=officer,
        ground=Ground.NOT_SHOWN,
        reason="Nobody showed who asks.",
        posted_on=timezone.localdate(),
    )
    for moment, left in ((timedelta(days=-1), 1), (timedelta(days=1), 0)):
        with (
            time_machine.travel(add_months(timezone.now(), 12) + moment),
            django_capture_on_commit_callbacks(execute=True),
        ):
            purge_expired()
        assert len(list(files(SCANS))) == left
    assert SubjectRequest.objects.get(pk=old.pk).postal_address == ""


def test_a_scan_that_a_dying_machine_left_is_removed(enter):
    with pytest.raises(IntegrityError), transaction.atomic():
        enter(scan=PDF)
        raise IntegrityError
    (stray,) = files(SCANS)
    assert export_files.remove_strays() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert export_files.remove_strays() == 1
    assert stray.exists() is False


# --- by post --------------------------------------------------------------------------------------


def test_a_letter_is_acknowledged_extended_and_answered_by_post(enter, officer, mails_to):
    came = timezone.localdate() - timedelta(days=20)
    request = enter(kind=Kind.ACCESS, received_on=came)
    with pytest.raises(NotAllowedError, match="No address is known"):
        services.extend(request, by=officer, reason="Many letters.")
    posted = came + timedelta(days=2)
    intake.note_acknowledged(request, actor="a" * 32, posted_on=posted)
    with pytest.raises(NotAllowedError, match="told already"):
        intake.note_acknowledged(request, actor="a" * 32, posted_on=posted)
    services.extend(request, by=officer, reason="Many letters.", posted_on=posted)
    services.record_proof(request, by=officer, how="He came in person")
    for wrong in (came - timedelta(days=1), timezone.localdate() + timedelta(days=1)):
        with pytest.raises(NotAllowedError, match="A letter is posted after"):
            services.answer(request, by=officer, text="We hold nothing.", posted_on=wrong)
    closed = services.answer(request, by=officer, text="We hold nothing.", posted_on=posted)
    assert closed.did(Did.ANSWERED)[0].note.text == "We hold nothing."
    assert [e.fact for e in closed.did(Did.ACKNOWLEDGED, Did.EXTENDED, Did.ANSWERED)] == [
        f"posted {posted}"
    ] * 3
    assert mails_to("") == []


def test_figures_count_to_the_day_on_which_the_answer_was_posted(enter, officer):
    with time_machine.travel(datetime(2026, 3, 2, 18, tzinfo=UTC), tick=False):
        letters = [enter(kind=Kind.QUESTION, text=str(number)) for number in range(5)]
    with time_machine.travel(datetime(2026, 4, 20, 18, tzinfo=UTC), tick=False):
        for letter in letters:
            services.answer(letter, by=officer, text="So.", posted_on=date(2026, 3, 12))
        shown = figures(now=datetime(2026, 5, 2, 18, tzinfo=UTC))
    assert (shown.median_days, shown.late) == (10, 0)


def test_what_is_held_about_nobody_known_is_not_said(enter, officer):
    from privacy.rights.answer_drafts import draft_answer

    enter(text="Words that were blanked")
    request = enter(kind=Kind.ACCESS)
    services.record_proof(request, by=officer, how="He came in person")
    request = SubjectRequest.objects.get(pk=request.pk)
    assert draft_answer(request).startswith("[Say whether we hold anything about you")


def test_a_link_is_not_sent_to_nobody(enter):
    with pytest.raises(NotAllowedError, match="No address is known"):
        intake.ask_identity(enter())


def test_the_scan_folder_is_ours_alone():
    assert stat.S_IMODE(Path(folder(SCANS)).stat().st_mode) == 0o700
