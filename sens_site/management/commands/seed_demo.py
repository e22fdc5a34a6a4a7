"""`manage.py seed_demo`: fill a site of one's own machine with people who do not exist."""

from argparse import ArgumentParser
from typing import Any

import click
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from search.services import refresh_index
from sens_site.checks import LOOPBACK
from sens_site.demo import KINS

MOST = 1_000_000
HERE = (*LOOPBACK, "testserver")


def count(text: str) -> int:
    """Read a number of things to make."""
    number = int(text)
    if not 0 <= number <= MOST:
        raise ValueError(text)
    return number


class Command(BaseCommand):
    """Thin door over `sens_site.demo`. What the first run has made the second finds."""

    help = (
        "Make users, documents, messages and subscribers that do not exist, for trying and for "
        "measuring. Only on a site that nobody else can reach. A second run makes what is missing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask how many of each."""
        for kin in KINS:
            parser.add_argument(f"--{kin.name}", type=count, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them, and show how far that has come."""
        if settings.SITE_HOST not in HERE:
            raise CommandError(
                "People who do not exist have no place on a site that others can reach."
            )
        for kin in KINS:
            portions = list(kin.portions(options[kin.name]))
            with click.progressbar(portions, label=f"{options[kin.name]:>7} {kin.name}") as bar:
                for first, end in bar:
                    kin.make(first, end)
        self.stdout.write(f"{refresh_index()} entries of the search have changed.")
