"""The worker's loop: mails as they fall due, jobs at their intervals, and nothing ends it but a signal.

Mails and jobs take turns, and a job that takes long runs in a process of its own: neither a long
queue nor a long look keeps the other waiting.
"""

import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterable

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections

from outbox.delivery import TransportDownError, deliver_due
from outbox.error_names import place, short_name
from outbox.job_failures import tell_owners
from outbox.job_runs import run_noted
from outbox.jobs import Job
from sens_site.lib.metrics import JOB_RUNS, JOB_SECONDS

logger = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
DATABASE_WAIT_SECONDS = 5.0
JOB_AGAIN_SECONDS = 60.0
FIRST_TRANSPORT_WAIT_SECONDS = 30.0
MOST_TRANSPORT_WAIT_SECONDS = 300.0
TURN_SECONDS = 2.0
SLEEP_SECONDS = 0.2
MOST_SECONDS_APART = 3600.0
GRACE_SECONDS = 1.0

Process = subprocess.Popen[bytes]


def start_apart(job: Job) -> Process:
    """Start a job in a process of its own."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_job", job.name]
    return subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--in-turn", "--skip-checks"], stdin=subprocess.DEVNULL
    )


class JobStoppedError(BaseException):
    """The worker was asked to end while a job ran: passes whatever a job does about failures."""


class Worker:
    """Runs until asked to stop; asks itself between any two mails and jobs."""

    def __init__(
        self,
        jobs: Iterable[Job],
        *,
        clock: Callable[[], float] = time.monotonic,
        start: Callable[[Job], Process] = start_apart,
    ) -> None:
        # What only looks comes last: after a pause it sees what the others have made good.
        self.jobs = tuple(sorted(jobs, key=lambda job: job.niceness))
        self.clock = clock
        self.start = start
        self.stopping = False
        self.more_is_due = False
        self._in_job = False
        self._apart: tuple[Job, Process, float] | None = None
        self._next_run = {job.name: clock() for job in self.jobs}
        self._transport_wait = 0.0
        self._transport_after = clock()

    def stop(self) -> None:
        """Ask the loop to end. Safe to call from a signal handler: takes no lock.

        A mail in hand is finished. A job is not waited for: it is rolled back, and runs again.
        """
        self.stopping = True
        if self._in_job:
            raise JobStoppedError

    def run(self) -> None:
        """Work until asked to stop."""
        try:
            while not self.stopping:
                if not self.tick():
                    self.sleep(DATABASE_WAIT_SECONDS)
                elif not self.more_is_due:
                    self.sleep(IDLE_SECONDS)
        finally:
            self.end_apart()

    def run_once(self) -> bool:
        """Do what is due, to the end of it. Return False when that is impossible just now."""
        try:
            while not self.stopping:
                if not self.tick():
                    return False
                if self._apart is not None:
                    self.sleep(SLEEP_SECONDS)
                elif not self.more_is_due:
                    break
            return True
        finally:
            self.end_apart()

    def tick(self) -> bool:
        """Do what is due, for a while. Return False when that is impossible just now."""
        try:
            self.look_after_apart()
            self.deliver()
            self.run_jobs()
        except JobStoppedError:
            return True
        except (OperationalError, InterfaceError) as error:
            logger.warning("The database can't be used (%s). Waiting.", short_name(error))
            close_old_connections()
            return False
        except Exception as error:  # noqa: BLE001 - the loop goes on whatever happens
            logger.error("The worker stumbled: %s at %s", short_name(error), place(error))  # noqa: TRY400 - as below
            return False
        return True

    def deliver(self) -> None:
        """Send what is due, for one turn, unless the mail server could not be reached just now."""
        self.more_is_due = False
        if self.clock() < self._transport_after:
            return
        end = self.clock() + TURN_SECONDS
        try:
            deliver_due(keep_going=lambda: not self.stopping and self.clock() < end)
        except TransportDownError as error:
            self._transport_wait = min(
                max(self._transport_wait * 2, FIRST_TRANSPORT_WAIT_SECONDS),
                MOST_TRANSPORT_WAIT_SECONDS,
            )
            self._transport_after = self.clock() + self._transport_wait
            logger.warning(
                "The mail server can't be reached (%s). Next try in %d s.",
                error,
                self._transport_wait,
            )
        else:
            self._transport_wait = 0.0
            self.more_is_due = self.clock() >= end

    def run_jobs(self) -> None:
        """Run the jobs whose time has come, and give the mails a turn after each."""
        for job in self.jobs:
            if self.stopping or self.clock() < self._next_run[job.name]:
                continue
            if job.apart and self._apart is not None:
                continue
            self._next_run[job.name] = self.clock() + job.every_seconds
            if self.run_job(job):
                self.deliver()

    def run_job(self, job: Job) -> bool:
        """Run one job, or start it if it runs apart. Return whether there was anything to do."""
        begun = self.clock()
        try:
            self._in_job = True
            if not job.when():
                return False
            if not job.apart:
                run_noted(job)
                self.count(job, "done", begun)
                return True
        except Exception as error:  # noqa: BLE001 - one job never ends the others
            logger.error(  # noqa: TRY400 - a traceback may print personal data
                "Job %s failed: %s at %s", job.name, short_name(error), place(error)
            )
            if isinstance(error, DatabaseError | InterfaceError):
                close_old_connections()
                # A failover in its one moment must not cost a daily job its day.
                again = self.clock() + JOB_AGAIN_SECONDS
                self._next_run[job.name] = min(self._next_run[job.name], again)
            self.count(job, "failed", begun)
            tell_owners(job.name)
            return True
        finally:
            self._in_job = False
        self._apart = job, self.start(job), begun
        return True

    def look_after_apart(self) -> None:
        """Note how the process of a job has ended, or end it when it hangs."""
        if self._apart is None:
            return
        job, process, started_at = self._apart
        status = process.poll()
        if status is None and self.clock() - started_at > MOST_SECONDS_APART:
            logger.error("Job %s does not come to an end; it is stopped.", job.name)
            self.count(job, "failed", started_at)
            tell_owners(job.name)
            self.end_apart()
        elif status is not None:
            self._apart = None
            self.count(job, "failed" if status else "done", started_at)
            if status:
                logger.error("Job %s failed: its process has ended with %d.", job.name, status)
                tell_owners(job.name)

    def count(self, job: Job, outcome: str, begun: float) -> None:
        """Count a run for whoever watches. A process apart counts for itself, so it is done here."""
        JOB_RUNS.labels(job.name, outcome).inc()
        JOB_SECONDS.labels(job.name).observe(self.clock() - begun)

    def end_apart(self) -> None:
        """End the process of a job that runs apart, if there is one."""
        if self._apart is None:
            return
        _, process, _ = self._apart
        self._apart = None
        process.terminate()
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def sleep(self, seconds: float) -> None:
        """Sleep in slices: a signal sets the flag, and Python then goes on sleeping."""
        end = self.clock() + seconds
        while not self.stopping and (left := end - self.clock()) > 0:
            time.sleep(min(left, SLEEP_SECONDS))
