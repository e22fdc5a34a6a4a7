"""What a job notes of its runs, and since when one has been idle."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.migrations.recorder import MigrationRecorder

from outbox.job_runs import begin, idle_since, run_noted
from outbox.jobs import Job
from outbox.models import JobRun
from outbox.worker import Worker

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch):
    """Set the clock of what is noted."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr("outbox.job_runs.timezone.now", lambda: moment)

    return set_to


def noted() -> tuple[datetime, datetime | None]:
    row = JobRun.objects.get(name="look")
    return row.started_at, row.succeeded_at


def test_a_job_notes_when_it_began_and_when_it_came_to_its_end(at):
    at(NOON)

    def an_hour_later() -> str:
        at(NOON + timedelta(hours=1))
        return "done"

    assert run_noted(Job("look", 60, an_hour_later)) == "done"
    assert noted() == (NOON, NOON + timedelta(hours=1))
    assert str(JobRun.objects.get()) == "look"


def test_a_job_that_fails_notes_no_end(at):
    at(NOON)
    with pytest.raises(ZeroDivisionError):
        run_noted(Job("look", 60, lambda: 1 // 0))
    assert noted() == (NOON, None)


@pytest.mark.parametrize(
    ("minutes", "is_noted"), [(9, False), (10, True), (-9, False), (-10, True)]
)
def test_a_job_of_each_minute_is_noted_each_ten(at, django_assert_num_queries, minutes, is_noted):
    at(NOON)
    job = Job("look", 60, list)
    run_noted(job)
    later = NOON + timedelta(minutes=minutes)
    at(later)
    if not is_noted:
        with django_assert_num_queries(2):
            run_noted(job)
    else:
        run_noted(job)
    assert noted() == ((later, later) if is_noted else (NOON, NOON))


def test_a_job_that_never_came_to_its_end_is_idle_since_the_site_was_set_up():
    first = MigrationRecorder.Migration.objects.order_by("applied")[0]
    assert idle_since("look") == first.applied
    JobRun.objects.create(name="look", started_at=NOON)
    assert idle_since("look") == first.applied
    JobRun.objects.update(succeeded_at=NOON)
    assert idle_since("look") == NOON


def test_a_database_that_says_nothing_of_its_age_is_new(at):
    MigrationRecorder.Migration.objects.all().delete()
    at(NOON)
    assert idle_since("look") == NOON


def test_what_only_looks_comes_after_what_does_something():
    jobs = [Job("look", 60, list, niceness=10), Job("purge", 60, list), Job("seal", 60, list)]
    assert [job.name for job in Worker(jobs).jobs] == ["purge", "seal", "look"]


def test_what_one_worker_has_begun_another_does_not_begin(at):
    hour = timedelta(hours=1)

    def begun_twice(moment: datetime) -> list[bool]:
        at(moment)
        return [begin("a copy", once_in=hour) for _ in range(2)]

    assert begun_twice(NOON) == [True, False]
    assert begun_twice(NOON + hour) == [False, False]
    assert begun_twice(NOON + hour + timedelta(seconds=1)) == [True, False]
    assert begun_twice(NOON - timedelta(days=30)) == [True, False]  # the clock had been ahead
