"""`manage.py verify_receipts`: checks every consent receipt and the chain over all of them."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand

from privacy.consent.receipt_chain import verify_stored


def head(text: str) -> tuple[int, str]:
    """Read NUMBER:HASH, as the worker's log writes it."""
    number, _, link = text.partition(":")
    if not number.isdigit() or len(link) != 64:
        raise ArgumentTypeError("Give a head as the worker's log writes it: NUMBER:HASH.")
    return int(number), link


class Command(BaseCommand):
    """Exits with 1 when anything was altered."""

    help = "Check every consent receipt and the chain over all of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument(
            "--head",
            type=head,
            action="append",
            default=[],
            metavar="NUMBER:HASH",
            help="a link that was written down elsewhere, such as in the worker's log",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, and say what was found."""
        found = verify_stored(options["head"])
        for fault in found.faults:
            self.stdout.write(fault)
        state = "whole" if found.whole else f"{len(found.faults)} faults"
        self.stdout.write(
            f"{found.receipts} receipts, {found.seals} links, {found.waiting} waiting: {state}."
        )
        if not found.whole:
            sys.exit(1)
