"""Delete what the data map says is expired."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from privacy.datamap.clock import is_steady
from privacy.datamap.retention import CAP, find_expired, purge_expired


class Command(BaseCommand):
    """In a terminal it only counts, until `--apply` is given; a job without one must give it too."""

    help = "Delete or blank what the data map says is expired. Shows counts only, never contents."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--apply", action="store_true", help="do it; without, only count")
        parser.add_argument(
            "--trust-clock", action="store_true", help="also when the clock has moved by a day"
        )
        parser.add_argument("--cap", type=int, default=CAP, help="rows by each rule in one run")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count or purge. A timer may run this, so it asks the clock like the worker's jobs."""
        if options["apply"] and not options["trust_clock"] and not is_steady():
            raise CommandError(
                "The clock has moved by more than a day since it was last read, so nothing was "
                "deleted. Where it is right now, add --trust-clock."
            )
        results = purge_expired(cap=options["cap"]) if options["apply"] else find_expired()
        for result in results:
            self.stdout.write(
                f"{result.count:>8} {result.action:<8} {result.label:<24} ({result.words})"
                + (f"  FAILED: {result.error}" if result.error else "")
            )
        if not options["apply"]:
            self.stdout.write("Nothing was changed. Add --apply to do it.")
        if failed := sum(bool(result.error) for result in results):
            raise CommandError(f"{failed} rules could not be carried out.")
