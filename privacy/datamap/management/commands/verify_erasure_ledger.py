"""Compare the erasure ledger with the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.datamap.ledger import lines
from privacy.datamap.replay import pending, unknown_to_ledger


class Command(BaseCommand):
    """Exits non-zero where they differ, so that a monitor can call it."""

    help = "Tell whether every erasure in the ledger has been seen through in this database."

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare."""
        waiting, lost = len(pending()), unknown_to_ledger()
        if waiting:
            raise CommandError(
                f"{waiting} erasures of the ledger are unknown to this database. "
                "If a backup was restored, run: manage.py replay_erasures"
            )
        if lost:
            raise CommandError(
                f"{lost} erasures of this database are missing in the ledger. "
                "Find the ledger (setting ERASURE_LEDGER), or restore it."
            )
        self.stdout.write(f"{len(lines())} erasures in the ledger, all seen through.")
