"""`manage.py worker`: sends mails and runs the periodic jobs."""

import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import autoreload

from outbox.jobs import registered_jobs
from outbox.worker import Worker


class Command(BaseCommand):
    """One loop. Any number of workers may run beside each other."""

    help = "Send stored mails and run the periodic jobs, until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("--once", action="store_true", help="do what is due, then end")
        parser.add_argument("--reload", action="store_true", help="restart when the code changes")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if options["reload"]:
            autoreload.run_with_reloader(self.work)
        else:
            self.work(once=options["once"])

    def work(self, *, once: bool = False) -> None:
        """Run the loop, or one round of it."""
        worker = Worker(registered_jobs())

        def ask_to_stop(signum: int, frame: FrameType | None) -> None:
            if worker.stopping:
                # Asked twice: a mail in hand goes out again after its lease.
                raise SystemExit(1)
            worker.stop()

        # Django's autoreloader runs us in a thread, where signals can't be had; it ends us itself.
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, ask_to_stop)
            signal.signal(signal.SIGINT, ask_to_stop)
        if not once:
            worker.run()
        elif not worker.run_once():
            raise CommandError("The database can't be used just now.")
