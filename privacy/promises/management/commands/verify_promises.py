"""Check that the running site does what the policy says."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.promises.claims import all_claims
from privacy.promises.models import State
from privacy.promises.registry import discover, registered_checks
from privacy.promises.services import Outcome, verify_promises


class Command(BaseCommand):
    """Runs the registered checks on the live configuration and stores what they saw."""

    help = "Check the promises of the policy. Exits with 1 if one is broken, with 3 if a check could not look."

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
        done, count = 0, sum(len(checks[one]) for one in ids)

        def progress(outcome: Outcome) -> None:
            nonlocal done
            done += 1
            if not options["json"]:
                self.stdout.write(
                    f"{done:>3}/{count} {self._mark(outcome)} {outcome.claim_id} "
                    f"({outcome.check.look}): {outcome.evidence.words}"
                )

        outcomes = verify_promises(options["ids"] or None, progress=progress)
        broken = [one for one in outcomes if one.broken]
        blind = [one for one in outcomes if one.state is State.NOT_CARRIED_OUT]
        if options["json"]:
            self.stdout.write(json.dumps([_plain(one) for one in outcomes], indent=1))
        else:
            claims = all_claims()
            unchecked = sum(c.kind != "O" and c.id not in checks for c in claims.values())
            self.stdout.write(
                f"{len(outcomes) - len(broken) - len(blind)} kept, {len(broken)} broken, "
                f"{len(blind)} not carried out, "
                f"{unchecked} of {len(claims)} claims not yet checked"
            )
        if broken:
            raise CommandError(f"{len(broken)} promise(s) broken", returncode=1)
        if blind:
            raise CommandError(f"{len(blind)} check(s) could not look", returncode=3)

    def _mark(self, outcome: Outcome) -> str:
        if outcome.kept:
            return self.style.SUCCESS("kept  ")
        return self.style.ERROR("BROKEN") if outcome.broken else self.style.WARNING("BLIND ")


def _plain(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.claim_id,
        "check": outcome.check.name,
        "look": outcome.check.look,
        "strength": outcome.check.strength,
        "state": outcome.state,
        "words": outcome.evidence.words,
        "figures": dict(outcome.evidence.figures),
    }
