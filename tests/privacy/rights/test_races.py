"""Two at once: what one of them finds done, or gone, has one effect and an answer all the same."""

import os
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from privacy.rights import alarms, export_files, intake, request_steps
from privacy.rights.choices import Did
from privacy.rights.models import ExportFile, MailedLink, RequestEvent, SubjectRequest
from privacy.rights.private_storage import files, folder
from privacy.rights.secret_links import make_link
from privacy.rights.services import NotAllowedError
from tests.privacy.rights.conftest import STRANGER

pytestmark = pytest.mark.django_db


def count(did: str) -> int:
    return RequestEvent.objects.filter(did=did).count()


def identity_link(request: SubjectRequest) -> str:
    return make_link(request, purpose=MailedLink.Purpose.IDENTITY, life=timedelta(hours=24))


def test_the_same_form_at_the_same_moment_is_one_request(ask, monkeypatch, mails_to):
    first = ask()
    # The second looked before the first was stored, and stores after it.
    unseen = SubjectRequest.objects.none()
    seen = SubjectRequest.objects.filter
    answers = [unseen]
    monkeypatch.setattr(
        SubjectRequest.objects,
        "filter",
        lambda **by: answers.pop() if answers else seen(**by),
    )
    assert ask() == first
    assert answers == []
    assert SubjectRequest.objects.count() == 1
    assert len(mails_to(STRANGER)) == 1


def test_of_two_workers_one_raises_an_alarm(ask, monkeypatch, mails_to):
    ask(received_at=timezone.now() - timedelta(days=16))

    def already_there(*args, **fields):
        raise IntegrityError

    monkeypatch.setattr(alarms, "record", already_there)
    assert alarms.raise_alarms() == 0
    assert [mail for mail in mails_to("webmaster@company.test") if "running out" in mail] == []


def test_of_two_fetches_of_the_last_copy_one_gets_it(proved, officer, link_in, monkeypatch):
    export = export_files.make_export(proved(), by=officer)
    token = link_in("/privacy/copy/").strip("/").rpartition("/")[2]
    ExportFile.objects.update(fetches=2)
    found = export_files.find_export(token)
    assert found is not None
    ExportFile.objects.update(fetches=3)  # the other one, between look and lock
    monkeypatch.setattr(export_files, "find_export", lambda token: found)
    assert export_files.fetch(token) is None
    assert ExportFile.objects.get(pk=export.pk).fetches == 3


def test_a_second_link_proves_nothing_new(ask):
    request = ask()
    links = [identity_link(request) for _ in range(2)]
    assert [intake.prove_identity(link) for link in links] == [request, request]
    assert count(Did.IDENTITY_PROVED) == 1


def test_a_link_is_spent_where_the_request_was_closed_meanwhile(ask):
    request = ask()
    link = identity_link(request)
    intake.withdraw_request(request)
    assert intake.prove_identity(link) is None
    assert count(Did.IDENTITY_PROVED) == 0


def test_a_request_is_released_once(ask):
    request = ask(trapped=True)
    intake.release(request)
    with pytest.raises(NotAllowedError, match="is not held"):
        intake.release(request)
    assert count(Did.RELEASED) == 1


def test_no_link_is_mailed_once_it_was_shown_who_is_asking(proved):
    with pytest.raises(NotAllowedError, match="already been shown"):
        intake.ask_identity(proved())
    assert count(Did.IDENTITY_ASKED) == 0


def test_an_address_that_has_had_its_links_of_the_day_gets_no_further_one(ask, mails_to):
    request = ask()
    assert [intake.ask_identity(request) for _ in range(3)] == [True, True, False]
    assert len([mail for mail in mails_to(STRANGER) if "/privacy/confirm/" in mail]) == 3


def test_no_copy_is_made_for_somebody_unknown(ask, officer):
    with pytest.raises(NotAllowedError, match="not been shown who is asking"):
        export_files.make_export(ask(), by=officer)
    assert (list(files()), ExportFile.objects.count()) == ([], 0)


def test_a_copy_that_cannot_be_written_whole_leaves_no_file(proved, officer, monkeypatch):
    def half(subject, *, portable):
        yield b"half"
        raise OSError("No space left on device")

    monkeypatch.setattr(export_files, "stream_export", half)
    with pytest.raises(OSError, match="No space left"):
        export_files.make_export(proved(), by=officer)
    assert list(files()) == []


def test_a_copy_that_has_expired_makes_place_for_a_new_one(
    proved, officer, django_capture_on_commit_callbacks
):
    request = proved()
    old = export_files.make_export(request, by=officer)
    ExportFile.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        new = export_files.make_export(request, by=officer)
    assert new.file_name != old.file_name
    assert [path.name for path in files()] == [new.file_name]
    assert (count(Did.EXPORT_MADE), count(Did.FILE_DESTROYED)) == (2, 1)


def test_a_file_that_no_row_knows_is_destroyed_after_an_hour(proved, officer):
    kept = export_files.make_export(proved(), by=officer)
    for name, minutes in (("young.zip", 59), ("old.zip", 61), (kept.file_name, 61)):
        path = folder() / name
        path.touch()
        moment = (timezone.now() - timedelta(minutes=minutes)).timestamp()
        os.utime(path, (moment, moment))
    assert export_files.remove_strays() == 1
    assert {path.name for path in files()} == {"young.zip", kept.file_name}


def test_of_two_who_note_the_last_vendor_as_done_one_is_told(proved, officer):
    request = proved()
    with pytest.raises(NotAllowedError, match="No vendor has anything left to do"):
        request_steps._finish_task(request, officer, {"text": "Their mail of today."})
    assert count(Did.VENDOR_DONE) == 0
