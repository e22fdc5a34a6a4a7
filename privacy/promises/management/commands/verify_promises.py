"""Check that the running site does what the policy says."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.promises.claims import all_claims
from privacy.promises.registry import discover, registered_checks
from privacy.promises.services import Outcome, verify_promises


class Command(BaseCommand):
    """Runs the registered checks on the live configuration and stores what they saw."""

    help = "Check the promises of the policy. Exits with 1 if one is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take ids and the form of the output."""
        parser.add_argument("ids", nargs="*", help="claim ids; all that have a check by default")
        parser.add_argument("--json", action="store_true", help="print the outcomes as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, print, and fail where a promise is broken."""
        discover()
        checks = registered_checks()
        unknown = [one for one in options["ids"] if one not in checks]
        if unknown:
            raise CommandError(f"No check is registered for: {', '.join(unknown)}")
        ids = options["ids"] or list(checks)
        done = 0

        def progress(outcome: Outcome) -> None:
            nonlocal done
            done += 1
            if not options["json"]:
                mark = self.style.SUCCESS("kept  ") if outcome.kept else self.style.ERROR("BROKEN")
                self.stdout.write(
                    f"{done:>3}/{len(ids)} {mark} {outcome.claim_id}: {outcome.evidence.words}"
                )

        outcomes = verify_promises(options["ids"] or None, progress=progress)
        broken = [one for one in outcomes if not one.kept]
        if options["json"]:
            self.stdout.write(json.dumps([_plain(one) for one in outcomes], indent=1))
        else:
            claims = all_claims()
            unchecked = sum(c.kind != "O" and c.id not in checks for c in claims.values())
            self.stdout.write(
                f"{len(outcomes) - len(broken)} kept, {len(broken)} broken, "
                f"{unchecked} of {len(claims)} claims not yet checked"
            )
        if broken:
            raise CommandError(f"{len(broken)} promise(s) broken", returncode=1)


def _plain(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.claim_id,
        "kept": outcome.kept,
        "words": outcome.evidence.words,
        "figures": dict(outcome.evidence.figures),
    }
