"""What jobs have left undone: a job that runs and does nothing is noticed by what stays.

Each job that says what it has `left` is asked, every ten minutes, by a job of its own. Since when there
is something stands with the job. What has stayed for two hours is named: by `/readyz`, by
`manage.py doctor`, and on the set-up list of the desk; where a sentence hangs on the job, its promise
turns red (`sens_site/promises/worker.py`).
"""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from outbox.job_runs import idle_since, note_done, was_done
from outbox.jobs import registered_jobs
from outbox.models import JobRun

ASKED = "jobs asked what is left"
AN_HOUR = timedelta(hours=1)
STAYS = timedelta(hours=2)
"""Each of these jobs comes once an hour at least, and is asked of ten minutes later."""


def note_what_is_left() -> int:
    """Note of each job since when it has left something; return how many have."""
    now, undone = timezone.now(), 0
    known = dict(JobRun.objects.values_list("name", "undone_since"))
    for job in registered_jobs():
        left, since = job.left() > 0, known.get(job.name)
        undone += left
        if left and since is None:
            JobRun.objects.update_or_create(
                name=job.name,
                defaults={"undone_since": now},
                create_defaults={"undone_since": now, "started_at": now},
            )
        elif since is not None and not left:
            JobRun.objects.filter(name=job.name).update(undone_since=None)
    note_done(ASKED)
    return undone


def undone_jobs(*, for_longer_than: timedelta = STAYS) -> list[str]:
    """Return the jobs that have left something for longer, by name."""
    before = timezone.now() - for_longer_than
    late = JobRun.objects.filter(undone_since__lt=before).exclude(name=ASKED)
    return list(late.values_list("name", flat=True))


def unnoticed() -> bool:
    """Tell whether nobody has asked for an hour, on a site that is older than that."""
    return timezone.now() - idle_since(ASKED) > AN_HOUR


def not_done(deed: str, *, when: bool) -> int:
    """Return 1 where a job that asks another machine has come to no answer for an hour.

    What it has read there stands in no row: so it notes the deed itself, once it is through.
    """
    return int(when and not was_done(deed, within=AN_HOUR))


def words() -> Iterator[str]:
    """Say what is wrong with the jobs, for whoever looks after the site."""
    for name in undone_jobs():
        yield (
            f"The job “{name}” has left undone for more than two hours what it is there for: "
            f'manage.py run_job "{name}" shows why.'
        )
    if unnoticed():
        yield "For an hour nobody has looked at what the jobs leave undone: is manage.py worker alive?"
