"""The worker's own loop, played on days that pass at once, with the mail server there and away."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.test import override_settings

from outbox.jobs import Job, registered_jobs
from outbox.worker import Worker
from privacy.datamap.promises.purging import A_DAY
from privacy.promises.registry import require

HALF_AN_HOUR = 30
"""For so many minutes at least each job may be at work."""
DAYS = 3


class Ended:
    """Stands for the process of a job that has come to its end."""

    def poll(self) -> int:
        return 0


class AtWork:
    """Stands for the process of a job that has much to do."""

    was_ended = False

    def poll(self) -> None:
        return None

    def terminate(self) -> None:
        self.was_ended = True

    def wait(self, seconds: float) -> None:
        return None


class WithoutMail(Worker):
    """Does all that the worker does, but hands no mail to anybody."""

    def deliver(self) -> None:
        return None


def lets_a_job_finish(job: Job) -> None:
    """Require that a job that has much to do is let be: a purge of many rows, on a slow machine."""
    process, now = AtWork(), [0.0]
    start: Any = lambda begun: process  # noqa: E731 - as short as it is
    worker = WithoutMail([job], clock=lambda: now[0], start=start)
    for minutes in range(0, HALF_AN_HOUR + 1, 10):
        now[0] = 60.0 * minutes
        worker.tick()
    require(not process.was_ended, f"the worker ends the job “{job.name}” before it is done")
    worker.end_apart()
    require(process.was_ended, f"the worker does not begin the job “{job.name}”")


class Away(BaseEmailBackend):
    """Stands for a mail server that cannot be reached."""

    def open(self) -> bool:
        """Say what a socket says."""
        raise ConnectionRefusedError


@contextmanager
def mail_server_is_away() -> Iterator[None]:
    """Let a mail wait for a server that nobody reaches."""
    EmailMessage("A check", "Rolled back.", to=["check@example.com"]).send()
    logging.disable(logging.WARNING)  # that it is away is no news here
    try:
        with override_settings(MAIL_TRANSPORT=f"{Away.__module__}.{Away.__name__}"):
            yield
    finally:
        logging.disable(logging.NOTSET)


def comes_to_every_job(sort: type[Worker], when: str) -> list[Job]:
    """Let three days pass, with jobs that only say that they were begun; return them."""
    begun, now = Counter[str](), [0.0]
    jobs = [
        replace(job, when=lambda: True, run=partial(begun.update, [job.name]))
        for job in registered_jobs()
    ]

    def start(job: Job) -> Any:
        job.run()
        return Ended()

    worker = sort(jobs, clock=lambda: now[0], start=start)
    for day in range(DAYS):
        now[0] = day * A_DAY.total_seconds()
        for _ in jobs:  # of those that run apart it begins one at a time
            worker.tick()
    for job in jobs:
        wanted = DAYS if job.every_seconds <= A_DAY.total_seconds() else 1
        enough = begun[job.name] >= wanted
        require(enough, f"the worker does not come to the job “{job.name}”{when}")
    return jobs
