"""Purging: what is over goes, what is not stays, and nothing else is touched."""

import io
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import Session
from contact.models import ContactMessage, State
from outbox.jobs import registered_jobs
from outbox.models import OutboxMail
from privacy.consent.models import (
    EARLIEST_DAYS,
    ConsentReceipt,
    NoticeSnapshot,
    ReceiptSeal,
)
from privacy.consent.receipt_chain import seal_receipts
from privacy.consent.receipts import keep_until
from privacy.datamap import ledger, registry
from privacy.datamap.models import PurgeFailure
from privacy.datamap.registry import entries
from privacy.datamap.retention import find_expired, purge_expired, rules
from privacy.datamap.vendors import VENDORS
from privacy.rights import intake, services
from privacy.rights.choices import Channel, Did, Kind
from privacy.rights.models import RequestEvent, RequestNote, SubjectRequest
from sens_site.lib.months import add_months
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db
OF_SPAM = "contact.ContactMessage: deleted 24 months after the matter is closed (received_at)"
A_SECOND = timedelta(seconds=1)


def message(number: int, **fields) -> ContactMessage:
    return ContactMessage.objects.create(
        name="N", email="n@x.test", message="M", fingerprint=f"{number:064d}", **fields
    )


def done(label: str, **kwargs) -> int:
    return sum(result.count for result in purge_expired(**kwargs) if result.label == label)


def test_one_job_deletes_every_hour_what_is_over():
    message(1, state=State.SPAM, received_at=timezone.now() - timedelta(days=731))
    (purge,) = [job for job in registered_jobs() if job.name == "purge expired"]
    purge.run()
    assert (purge.every_seconds, ContactMessage.objects.count()) == (3600, 0)


def test_a_closed_message_goes_after_24_months_and_one_that_waits_never():
    closed = datetime(2026, 3, 5, 12, tzinfo=UTC)
    kept = message(1, received_at=closed - timedelta(days=900))
    message(2, state=State.ANSWERED, answered_at=closed)
    message(3, state=State.SPAM, received_at=closed)
    message(4, state=State.ANSWERED, answered_at=closed + timedelta(days=1))
    day = datetime(2028, 3, 5, 12, tzinfo=UTC)
    assert done("contact.ContactMessage", now=day) == 0
    assert done("contact.ContactMessage", now=day + A_SECOND) == 2
    assert done("contact.ContactMessage", now=day + timedelta(days=1) + A_SECOND) == 1
    assert ContactMessage.objects.get() == kept


def test_24_months_before_a_leap_day_is_the_last_of_february():
    message(1, state=State.ANSWERED, answered_at=datetime(2026, 2, 28, 11, 59, tzinfo=UTC))
    assert done("contact.ContactMessage", now=datetime(2028, 2, 28, 11, 59, tzinfo=UTC)) == 0
    assert done("contact.ContactMessage", now=datetime(2028, 2, 29, 12, tzinfo=UTC)) == 1


def test_each_rule_has_a_name_of_its_own():
    names = [result.rule for result in find_expired()]
    assert len(set(names)) == len(names) > 10
    assert OF_SPAM in names


def test_a_purge_with_nothing_to_do_writes_nothing(django_assert_num_queries):
    # One for each rule, one for what failed before, and one for who is held.
    with django_assert_num_queries(len(list(rules())) + 2) as queries:
        purge_expired()
    assert {query["sql"].split()[0] for query in queries.captured_queries} == {"SELECT"}


def test_counting_changes_nothing():
    message(1, state=State.SPAM, received_at=timezone.now() - timedelta(days=900))
    found = {result.label: result.count for result in find_expired() if result.count}
    assert found == {"contact.ContactMessage": 1}
    assert ContactMessage.objects.count() == 1


def test_one_run_takes_no_more_than_the_cap():
    for number in range(7):
        message(number, state=State.SPAM, received_at=timezone.now() - timedelta(days=900 + number))
    purge_expired(cap=3)
    assert ContactMessage.objects.count() == 4
    assert ContactMessage.objects.earliest("received_at").fingerprint == f"{3:064d}"


@pytest.mark.parametrize("column", ["sent_at", "parked_at"])
def test_the_log_of_mail_goes_after_14_days(column):
    now = timezone.now()
    for number, fields in enumerate(({column: now}, {"created_at": now - timedelta(days=99)})):
        OutboxMail.objects.create(
            message_id=f"<{number}@x>", sender="a@x", recipient="b@x", subject="s", message=b"",
            **fields,
        )  # fmt: skip
    assert done("outbox.OutboxMail", now=now + timedelta(days=14)) == 0
    assert done("outbox.OutboxMail", now=now + timedelta(days=14) + A_SECOND) == 1
    assert getattr(OutboxMail.objects.get(), column) is None


def test_a_session_goes_when_its_own_end_has_passed():
    now = timezone.now()
    for key, expires in (("over", now - A_SECOND), ("running", now + A_SECOND)):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    assert done("accounts.Session", now=now) == 1
    assert Session.objects.get().session_key == "running"


# --- receipts -------------------------------------------------------------------------------------


def given(at: datetime, **fields) -> ConsentReceipt:
    notice, _ = NoticeSnapshot.objects.get_or_create(digest="n", defaults={"content": "n"})
    until = keep_until(at, granted="replaces" not in fields)
    return ConsentReceipt.objects.create(
        at=at, keep_until=until, document="{}", digest="d", notice=notice, **fields
    )


def test_a_receipt_goes_three_years_after_its_182_days_and_not_before():
    now = timezone.now()
    ended = add_months(now, -36)
    given(ended - timedelta(days=182 + 1))
    kept = given(ended - timedelta(days=182 - 1))
    seal_receipts()
    assert done("consent.ConsentReceipt", now=now) == 1
    assert ConsentReceipt.objects.get() == kept
    assert ReceiptSeal.objects.count() == 2


def test_a_receipt_goes_three_years_after_the_consent_was_taken_back():
    now = timezone.now()
    ended = add_months(now, -36)
    over = given(ended - timedelta(days=30))
    given(ended - timedelta(days=1), replaces=over.pk)
    kept = given(ended - timedelta(days=29))
    given(ended + timedelta(days=1), replaces=kept.pk)
    seal_receipts()
    assert done("consent.ConsentReceipt", now=now) == 2
    assert {receipt.at for receipt in ConsentReceipt.objects.all()} == {
        ended - timedelta(days=29),
        ended + timedelta(days=1),
    }


def test_a_receipt_outside_the_chain_stays_until_it_is_sealed():
    given(timezone.now() - timedelta(days=2000))
    assert done("consent.ConsentReceipt") == 0
    seal_receipts()
    assert done("consent.ConsentReceipt") == 1


def test_three_years_of_a_receipt_are_calendar_years():
    assert keep_until(datetime(2025, 6, 1, tzinfo=UTC), granted=False).isoformat() == "2028-06-01"
    # 182 days after 31 August 2027 is 29 February 2028.
    assert keep_until(datetime(2027, 8, 31, tzinfo=UTC), granted=True).isoformat() == "2031-02-28"


def test_the_guard_lets_a_receipt_go_whose_consent_ended_on_its_first_day():
    first = datetime(2024, 1, 1, 12, tzinfo=UTC)
    days = (first + timedelta(days=number) for number in range(4 * 366))
    early = [(keep_until(day, granted=True) - add_months(day, 36).date()).days for day in days]
    # Over on the day after, and that may have begun in UTC while staff still have the one before.
    assert max(early) + 2 == EARLIEST_DAYS == 182 + 3


# --- requests -------------------------------------------------------------------------------------


def test_first_the_words_of_a_request_go_then_its_outline():
    long_ago = add_months(timezone.now(), -37)
    with time_machine.travel(long_ago):
        request = intake.open_request(
            kind=Kind.QUESTION, name="N", email="n@x.test", text="T", channel=Channel.FORM
        )
        intake.record(request, Did.EXTENDED, text="On paper")
        intake.withdraw_request(request)
    with time_machine.travel(add_months(long_ago, 12) - timedelta(days=1)):
        purge_expired()
        assert SubjectRequest.objects.get().text == "T"
    with time_machine.travel(add_months(long_ago, 12) + timedelta(days=1)):
        purge_expired()
        row = SubjectRequest.objects.get()
        assert (row.name, row.email, row.text, row.kind) == ("", "", "", Kind.QUESTION)
        assert (RequestNote.objects.count(), RequestEvent.objects.count()) == (0, 4)
        assert done("rights.SubjectRequest") == 0
    purge_expired()
    assert (SubjectRequest.objects.count(), RequestEvent.objects.count()) == (0, 0)


def test_an_open_request_is_never_purged():
    intake.open_request(
        kind=Kind.QUESTION, name="N", email="n@x.test", text="T", channel=Channel.FORM
    )
    with time_machine.travel(add_months(timezone.now(), 60)):
        purge_expired()
    assert SubjectRequest.objects.get().text == "T"


def closed_at(moment: datetime, **later: timedelta) -> SubjectRequest:
    """A request that is answered at some moment, and to which something happens since."""
    staff = make_staff(f"officer-{moment:%Y%m%d%H%M%S}")
    with time_machine.travel(moment - timedelta(days=3), tick=False):
        request = intake.open_request(
            kind=Kind.QUESTION, name="N", email="n@x.test", text="T", channel=Channel.FORM
        )
    with time_machine.travel(moment, tick=False):
        task = services.tell_vendor(
            request, by=staff, vendor=VENDORS[0].key, due_on=timezone.localdate()
        )
        # As an earlier release did: today a vendor is waited for.
        intake.record(request, Did.ANSWERED, text="Yes.")
        intake.close(request)
    if "vendor" in later:
        with time_machine.travel(moment + later["vendor"]):
            services.vendor_done(task, by=staff, evidence="A mail of theirs.")
    if "alarm" in later:
        with time_machine.travel(moment + later["alarm"]):
            services.see_alarm(request, by=staff)
    return SubjectRequest.objects.get(pk=request.pk)


def test_a_request_is_closed_when_its_closing_event_says():
    request = intake.open_request(
        kind=Kind.QUESTION, name="N", email="n@x.test", text="T", channel=Channel.FORM
    )
    intake.withdraw_request(request)
    request.refresh_from_db()
    assert request.closed_at == request.events.get(did=Did.WITHDRAWN).at


def test_what_happened_after_closing_keeps_neither_the_request_nor_the_purge():
    closing = add_months(timezone.now(), -36)
    later = {"vendor": timedelta(days=400), "alarm": timedelta(days=1000)}
    closed_at(closing - timedelta(days=1), **later)
    kept = closed_at(closing + timedelta(days=1), **later)
    before = list(kept.events.values())
    assert [result.error for result in purge_expired() if result.error] == []
    assert SubjectRequest.objects.get().pk == kept.pk
    assert list(RequestEvent.objects.values()) == before
    assert Did.ALARM_SEEN in {event["did"] for event in before}


def test_what_vendors_and_staff_wrote_goes_12_months_after_closing():
    closing = add_months(timezone.now(), -12)
    over = closed_at(closing - timedelta(days=1), vendor=timedelta(days=300))
    kept = closed_at(closing + timedelta(days=1), vendor=timedelta(days=300))
    purge_expired()
    for request, words in ((over, ("", 0)), (kept, ("A mail of theirs.", 1))):
        notes = RequestNote.objects.filter(event__request=request).count()
        assert (request.vendor_tasks.get().evidence, notes) == words


def test_mailed_links_go_12_months_after_closing():
    with time_machine.travel(add_months(timezone.now(), -12) - timedelta(days=1)):
        request = intake.open_request(
            kind=Kind.ACCESS, name="N", email="n@x.test", text="T", channel=Channel.FORM
        )
        assert request.links.count() == 1
    purge_expired()
    assert request.links.count() == 1
    with time_machine.travel(add_months(timezone.now(), -12) - timedelta(hours=1)):
        intake.withdraw_request(request)
    purge_expired()
    assert request.links.count() == 0


# --- what fails -----------------------------------------------------------------------------------


@pytest.fixture
def a_table_that_fails(monkeypatch) -> None:
    def refuse(rows):
        raise IntegrityError("n@x.test is sealed")

    label = "contact.ContactMessage"
    monkeypatch.setitem(registry._entries, label, replace(entries()[label], purge=refuse))
    message(1, state=State.SPAM, received_at=timezone.now() - timedelta(days=900))
    OutboxMail.objects.create(
        message_id="<1@x>", sender="a@x", recipient="b@x", subject="s", message=b"",
        sent_at=timezone.now() - timedelta(days=15),
    )  # fmt: skip


@pytest.mark.usefixtures("a_table_that_fails")
def test_a_kind_that_fails_keeps_no_other(ada_subject, caplog, settings, tmp_path):
    settings.BACKUP_DIR = str(tmp_path)
    (tmp_path / f"site-{timezone.now() - timedelta(days=36):%Y%m%dT%H%M%S}Z.tar.zst.age").touch()
    old = timezone.now() - timedelta(days=36)
    ledger.write(ledger.line_for(ada_subject, reference="r", cause="c", plan="p", at=old))
    results = {(r.label, r.count, r.error) for r in purge_expired() if r.count or r.error}
    assert results == {
        ("contact.ContactMessage", 0, "IntegrityError"),
        ("outbox.OutboxMail", 1, ""),
        ("ledger", 1, ""),
        ("backups", 1, ""),
    }
    assert (ContactMessage.objects.filter(email="n@x.test").count(), ledger.lines()) == (1, [])
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert f"purge: {OF_SPAM} failed: IntegrityError at " in errors[0]
    assert "n@x.test" not in errors[0]


@pytest.mark.usefixtures("a_table_that_fails")
def test_a_ledger_that_cannot_be_trimmed_keeps_no_row(monkeypatch):
    def full(*, now):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("privacy.datamap.ledger.trim", full)
    assert {r.label for r in purge_expired() if r.error} == {"contact.ContactMessage", "ledger"}
    assert OutboxMail.objects.count() == 0


@pytest.mark.usefixtures("a_table_that_fails")
def test_what_fails_is_on_the_desk_until_it_can_be_done_again(monkeypatch, client):
    helper = make_staff("helper", is_superuser=False)
    helper.user_permissions.add(Permission.objects.get(codename="view_purgefailure"))
    client.force_login(helper)
    purge_expired()
    since = PurgeFailure.objects.get().since
    purge_expired()
    failure = PurgeFailure.objects.get()
    assert (failure.rule, failure.promise, failure.error, failure.since) == (
        OF_SPAM,
        "retention.messages",
        "IntegrityError",
        since,
    )
    assert "kind of record that is kept too long" in client.get("/admin/").content.decode()
    page = client.get("/admin/datamap/purgefailure/").content.decode()
    assert ("Messages to us" in page, "IntegrityError" in page) == (True, True)
    monkeypatch.undo()
    purge_expired()
    assert PurgeFailure.objects.count() == 0
    assert "kept too long" not in client.get("/admin/").content.decode()


def test_a_failure_of_a_rule_that_is_no_more_goes():
    PurgeFailure.objects.create(rule="r", title="t", promise="p", error="e")
    purge_expired()
    assert PurgeFailure.objects.count() == 0


@pytest.mark.parametrize("path", ["add/", "1/change/", "1/delete/"])
def test_nobody_writes_or_hides_a_failure(staff_client, path):
    PurgeFailure.objects.create(pk=1, rule="r", title="t", promise="p", error="e")
    answer = staff_client.post(f"/admin/datamap/purgefailure/{path}", {"post": "yes"})
    assert (answer.status_code, PurgeFailure.objects.count()) == (403, 1)


@pytest.mark.usefixtures("a_table_that_fails")
def test_the_command_ends_with_a_failure_when_a_rule_fails():
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 rules"):
        call_command("purge_expired", "--apply", stdout=out)
    assert "FAILED: IntegrityError" in out.getvalue()


def test_no_rule_with_a_clock_reaches_an_account():
    assert "accounts.User" not in {entry.label for entry, _ in rules()}


def test_the_command_only_counts_until_it_is_told_to_apply():
    message(1, state=State.SPAM, received_at=timezone.now() - timedelta(days=900))
    out = io.StringIO()
    call_command("purge_expired", stdout=out)
    assert "Nothing was changed" in out.getvalue()
    assert ContactMessage.objects.count() == 1
    call_command("purge_expired", "--apply", stdout=out)
    assert ContactMessage.objects.count() == 0
    assert "n@x.test" not in out.getvalue()
