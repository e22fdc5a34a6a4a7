"""`manage.py rebuild_search`: make the search index anew, or bring it up to date."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from search.services import rebuild_index, refresh_index


class Command(BaseCommand):
    """Thin door over the services. The worker does the second by itself."""

    help = "Make the search index anew. With --changed only what has changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the option."""
        parser.add_argument("--changed", action="store_true", help="only what has changed")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say how many entries that were."""
        if options["changed"]:
            self.stdout.write(f"{refresh_index()} entries have changed.")
        else:
            self.stdout.write(f"{rebuild_index()} entries can be found.")
