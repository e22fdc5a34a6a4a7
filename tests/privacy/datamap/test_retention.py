"""Purging: what is over goes, what is not stays, and nothing else is touched."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from contact.models import ContactMessage, State
from outbox.models import OutboxMail
from privacy.datamap.retention import find_expired, purge_expired, rules
from privacy.rights import intake
from privacy.rights.choices import Channel, Did, Kind
from privacy.rights.models import RequestEvent, RequestNote, SubjectRequest
from sens_site.lib.months import add_months

pytestmark = pytest.mark.django_db


def message(number: int, **fields) -> ContactMessage:
    return ContactMessage.objects.create(
        name="N", email="n@x.test", message="M", fingerprint=f"{number:064d}", **fields
    )


def done(label: str) -> int:
    return sum(result.count for result in purge_expired() if result.label == label)


def test_a_message_goes_24_months_after_its_matter_was_closed():
    limit = add_months(timezone.now(), -24)
    over = message(1, state=State.ANSWERED, answered_at=limit - timedelta(hours=1))
    kept = message(2, state=State.ANSWERED, answered_at=limit + timedelta(hours=1))
    old = message(3, received_at=limit - timedelta(days=900))
    assert done("contact.ContactMessage") == 1
    assert set(ContactMessage.objects.all()) == {kept, old}
    assert over not in ContactMessage.objects.all()


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


def test_the_log_of_sent_mail_goes_after_14_days():
    for days in (13, 15):
        OutboxMail.objects.create(
            message_id=f"<{days}@x>", sender="a@x", recipient="b@x", subject="s", message=b"",
            sent_at=timezone.now() - timedelta(days=days),
        )  # fmt: skip
    assert done("outbox.OutboxMail") == 1


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
