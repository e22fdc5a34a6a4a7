"""Erase again whoever the ledger names and this database does not know as erased."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from privacy.datamap.replay import pending, replay


class Command(BaseCommand):
    """Run this after every restore of a backup, before the site is opened."""

    help = "Erase again, after a restore, everybody who was erased since the backup was made."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count or replay."""
        if options["dry_run"]:
            self.stdout.write(f"{len(pending())} erasures to do again. Nothing was changed.")
            return
        done = replay()
        self.stdout.write(
            f"{done.lines} erasures done again: {done.people} people found, {done.rows} rows."
        )
