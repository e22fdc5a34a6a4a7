"""`manage.py run_job`: one periodic job, as the worker starts it when it takes long."""

import logging
import os
import signal
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from outbox.error_names import place, short_name
from outbox.job_runs import run_noted
from outbox.jobs import registered_jobs
from sens_site.lib.deploy.setup_lock import in_hand

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Ends at once when it is asked to."""

    help = "Run one of the worker's periodic jobs now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the job's name."""
        parser.add_argument("name", help="the job's name, such as 'verify promises'")
        parser.add_argument(
            "--in-turn",
            action="store_true",
            help="as a worker asks for it: not where another one has it in hand, or has done it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        jobs = {job.name: job for job in registered_jobs()}
        if options["name"] not in jobs:
            raise CommandError(f"There is no such job. There are: {', '.join(sorted(jobs))}")
        job = jobs[options["name"]]
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _end)
        os.nice(job.niceness)
        try:
            if not options["in_turn"]:
                run_noted(job)
                return
            with in_hand(job.name) as is_ours:
                if is_ours and job.when():
                    run_noted(job)
        except Exception as error:  # noqa: BLE001 - as in the worker: the log names it
            logger.error(  # noqa: TRY400 - a traceback may print personal data
                "Job %s failed: %s at %s", job.name, short_name(error), place(error)
            )
            raise CommandError("The job failed.") from None


def _end(signum: int, frame: FrameType | None) -> None:
    # Once: what is open for a while has to be put away on the way out.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + signum)
