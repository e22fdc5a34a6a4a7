"""`manage.py audit_consent URL`: what a browser stores and asks for in each state of consent."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.consent.audit_rules import Seen, State, silent_services
from privacy.consent.offer.loading import load_offer


class Command(BaseCommand):
    """Exits with 1 on any cookie, storage key, origin or request that the catalogue lacks."""

    help = (
        "Drive Chromium through the site in each state of consent and compare with the catalogue."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("url", help="where the site runs, with the same database as here")
        parser.add_argument("--pages", type=int, default=4, help="how many pages to open in each")
        parser.add_argument(
            "--stand-in",
            choices=["honest", "rogue"],
            default="",
            help="play the third parties, so that nothing leaves this machine",
        )
        parser.add_argument(
            "--address",
            action="append",
            default=[],
            help="an address that no page links to, such as that of a mailed link; may be repeated",
        )
        parser.add_argument(
            "--few",
            action="store_true",
            help="leave out the answers that allow several groups but not all, and unlinked pages",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Audit, and say what was found."""
        try:
            from privacy.consent.browser_audit import Auditor  # noqa: PLC0415 - a tool of development
        except ImportError as error:
            raise CommandError(
                "Playwright is not installed: install requirements-dev.txt and Chromium."
            ) from error
        offer = load_offer()
        chosen = {name: options[name] for name in ("pages", "stand_in", "few")}
        auditor = Auditor(options["url"], offer, addresses=options["address"], **chosen)
        self.stdout.write(f"{'state':45} pages cookies storage origins faults")
        faults = auditor.run(self._tell)
        for name in silent_services(auditor.seen, offer):
            self.stdout.write(f"  ! {name} is switched on, but no page ever permits it")
            faults += 1
        self.stdout.write(f"{len(auditor.seen)} states, {faults} faults")
        if faults:
            sys.exit(1)

    def _tell(self, state: State, seen: Seen, faults: list[str]) -> None:
        self.stdout.write(
            f"{state.title:45} {seen.pages:5} {len(seen.cookies):7} {len(seen.storage):7} "
            f"{len(seen.requested):7} {len(faults):6}"
        )
        for fault in faults:
            self.stdout.write(f"  ! {fault}")
