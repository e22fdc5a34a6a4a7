"""`manage.py load_orders FILE`: show customers the state of their orders."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contact.orders import OrdersError, load_orders


class Command(BaseCommand):
    """Load the list of orders."""

    help = (
        "Put a list of orders (CSV: order_number, email, state, and the days ordered_on, ships_on, "
        "shipped_on) in the place of the one before. A list of nothing but the first line ends it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the arguments."""
        parser.add_argument("file", metavar="FILE", help="the list, or - for what is piped in")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say how many are kept."""
        try:
            content = sys.stdin.buffer.read() if options["file"] == "-" else _read(options["file"])
            count = load_orders(content)
        except OrdersError as error:
            raise CommandError(f"{error} The list before stays.") from None
        self.stdout.write(f"{count} orders of people with an account.")


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise OrdersError(f"{name} cannot be read: {error.strerror}.") from None
