"""A clock that jumps and is set back deletes nothing, and holds no mail back."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import IdleNotice, User
from outbox.jobs import registered_jobs
from outbox.models import OutboxMail
from outbox.services import claim_next, record_failure
from privacy.datamap.clock import is_steady
from privacy.datamap.models import ClockStamp, PurgeFailure
from privacy.datamap.registry import personal_entries
from privacy.rights.private_storage import files, folder
from tests.factories.people import make_person
from tests.subject import make_subject

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 11, 25, 12, tzinfo=UTC)
YEAR = timedelta(days=366)
HOUR = timedelta(hours=1)


def run(name):
    (job,) = [job for job in registered_jobs() if job.name == name]
    return job.run()


def steady_hours(begin, hours):
    return [is_steady(now=begin + HOUR * number) for number in range(hours)]


def test_a_clock_that_goes_on_is_trusted():
    assert steady_hours(TODAY, 50) == [True] * 50
    assert PurgeFailure.objects.count() == 0


@pytest.mark.parametrize("jump", [YEAR, timedelta(hours=24, seconds=1), -timedelta(days=2)])
def test_a_jump_of_more_than_a_day_stops_deletions_for_a_day_and_shows_at_the_desk(jump):
    is_steady(now=TODAY)
    assert steady_hours(TODAY + jump, 24) == [False] * 24
    assert PurgeFailure.objects.get().error == "ClockMoved"
    assert is_steady(now=TODAY + jump + HOUR * 24) is True
    assert PurgeFailure.objects.count() == 0


def test_a_day_without_a_question_is_no_jump():
    is_steady(now=TODAY)
    assert is_steady(now=TODAY + timedelta(days=1)) is True


def test_a_clock_that_was_set_back_is_trusted_again_after_a_day():
    is_steady(now=TODAY)
    is_steady(now=TODAY + YEAR)
    assert steady_hours(TODAY + HOUR, 26) == [False] * 24 + [True] * 2
    assert ClockStamp.objects.get().largest_seen == TODAY + YEAR


def test_a_year_ahead_and_back_makes_nobody_idle_and_deletes_nothing(settings, tmp_path):
    settings.ERASURE_LEDGER = str(tmp_path / "ledger.jsonl")
    with time_machine.travel(TODAY, tick=False):
        make_person("ada", last_login=TODAY)
        OutboxMail.objects.create(
            message_id="<1@x>", sender="a@x.test", recipient="b@x.test", subject="", message=b"",
            sent_at=TODAY,
        )  # fmt: skip
        ledger = tmp_path / "ledger.jsonl"
        ledger.write_text("kept\n")
        run("purge expired")
        run("idle accounts")
    with time_machine.travel(TODAY + YEAR, tick=False):
        assert (run("purge expired"), run("idle accounts")) == (0, 0)
    with time_machine.travel(TODAY + HOUR, tick=False):
        assert (run("purge expired"), run("idle accounts")) == (0, 0)
    assert OutboxMail.objects.count() == 1
    assert IdleNotice.objects.count() == 0
    assert User.objects.filter(username="ada").exists()
    assert ledger.read_text() == "kept\n"


def test_a_mail_that_was_put_off_while_the_clock_was_ahead_is_due():
    mail = {"sender": "a@x.test", "recipient": "b@x.test", "subject": "", "message": b""}
    OutboxMail.objects.create(message_id="<1@x>", due_at=TODAY, **mail)
    with time_machine.travel(TODAY + YEAR, tick=False):
        held = claim_next()
        assert held is not None
        record_failure(held, error=OSError("down"))
    OutboxMail.objects.create(
        message_id="<2@x>", due_at=TODAY, lease_until=TODAY + YEAR, claim="x", **mail
    )
    with time_machine.travel(TODAY + HOUR, tick=False):
        claimed = [mail.message_id for mail in iter(claim_next, None)]
    assert sorted(claimed) == ["<1@x>", "<2@x>"]


def test_a_mail_that_is_put_off_for_its_next_try_still_waits():
    soon = timezone.now() + timedelta(hours=23)
    OutboxMail.objects.create(
        message_id="<1@x>", sender="a@x.test", recipient="b@x.test", subject="", message=b"",
        due_at=soon,
    )  # fmt: skip
    assert claim_next() is None


def test_each_job_that_deletes_by_age_asks_the_clock():
    asking = {job.name for job in registered_jobs() if hasattr(job.run, "__wrapped__")}
    assert asking == {"purge expired", "idle accounts", "remove stray copies"}


@pytest.fixture
def everything(settings, tmp_path, policy):
    """A row of every kind, a stray file, and the moment at which the clock was last read."""
    settings.ERASURE_LEDGER = str(tmp_path / "ledger.jsonl")
    settings.PRIVATE_ROOT = str(tmp_path / "private")
    make_subject()
    OutboxMail.objects.update(sent_at=timezone.now())
    (folder() / "stray.zip").write_bytes(b"x")
    is_steady()
    return policy


def rows_and_files():
    rows = {
        (model._meta.label, key)
        for entry in personal_entries()
        for model in (entry.model,)
        for key in model._base_manager.values_list("pk", flat=True)
    }
    return rows | {("file", path.name) for path in files()}


def test_while_the_clock_is_a_year_ahead_no_job_deletes_anything(everything):
    """Every job but those that only look: a new one that deletes by age is caught here."""
    before = rows_and_files()
    assert len(before) > 20
    jobs = [job for job in registered_jobs() if not job.niceness]
    assert {"purge expired", "idle accounts", "remove stray copies"} <= {job.name for job in jobs}
    with time_machine.travel(timezone.now() + YEAR * 4, tick=False):
        for job in jobs:
            job.run()
        for job in jobs:
            job.run()
    assert before - rows_and_files() == set()


def test_the_same_jobs_delete_when_the_clock_has_gone_on_day_by_day(everything):
    """So that the test before this one could have failed."""
    stray = folder() / "stray.zip"
    later = timezone.now() + YEAR * 4
    ClockStamp.objects.update(last_seen=later, largest_seen=later)
    before = rows_and_files()
    with time_machine.travel(later, tick=False):
        for name in ("purge expired", "remove stray copies"):
            run(name)
    assert {"outbox.OutboxMail", "accounts.Session", "file"} <= {
        label for label, _ in before - rows_and_files()
    }
    assert not stray.exists()


def test_a_timer_that_purges_asks_the_clock_and_a_person_may_know_better(everything):
    stale = OutboxMail.objects.create(
        message_id="<1@x>", sender="a@x.test", recipient="b@x.test", subject="", message=b"",
        sent_at=TODAY - YEAR,
    )  # fmt: skip
    with time_machine.travel(timezone.now() + YEAR, tick=False):
        with pytest.raises(CommandError, match="--trust-clock"):
            call_command("purge_expired", "--apply", stdout=StringIO())
        call_command("purge_expired", stdout=StringIO())
        assert OutboxMail.objects.filter(pk=stale.pk).exists()
        call_command("purge_expired", "--apply", "--trust-clock", stdout=StringIO())
    assert not OutboxMail.objects.filter(pk=stale.pk).exists()
