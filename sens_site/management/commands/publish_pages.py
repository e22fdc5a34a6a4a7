"""`manage.py publish_pages`: keeps the public pages as files for the web server in front."""

import fcntl
import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from privacy.consent.offer.current import stamp_and_offer
from sens_site.lib.cache.published_pages import PublishedPages
from sens_site.lib.cache.shared_dictionary import shared_dictionary
from sens_site.published import LOOK_SECONDS, Publisher


class Command(BaseCommand):
    """One process on each machine that has nginx. Without it nginx finds no page, and asks the site."""

    help = "Publish the public pages as files in PUBLISHED_ROOT, until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument(
            "--withdraw", action="store_true", help="let nginx find no page any more, then end"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish, and withdraw at the end: nobody looks after the pages then."""
        if not settings.PUBLISHED_ROOT:
            raise CommandError("Set PUBLISHED_ROOT to a folder that nginx can read.")
        pages = PublishedPages(Path(settings.PUBLISHED_ROOT), dictionary=shared_dictionary())
        if options["withdraw"]:
            pages.withdraw()
            return
        with (pages.root / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CommandError("Another process publishes pages to this folder.") from error
            self.run(Publisher(pages, read_stamp=stamp_and_offer), ended())
            pages.withdraw()

    def run(self, publisher: Publisher, end: threading.Event) -> None:
        """Look until the end. Whatever fails ends the process; the pages end with their slot."""
        while not end.is_set():
            publisher.look()
            end.wait(LOOK_SECONDS)


def ended() -> threading.Event:
    """Return what is set once somebody asks this process to end."""
    event = threading.Event()

    def ask_to_end(signum: int, frame: FrameType | None) -> None:
        event.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_end)
    return event
