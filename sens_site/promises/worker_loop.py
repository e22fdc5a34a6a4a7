"""The worker's own loop: it comes to every job each day, lets it finish, and gives none up."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from unittest.mock import Mock, patch

from outbox.delivery import TransportDownError
from outbox.jobs import Job, registered_jobs
from outbox.worker import Worker
from privacy.datamap.promises.picked_out import (
    WORKED_BY,
    nothing_more_is_picked_out,
    source_of,
)
from privacy.datamap.promises.purging import A_DAY
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite

HALF_AN_HOUR = 30
"""For so many minutes at least each job may be at work."""
ALL_JOBS = {
    "outbox/management/commands/worker.py": "Worker(registered_jobs())",
    "outbox/management/commands/run_job.py": "{job.name: job for job in registered_jobs()}",
}
"""By which words the two commands take all jobs: no rehearsal begins a process that works for ever."""


@dataclass(frozen=True)
class _Ended:
    """Stands for the process of a job that has come to its end, well or not."""

    status: int

    def poll(self) -> int:
        return self.status


class _NothingDoneError(Exception):
    """What a job ends with that fails."""


@contextmanager
def _failing_quietly() -> Iterator[None]:
    """Let jobs fail, and tell neither log nor staff nor the counts of it; the mail server is away."""
    logging.disable(logging.ERROR)
    try:
        with patch.multiple(
            "outbox.worker",
            JOB_RUNS=Mock(), JOB_SECONDS=Mock(), tell_owners=Mock(),
            deliver_due=Mock(side_effect=TransportDownError),
        ):  # fmt: skip
            yield
    finally:
        logging.disable(logging.NOTSET)


class _AtWork:
    """Stands for the process of a job that has much to do."""

    was_ended = False

    def poll(self) -> None:
        return None

    def terminate(self) -> None:
        self.was_ended = True

    def wait(self, seconds: float) -> None:
        return None


FAILS = (False, True, True, True, True, True, False)
"""Of some days in a row, whether the jobs fail. Whoever has failed is come to again."""


class _WithoutMail(Worker):
    """Does all that the worker does, but hands no mail to anybody."""

    def deliver(self) -> None:
        return None


def _lets_a_job_finish(job: Job) -> None:
    """Require that a job that has much to do is let be: a purge of many rows, on a slow machine."""
    process, now = _AtWork(), [0.0]
    start: Any = lambda begun: process  # noqa: E731 - as short as it is
    worker = _WithoutMail([job], clock=lambda: now[0], start=start)
    for minutes in range(0, HALF_AN_HOUR + 1, 10):
        now[0] = 60.0 * minutes
        worker.tick()
    require(not process.was_ended, f"the worker ends the job “{job.name}” before it is done")
    worker.end_apart()
    require(process.was_ended, f"the worker does not begin the job “{job.name}”")


@promise(
    "retention.account",
    "retention.consent-receipts",
    "retention.downloads",
    "retention.idle-account",
    "retention.messages",
    "retention.newsletter",
    "retention.requests",
    "retention.sent-mail",
    "retention.visits",
    look=Look.REHEARSAL,
)
def the_worker_comes_to_every_job(site: RunningSite) -> Evidence:
    """Its own loop, on days that pass at once, with jobs that only say that they were begun, or fail."""
    nothing_more_is_picked_out(*WORKED_BY)
    for path, words in ALL_JOBS.items():
        require(words in source_of(path), f"{path} does not take all jobs")
    begun, days, now, fails = Counter[str](), len(FAILS), [0.0], [False]

    def run(name: str) -> None:
        begun[name] += 1
        if fails[0]:
            raise _NothingDoneError

    jobs = [
        replace(job, when=lambda: True, run=partial(run, job.name)) for job in registered_jobs()
    ]

    def start(job: Job) -> Any:
        with suppress(_NothingDoneError):
            job.run()
        return _Ended(int(fails[0]))

    with site.rehearsal(), _failing_quietly():
        worker = Worker(jobs, clock=lambda: now[0], start=start)
        for day, fails[0] in enumerate(FAILS):
            now[0] = day * A_DAY.total_seconds()
            for _ in jobs:  # of those that run apart it begins one at a time
                worker.tick()
        for job in jobs:
            if job.apart:
                _lets_a_job_finish(job)
    for job in jobs:
        wanted = days if job.every_seconds <= A_DAY.total_seconds() else 1
        require(begun[job.name] >= wanted, f"the worker does not come to the job “{job.name}”")
    return Evidence(
        "Played through for this check: on each of several days the worker came to every job, those "
        "that delete among them, also when they had failed each day before and the mail server was away, and let the long ones "
        "finish.",
        {"jobs": len(jobs), "days": days},
    )
