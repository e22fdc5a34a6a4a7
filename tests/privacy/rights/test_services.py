"""The rules of the desk: what cannot be done without proof, ground, reason or notice."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from privacy.datamap.models import Erasure
from privacy.datamap.retention import purge_expired
from privacy.datamap.vendors import VENDORS
from privacy.rights import alarms, export_files, intake, services
from privacy.rights.choices import AUTHORITIES, NEEDS_NO_PROOF, Channel, Did, Ground, Kind, Proof
from privacy.rights.models import ExportFile, MailedLink, RequestEvent, SubjectRequest
from privacy.rights.private_storage import files
from privacy.rights.secret_links import find_by_status, hashed, make_link, status_path
from privacy.rights.services import NotAllowedError
from tests.privacy.rights.conftest import STRANGER
from tests.subject import make_subject

pytestmark = pytest.mark.django_db


def kinds_of(request: SubjectRequest) -> list[str]:
    return [event.did for event in RequestEvent.objects.filter(request=request)]


def fetched_size(token: str) -> int:
    file = export_files.fetch(token)
    assert file is not None
    with file:
        return len(file.read())


def test_a_request_is_acknowledged_and_its_sender_asked_who_it_is(ask, mails_to):
    request = ask()
    assert kinds_of(request) == [Did.RECEIVED, Did.IDENTITY_ASKED, Did.ACKNOWLEDGED]
    (mail,) = mails_to(STRANGER)
    assert status_path(request) in mail
    assert "/privacy/confirm/" in mail
    assert "A Stranger" not in mail


def test_the_desk_is_told_without_a_name(ask, mails_to):
    request = ask()
    (mail,) = mails_to("webmaster@company.test")
    assert request.reference in mail
    assert STRANGER not in mail


@pytest.mark.parametrize("kind", sorted(NEEDS_NO_PROOF))
def test_what_tells_and_destroys_nothing_needs_no_proof(ask, kind):
    request = ask(kind)
    asked = [Did.IDENTITY_ASKED] if kind == Kind.OBJECTION else []
    assert kinds_of(request) == [Did.RECEIVED, *asked, Did.ACKNOWLEDGED]
    assert request.may_act is True


def test_an_objection_may_be_proven_and_need_not_be(ask, mails_to):
    ask(Kind.OBJECTION)
    (mail,) = mails_to(STRANGER)
    assert "your objection to marketing takes effect at once" in mail
    assert "Before we can act on it" not in mail
    link = mail.partition("/privacy/confirm/")[2].split("/")[0]
    asked = intake.prove_identity(link)
    assert asked is not None
    assert asked.proof is not None
    assert asked.proof.proof == Proof.LINK


def test_the_same_form_twice_is_one_request(ask, mails_to):
    assert ask() == ask(text="please  TELL me.")
    assert SubjectRequest.objects.count() == 1
    assert len(mails_to(STRANGER)) == 1


def test_after_it_was_closed_the_same_may_be_asked_again(ask):
    first = ask()
    intake.withdraw_request(first)
    assert ask() != first


def test_a_trapped_request_is_held_with_its_clock_running_and_no_mail(ask, officer, mails_to):
    request = ask(trapped=True)
    assert (request.is_held, mails_to(STRANGER)) == (True, [])
    assert SubjectRequest.objects.waiting().count() == 0
    services.release(request, by=officer)
    assert SubjectRequest.objects.waiting().count() == 1
    assert len(mails_to(STRANGER)) == 1


def test_whoever_sends_a_held_request_again_without_the_trap_has_it_released(ask, mails_to):
    request = ask(trapped=True)
    ask()
    request.refresh_from_db()
    assert request.is_held is False
    assert len(mails_to(STRANGER)) == 1


@pytest.mark.parametrize("kind", list(Kind))
def test_one_address_gets_no_more_than_three_mails_a_day(ask, mails_to, kind):
    for number in range(5):
        ask(kind, text=f"request {number}")
    assert SubjectRequest.objects.count() == 5
    assert len(mails_to(STRANGER)) == 3
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        ask(kind, text="the next day")
    assert len(mails_to(STRANGER)) == 4


def test_mails_of_all_kinds_count_together(ask, mails_to):
    first = ask(Kind.QUESTION)
    second = ask(Kind.ACCESS)
    assert intake.ask_identity(second) is True
    assert intake.ask_identity(second) is False
    ask(Kind.OBJECTION)
    assert len(mails_to(STRANGER)) == 3
    assert kinds_of(first) == [Did.RECEIVED, Did.ACKNOWLEDGED]


def test_who_has_shown_who_is_asking_is_always_answered(proved, mails_to):
    for number in range(5):
        proved(text=f"request {number}")
    assert len(mails_to(STRANGER)) == 5


def test_the_desk_is_told_of_a_request_that_is_not_acknowledged(ask, mails_to):
    requests = [ask(text=f"request {number}") for number in range(5)]
    mails = mails_to("webmaster@company.test")
    assert [request.reference in mail for request, mail in zip(requests, mails, strict=True)] == (
        [True] * 5
    )


def test_a_flood_from_many_addresses_does_not_fill_the_mailbox_of_the_desk(ask, mails_to):
    for number in range(70):
        ask(email=f"p{number}@elsewhere.test")
    mails = mails_to("webmaster@company.test")
    assert len(mails) == 60
    assert "Many privacy requests: please look at the desk" in mails[-1]
    assert "https://testserver/admin/rights/subjectrequest/" in mails[-1]
    with time_machine.travel(timezone.now() + timedelta(hours=1, minutes=1)):
        ask(email="later@elsewhere.test")
    assert len(mails_to("webmaster@company.test")) == 61


def test_alarms_of_a_flood_do_not_fill_the_mailbox_either(ask, mails_to):
    for number in range(70):
        ask(email=f"p{number}@elsewhere.test")
    with time_machine.travel(timezone.now() + timedelta(days=16)):
        assert alarms.raise_alarms() == 70
        assert alarms.raise_alarms() == 0
    assert len(mails_to("webmaster@company.test")) == 60 + 60


def test_who_takes_a_request_back_is_told_so(ask, mails_to):
    request = ask()
    intake.withdraw_request(request)
    mail = mails_to(STRANGER)[-1]
    assert f"You have taken back your privacy request ({request.reference})" in mail
    assert status_path(request) in mail
    assert "A Stranger" not in mail


def test_a_request_without_an_address_can_be_taken_back(ask, mails_to):
    request = ask(email="", channel=Channel.LETTER)
    intake.withdraw_request(request)
    assert request.state == "Withdrawn by the person"


def test_whether_the_person_wants_to_be_contacted_is_kept_with_the_request(ask):
    assert ask().wants_contact is False
    assert ask(wants_contact=True).wants_contact is True
    assert ask().wants_contact is True
    assert SubjectRequest.objects.count() == 1


@pytest.mark.parametrize("step", ["answer", "extend", "refuse", "quote_fee"])
def test_words_with_a_gap_in_them_are_mailed_by_no_service(proved, officer, mails_to, step):
    request = proved(Kind.QUESTION)
    before = len(mails_to(STRANGER))
    words = "We have corrected what you told us: [say what]."
    arguments = {
        "answer": {"text": words},
        "extend": {"reason": words},
        "refuse": {"reason": words, "ground": Ground.EXCESSIVE},
        "quote_fee": {"reason": words, "ground": Ground.EXCESSIVE, "amount": "20 USD"},
    }
    with pytest.raises(NotAllowedError, match=r"still holds \[say what\]\.$"):
        getattr(services, step)(request, by=officer, **arguments[step])
    assert len(mails_to(STRANGER)) == before


def test_a_link_proves_once_and_for_a_day(ask):
    request = ask()
    now = timezone.now()
    token = make_link(request, purpose="identity", life=timedelta(hours=24))
    with time_machine.travel(now + timedelta(hours=24, seconds=1)):
        assert intake.prove_identity(token) is None
    assert intake.prove_identity(token) == request
    assert intake.prove_identity(token) is None
    assert RequestEvent.objects.get(did=Did.IDENTITY_PROVED).proof == Proof.LINK
    assert kinds_of(request).count(Did.IDENTITY_PROVED) == 1


def test_no_token_is_stored_in_clear(ask):
    request = ask()
    token = make_link(request, purpose="identity", life=timedelta(hours=24))
    stored = MailedLink.objects.latest("pk").token_hash
    assert stored == hashed(token)
    assert len(token) == 43  # 256 bit in base64
    assert token not in stored


def test_a_link_for_one_purpose_is_no_good_for_another(ask):
    token = make_link(ask(), purpose="export", life=timedelta(hours=24))
    assert intake.prove_identity(token) is None


def test_the_private_address_opens_its_own_request_only(ask):
    one, two = ask(), ask(Kind.ERASURE)
    token = status_path(one).rstrip("/").rpartition("/")[2]
    assert find_by_status(one.reference, token) == one
    assert find_by_status(two.reference, token) is None
    assert find_by_status(one.reference, token[:-1] + "x") is None


def test_nothing_is_answered_copied_or_erased_without_a_dated_proof(ask, officer):
    access, erasure = ask(), ask(Kind.ERASURE)
    with pytest.raises(NotAllowedError, match="who is asking"):
        services.answer(access, by=officer, text="Yes")
    with pytest.raises(NotAllowedError, match="who is asking"):
        export_files.make_export(access, by=officer)
    with pytest.raises(NotAllowedError, match="who is asking"):
        services.erase_for_request(erasure, by=officer)
    assert SubjectRequest.objects.open().count() == 2
    assert (ExportFile.objects.count(), Erasure.objects.count()) == (0, 0)


def test_an_answer_is_mailed_with_the_authorities_and_closes(proved, officer, mails_to):
    request = services.answer(proved(), by=officer, text="Yes, we do.")
    assert request.closed_at is not None
    assert request.state == "Answered"
    assert "Yes, we do." in mails_to(STRANGER)[-1]
    assert AUTHORITIES in mails_to(STRANGER)[-1]


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_refusal_needs_a_written_reason(proved, officer, reason):
    with pytest.raises(NotAllowedError, match="reason must be written"):
        services.refuse(proved(), by=officer, ground=Ground.UNFOUNDED, reason=reason)


def test_a_refusal_needs_a_ground_of_the_policy(proved, officer):
    with pytest.raises(NotAllowedError, match="grounds only"):
        services.refuse(proved(), by=officer, ground="difficult", reason="Too much.")  # type: ignore[arg-type]  # that is what is tried


def test_a_refusal_names_ground_reason_and_authorities(proved, officer, mails_to):
    request = services.refuse(
        proved(), by=officer, ground=Ground.REPETITIVE, reason="Asked and answered on May 2."
    )
    mail = mails_to(STRANGER)[-1]
    assert Ground.REPETITIVE.label in mail
    assert "Asked and answered on May 2." in mail
    assert AUTHORITIES in mail
    assert request.is_open is False


def test_the_database_refuses_a_refusal_without_a_ground(proved):
    with pytest.raises(IntegrityError), transaction.atomic():
        RequestEvent.objects.create(request=proved(), did=Did.REFUSED)


def test_a_fee_needs_one_of_the_three_grounds(proved, officer):
    with pytest.raises(NotAllowedError, match="other grounds"):
        services.quote_fee(
            proved(), by=officer, ground=Ground.NOT_SHOWN, amount="5 USD", reason="Because."
        )


def test_more_time_is_taken_once_with_a_notice_in_the_same_transaction(proved, officer, mails_to):
    request = services.extend(proved(), by=officer, reason="Records are on paper.")
    assert request.due_on == request.deadline.latest_on
    assert "Records are on paper." in mails_to(STRANGER)[-1]
    with pytest.raises(NotAllowedError, match="once only"):
        services.extend(request, by=officer, reason="Still on paper.")


def test_no_time_is_taken_once_it_is_over(proved, officer):
    long_ago = timezone.now() - timedelta(days=33)
    with pytest.raises(NotAllowedError, match="before it is over"):
        services.extend(proved(received_at=long_ago), by=officer, reason="Holidays.")


def test_no_time_is_taken_without_an_address_to_tell(proved, officer):
    request = proved()
    SubjectRequest.objects.update(email="")
    with pytest.raises(NotAllowedError, match="no notice"):
        services.extend(request, by=officer, reason="Holidays.")


@pytest.mark.parametrize("step", ["answer", "refuse", "extend", "withdraw"])
def test_nothing_happens_to_a_closed_request(proved, officer, step):
    request = services.answer(proved(), by=officer, text="Yes.")
    steps = {
        "answer": lambda: services.answer(request, by=officer, text="Again."),
        "refuse": lambda: services.refuse(
            request, by=officer, ground=Ground.EXCESSIVE, reason="No."
        ),
        "extend": lambda: services.extend(request, by=officer, reason="Late."),
        "withdraw": lambda: intake.withdraw_request(request),
    }
    before = kinds_of(request)
    with pytest.raises(NotAllowedError, match="already closed"):
        steps[step]()
    assert kinds_of(request) == before


def test_asked_twice_there_is_one_copy(proved, officer, mails_to):
    request = proved()
    one, two = (export_files.make_export(request, by=officer) for _ in range(2))
    assert one == two
    assert len(list(files())) == 1
    assert oct(next(files()).stat().st_mode & 0o777) == "0o600"
    assert len([m for m in mails_to(STRANGER) if "/privacy/copy/" in m]) == 1


def test_a_copy_is_destroyed_after_three_fetches(
    proved, officer, link_in, django_capture_on_commit_callbacks
):
    request = proved()
    export_files.make_export(request, by=officer)
    token = link_in("/privacy/copy/").strip("/").rpartition("/")[2]
    with django_capture_on_commit_callbacks(execute=True):
        sizes = {fetched_size(token) for _ in range(3)}
    assert len(sizes) == 1
    assert export_files.fetch(token) is None
    assert (list(files()), ExportFile.objects.count()) == ([], 0)
    assert kinds_of(request)[-4:] == [Did.FILE_FETCHED] * 3 + [Did.FILE_DESTROYED]


def test_a_copy_is_destroyed_after_72_hours(proved, officer, django_capture_on_commit_callbacks):
    request = proved()
    export_files.make_export(request, by=officer)
    with time_machine.travel(timezone.now() + timedelta(hours=71)):
        purge_expired()
        assert len(list(files())) == 1
    with (
        time_machine.travel(timezone.now() + timedelta(hours=72, minutes=1)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        purge_expired()
    assert list(files()) == []
    assert kinds_of(request)[-1] == Did.FILE_DESTROYED


def test_erasing_for_a_request_mails_the_report_and_leaves_the_outline(proved, officer, mails_to):
    person = make_subject()
    request = proved(Kind.ERASURE, email=person.email, name="Ada", text="Erase me")
    services.no_vendor_concerned(request, by=officer, reason="None is named.")
    report = services.erase_for_request(request, by=officer)
    assert User.objects.filter(pk=person.pk).exists() is False
    row = SubjectRequest.objects.get(pk=request.pk)
    assert (row.name, row.email, row.text, row.kind) == ("", "", "", Kind.ERASURE)
    assert (row.closed_at is not None, row.state) == (True, "Answered")
    (mail,) = mails_to(person.email)
    assert "Kept, and why" in mail
    assert Erasure.objects.get().reference == report.reference


def test_staff_are_not_erased_by_a_request(proved, officer):
    request = proved(Kind.ERASURE, email=officer.email)
    services.no_vendor_concerned(request, by=officer, reason="None is named.")
    with pytest.raises(NotAllowedError, match="account of staff"):
        services.erase_for_request(request, by=officer)
    assert Erasure.objects.count() == 0


def test_events_cannot_be_changed_or_deleted_below_the_application(ask):
    ask()
    attacks = [
        lambda: RequestEvent.objects.update(did=Did.ANSWERED),
        lambda: RequestEvent.objects.all().delete(),
        lambda: RequestEvent.objects.earliest("pk").delete(),
        lambda: RequestEvent.objects.earliest("pk").save(),
        lambda: connection.cursor().execute("DELETE FROM rights_requestevent"),
    ]
    before = list(RequestEvent.objects.values())
    for attack in attacks:
        with pytest.raises(IntegrityError), transaction.atomic():
            attack()
    assert list(RequestEvent.objects.values()) == before


def test_a_request_is_closed_once_even_below_the_application(proved, officer):
    request = services.answer(proved(), by=officer, text="Yes.")
    with pytest.raises(IntegrityError), transaction.atomic():
        RequestEvent.objects.create(request=request, did=Did.WITHDRAWN)


def test_alarms_come_once_for_each_stage_and_daily_when_late(ask, mails_to):
    start = datetime(2026, 3, 2, 18, tzinfo=UTC)
    ask(received_at=start)
    told = []
    for day in range(34):
        with time_machine.travel(start + timedelta(days=day)):
            told += [day] * alarms.raise_alarms()
            assert alarms.raise_alarms() == 0
    assert told == [15, 23, 27, 31, 32, 33]
    assert len([m for m in mails_to("webmaster@company.test") if "running out" in m]) == 6


def test_an_alarm_stands_until_somebody_has_seen_it(ask, officer):
    request = ask(received_at=timezone.now() - timedelta(days=16))
    alarms.raise_alarms()
    assert alarms.unseen_alarm(SubjectRequest.objects.get()) == "50 %"
    services.see_alarm(request, by=officer)
    assert alarms.unseen_alarm(SubjectRequest.objects.get()) == ""


def test_a_signed_in_person_needs_no_link(ask, mails_to):
    request = ask(channel=Channel.ACCOUNT, proof=Proof.PASSWORD)
    assert [e.proof for e in request.did(Did.IDENTITY_PROVED)] == [Proof.PASSWORD]
    assert "/privacy/confirm/" not in mails_to(STRANGER)[0]


def test_who_is_asking_is_noted_once(ask, officer):
    request = ask()
    services.record_proof(request, by=officer, how="Called back on the number in the account.")
    with pytest.raises(NotAllowedError, match="already been shown"):
        services.record_proof(request, by=officer, how="A passport.")
    (proof,) = request.did(Did.IDENTITY_PROVED)
    assert proof.proof == Proof.STAFF


def test_spam_is_closed_without_a_mail_and_only_what_is_held_is_spam(ask, officer, mails_to):
    request = services.mark_spam(ask(trapped=True), by=officer)
    assert (request.is_open, kinds_of(request)[-1]) == (False, Did.SPAM)
    assert mails_to(STRANGER) == []
    with pytest.raises(NotAllowedError, match="Only a request that is held"):
        services.mark_spam(ask(text="Not held."), by=officer)


def test_a_vendor_is_told_once_and_done_once(proved, officer):
    request = proved(Kind.ERASURE)
    due = timezone.localdate() + timedelta(days=7)
    one, two = (
        services.tell_vendor(request, by=officer, vendor=VENDORS[0].key, due_on=due)
        for _ in range(2)
    )
    assert one == two
    services.vendor_done(one, by=officer, evidence="Their mail of today.")
    with pytest.raises(NotAllowedError, match="already done"):
        services.vendor_done(one, by=officer, evidence="Their mail of yesterday.")
    told = [did for did in kinds_of(request) if did in (Did.VENDOR_TOLD, Did.VENDOR_DONE)]
    assert told == [Did.VENDOR_TOLD, Did.VENDOR_DONE]


def test_a_vendor_that_is_not_on_record_cannot_be_told(proved, officer):
    with pytest.raises(NotAllowedError, match="not on record"):
        services.tell_vendor(
            proved(), by=officer, vendor="somebody-else", due_on=timezone.localdate()
        )


@pytest.mark.parametrize(("days", "late"), [(30, False), (31, True)])
def test_a_request_is_late_once_its_day_has_passed(ask, days, late):
    received = datetime(2026, 3, 2, 18, tzinfo=UTC)
    request = ask(received_at=received)
    with time_machine.travel(received + timedelta(days=days)):
        assert request.is_late is late
    intake.withdraw_request(request)
    with time_machine.travel(received + timedelta(days=days)):
        assert SubjectRequest.objects.get().is_late is False
