"""When each periodic job last ran: a job that has stopped is noticed by what it has not noted."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.utils import timezone

from outbox.jobs import Job
from outbox.models import JobRun
from sens_site.lib.request_id import new_id, under
from sens_site.lib.tracing import span

NOTED_EVERY = timedelta(minutes=10)
"""A job that runs each minute is noted less often: SQLite has one write lock for everybody."""


def run_noted(job: Job) -> object:
    """Run a job, and note its beginning and its end. One that fails has no end.

    What it logs and the mails that it writes stand under one number.
    """
    with under(new_id()), span(f"job {job.name}"):
        _note(job.name, "started_at", timezone.now())
        result = job.run()
        _note(job.name, "succeeded_at", timezone.now())
    return result


def _note(name: str, column: str, now: datetime) -> None:
    noted = JobRun.objects.filter(name=name).values_list(column, flat=True).first()
    if noted is None or abs(now - noted) >= NOTED_EVERY:
        JobRun.objects.update_or_create(name=name, defaults={column: now})


MAIL_ARRIVED, RESTORE_TRIED = "set-up: mail arrived", "set-up: restore tried"
BACKUP_MADE = "set-up: backup made"
BY_HAND = (MAIL_ARRIVED, RESTORE_TRIED, BACKUP_MADE)
"""What a person does once in a while, noted as the jobs of the worker are."""


def note_done(name: str) -> None:
    """Note that something was done just now, and came to its end."""
    now = timezone.now()
    JobRun.objects.update_or_create(name=name, defaults={"started_at": now, "succeeded_at": now})


def note_begun(name: str) -> None:
    """Note that something was begun just now; what it makes of the database has this in it."""
    JobRun.objects.update_or_create(name=name, defaults={"started_at": timezone.now()})


def begin(name: str, *, once_in: timedelta) -> bool:
    """Note that something is begun, unless it was a moment ago: of several workers, one does it."""
    now = timezone.now()
    run, is_first = JobRun.objects.get_or_create(name=name, defaults={"started_at": now})
    lately = (now - once_in, now)
    runs = JobRun.objects.filter(pk=run.pk).exclude(started_at__range=lately)
    return is_first or bool(runs.update(started_at=now))


def was_done(name: str, *, within: timedelta | None = None) -> bool:
    """Tell whether something was done, or was done not too long ago."""
    ended = JobRun.objects.filter(name=name, succeeded_at__isnull=False)
    return (ended.filter(succeeded_at__gt=timezone.now() - within) if within else ended).exists()


def idle_since(name: str) -> datetime:
    """Return since when a job has not come to its end: it never has, since the site was set up."""
    ended = JobRun.objects.filter(name=name).values_list("succeeded_at", flat=True).first()
    return ended or set_up_at()


def set_up_at() -> datetime:
    """Return when the first table of this database was made."""
    applied = MigrationRecorder(connection).migration_qs.aggregate(first=Min("applied"))
    first: datetime | None = applied["first"]
    return first or timezone.now()
