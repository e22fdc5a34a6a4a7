"""The worker's loop: mails as they fall due, jobs at their intervals, and nothing ends it but a signal."""

import logging
import time
from collections.abc import Callable, Iterable

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections

from outbox.delivery import TransportDownError, deliver_due
from outbox.error_names import place, short_name
from outbox.jobs import Job

logger = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
DATABASE_WAIT_SECONDS = 5.0
FIRST_TRANSPORT_WAIT_SECONDS = 30.0
MOST_TRANSPORT_WAIT_SECONDS = 300.0


class Worker:
    """Runs until asked to stop; asks itself between any two mails and jobs."""

    def __init__(self, jobs: Iterable[Job], *, clock: Callable[[], float] = time.monotonic) -> None:
        self.jobs = tuple(jobs)
        self.clock = clock
        self.stopping = False
        self._next_run = {job.name: clock() for job in self.jobs}
        self._transport_wait = 0.0
        self._transport_after = clock()

    def stop(self) -> None:
        """Ask the loop to end. Safe to call from a signal handler: takes no lock."""
        self.stopping = True

    def run(self) -> None:
        """Work until asked to stop."""
        while not self.stopping:
            self.sleep(IDLE_SECONDS if self.tick() else DATABASE_WAIT_SECONDS)

    def tick(self) -> bool:
        """Do what is due. Return False when that is impossible just now."""
        try:
            self.deliver()
            self.run_jobs()
        except (OperationalError, InterfaceError) as error:
            logger.warning("The database can't be used (%s). Waiting.", short_name(error))
            close_old_connections()
            return False
        except Exception as error:  # noqa: BLE001 - the loop goes on whatever happens
            logger.error("The worker stumbled: %s at %s", short_name(error), place(error))  # noqa: TRY400 - as below
            return False
        return True

    def deliver(self) -> None:
        """Send what is due, unless the mail server could not be reached a short while ago."""
        if self.clock() < self._transport_after:
            return
        try:
            deliver_due(keep_going=lambda: not self.stopping)
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

    def run_jobs(self) -> None:
        """Run the jobs whose time has come."""
        for job in self.jobs:
            if self.stopping or self.clock() < self._next_run[job.name]:
                continue
            self._next_run[job.name] = self.clock() + job.every_seconds
            try:
                job.run()
            except Exception as error:  # noqa: BLE001 - one job never ends the others
                logger.error(  # noqa: TRY400 - a traceback may print personal data
                    "Job %s failed: %s at %s", job.name, short_name(error), place(error)
                )
                if isinstance(error, DatabaseError | InterfaceError):
                    close_old_connections()

    def sleep(self, seconds: float) -> None:
        """Sleep in slices: a signal sets the flag, and Python then goes on sleeping."""
        end = self.clock() + seconds
        while not self.stopping and (left := end - self.clock()) > 0:
            time.sleep(min(left, 1.0))
