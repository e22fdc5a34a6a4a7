"""Prove on a copy of the database that an erasure leaves nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from privacy.datamap.erasure_proof import prove
from privacy.datamap.subjects import identity, subject_of


class Command(BaseCommand):
    """Destroys accounts. Works on a copy only, and says so by a word that must be typed."""

    help = "Erase people of a COPY of the database and look for what is left of them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--people", type=int, default=3, help="how many accounts to erase")
        parser.add_argument(
            "--this-is-a-copy", action="store_true", help="confirm that DATABASE_URL is a copy"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase some people and report."""
        if not options["this_is_a_copy"]:
            raise CommandError(
                "This erases people. Point DATABASE_URL at a copy of the database, ERASURE_LEDGER "
                "at a scratch file, and add --this-is-a-copy."
            )
        found = [s for s in (subject_of(u) for u in identity().all_users()) if not s.is_staff]
        if len(found) < 2:
            raise CommandError("At least two customers are needed: one to erase, one to keep.")
        neighbour, people = found[0], found[1 : 1 + options["people"]]
        failed = 0
        for number, subject in enumerate(people, start=1):
            proof = prove(subject, neighbour)
            failed += not proof.holds
            rows = sum(proof.report.counts.values())
            left = sum(proof.left.values()) + (proof.left_in_file or 0)
            lost = proof.neighbour_before - proof.neighbour_after
            self.stdout.write(
                f"person {number}: {proof.planted} marks planted, {rows} rows erased, "
                f"{left} left, {lost} of the neighbour lost"
            )
            for place, count in sorted(proof.left.items()):
                self.stdout.write(f"    left in {place}: {count}")
        if failed:
            raise CommandError(f"{failed} of {len(people)} erasures left something behind.")
        self.stdout.write(f"{len(people)} erasures left nothing behind.")
