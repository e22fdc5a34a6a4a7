"""What the checks say of sites that have been in use for years, and keep their policy."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.utils import timezone

from accounts import promises_of_idle_accounts
from accounts.erasure import erase_account
from accounts.models import IdleNotice, User
from accounts.promises_of_idle_accounts import (
    an_unused_account_ends_after_a_notice,
    no_stored_account_is_idle_for_longer,
)
from contact.promises import staff_see_what_waits_and_how_long
from newsletter.models import Issue, Subscriber
from newsletter.promises.leaving import a_press_takes_back_what_waits
from newsletter.promises.readers import no_sign_up_waits_for_longer
from outbox.models import OutboxMail
from privacy.datamap.promises.mail import no_entry_of_a_mail_is_over
from privacy.promises import jobs
from privacy.promises.models import State
from privacy.promises.outside import looking
from privacy.promises.registry import PromiseBroken
from privacy.promises.running_site import RunningSite
from privacy.rights import restrictions, services
from privacy.rights.choices import Channel, Kind
from privacy.rights.intake import open_request
from privacy.rights.models import RequestNote, SubjectRequest
from privacy.rights.promises.answers import no_mail_waits_for_a_day
from privacy.rights.promises.deadlines import nobody_was_told_too_late
from privacy.rights.promises.stored_requests import each_delay_was_told_in_time
from sens_site.promises.policy_changes import everybody_is_told_of_a_material_change
from sens_site.promises.worker import a_person_is_asked_to_look_at_what_is_held
from tests.factories.people import make_person, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.once]
YEARS_AGO = timedelta(days=800)


def asked_by(person: User, kind: Kind) -> SubjectRequest:
    return open_request(
        kind=kind, name="Ada", email=person.email, text="Please.", channel=Channel.FORM
    )


@pytest.fixture
def held() -> User:
    """Somebody who asked for their information to be stored and not used, and has shown who they are."""
    person, officer = make_person("ada"), make_staff("officer")
    asked = asked_by(person, Kind.RESTRICTION)
    services.record_proof(asked, by=officer, how="A passport")
    restrictions.restrict(asked, by=officer)
    return person


@pytest.mark.parametrize("told", [False, True])
def test_an_account_that_is_only_to_be_stored_may_be_idle_for_years(held, told):
    User.objects.filter(pk=held.pk).update(date_joined=timezone.now() - YEARS_AGO)
    if told:
        long_ago = timezone.now() - timedelta(days=90)
        IdleNotice.objects.create(user=held, queued_at=long_ago, sent_at=long_ago)
    no_stored_account_is_idle_for_longer(RunningSite())


def test_a_sign_up_of_who_is_only_to_be_stored_may_wait_for_longer(held):
    Subscriber.objects.create(email=held.email, created_at=timezone.now() - YEARS_AGO)
    no_sign_up_waits_for_longer(RunningSite())


def test_who_is_only_to_be_stored_is_missed_by_nobody_who_counts_the_notices(held):
    everybody_is_told_of_a_material_change(RunningSite())


def mail_of_an_issue(state: Issue.State, days: int, slug: str = "spring") -> OutboxMail:
    """Return a mail of an issue, due for so many days."""
    long_ago = timezone.now() - timedelta(days=days)
    issue = Issue.objects.create(
        title="Spring", slug=slug, summary="New.", body="Read.", state=state,
        started_at=long_ago, findings={},
    )  # fmt: skip
    return OutboxMail.objects.create(
        message_id=f"<{slug}@test>", dedupe_key=issue.dedupe_key, purpose="newsletter",
        recipient="reader@else.example", subject="Spring", message=b"To: reader@else.example\n\nRead.",
        created_at=long_ago, due_at=long_ago,
    )  # fmt: skip


@pytest.mark.parametrize("check", [no_mail_waits_for_a_day, no_entry_of_a_mail_is_over])
def test_an_issue_that_a_colleague_has_paused_may_wait_for_them(check):
    mail_of_an_issue(Issue.State.PAUSED, days=30)
    check(RunningSite())


@pytest.mark.parametrize("check", [no_mail_waits_for_a_day, no_entry_of_a_mail_is_over])
def test_an_issue_that_nobody_has_paused_is_stuck(check):
    mail_of_an_issue(Issue.State.SENDING, days=30)
    with pytest.raises(PromiseBroken, match="1 mails"):
        check(RunningSite())


def test_an_issue_to_very_many_may_take_days_as_long_as_its_mails_leave():
    mail = mail_of_an_issue(Issue.State.SENDING, days=3)
    mail.pk, mail.message_id, mail.recipient = None, "<b@test>", "other@else.example"
    mail.sent_at, mail.message = timezone.now(), b""
    mail.save()
    no_mail_waits_for_a_day(RunningSite())


@pytest.fixture
def extended() -> User:
    """Somebody whose request was given more time, with a reason."""
    person, officer = make_person("ada"), make_staff("officer")
    asked = asked_by(person, Kind.QUESTION)
    services.extend(asked, by=officer, reason="There is much to look through.")
    return person


@pytest.mark.parametrize("check", [each_delay_was_told_in_time, nobody_was_told_too_late])
def test_the_reason_for_more_time_goes_with_the_person_who_is_erased(extended, check):
    erase_account(extended)
    check(RunningSite())


@pytest.mark.parametrize("check", [each_delay_was_told_in_time, nobody_was_told_too_late])
def test_a_reason_for_more_time_that_is_lost_is_missed(extended, check):
    RequestNote.objects.all().delete()
    with pytest.raises(PromiseBroken, match="without a reason"):
        check(RunningSite())


def test_two_colleagues_are_asked_by_one_mail_to_look_at_what_is_held():
    for name in ("grace", "barbara"):
        make_staff(name, is_superuser=False).groups.add(Group.objects.get(name="Webmaster"))
    seen = a_person_is_asked_to_look_at_what_is_held(RunningSite())
    assert seen.figures == {"mails": 1}


@pytest.mark.parametrize("job", [jobs.verify, looking.look])
def test_what_the_worker_notes_of_a_look_ends_within_30_days(monkeypatch, job):
    lives: list[int | None] = []
    monkeypatch.setattr(cache, "set", lambda key, value, timeout: lives.append(timeout))
    monkeypatch.setattr(jobs, "verify_promises", list)
    monkeypatch.setattr(
        looking, "look_from_outside", lambda: {looking.OF_TRANSPORT: (State.KEPT, "")}
    )
    job()
    assert lives == [30 * 86400]


def test_an_issue_that_used_up_the_hourly_cap_keeps_no_look_from_its_own(settings):
    settings.OUTBOX_HOURLY_CAP = 5
    for number in range(5):
        mail = mail_of_an_issue(Issue.State.SENT, days=0, slug=f"spring-{number}")
        OutboxMail.objects.filter(pk=mail.pk).update(sent_at=timezone.now(), message=b"")
    seen = a_press_takes_back_what_waits(RunningSite())
    assert seen.figures == {"readers who left": 2, "issues taken back": 2}


@pytest.mark.parametrize("today", ["2027-06-01", "2028-02-29", "2028-06-01", "2030-02-27"])
def test_the_age_of_a_message_is_right_in_leap_years_too(today):
    with time_machine.travel(f"{today} 12:00+00:00", tick=True):
        staff_see_what_waits_and_how_long(RunningSite())


def test_the_accounts_of_a_look_wait_for_those_that_have_been_idle_for_longer(monkeypatch):
    monkeypatch.setattr("accounts.idle_accounts.CAP", 4)
    seen = an_unused_account_ends_after_a_notice(RunningSite())
    assert seen.figures["years unused"] == 1


def test_a_look_does_not_wait_for_ever_for_accounts_that_do_not_end(monkeypatch):
    runs: list[str] = []
    monkeypatch.setattr(promises_of_idle_accounts, "done_by_the_job", runs.append)
    kept = {"unused": make_person("ada")}
    gone = promises_of_idle_accounts._ended_by_the_job(kept, at_least={"unused"})
    assert (gone, runs) == ([], ["idle accounts"] * 10)
