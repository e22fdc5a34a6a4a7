"""`manage.py backup`: make an encrypted backup now, or the key that backups are encrypted to."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pyrage
from django.core.management.base import BaseCommand, CommandError

from privacy.datamap import backups
from sens_site.backups import make_backup
from sens_site.lib.deploy.backup_archive import BackupError


class Command(BaseCommand):
    """The worker makes one a day by the same function."""

    help = "Make an encrypted backup of database and files, and delete those that are over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--new-key", type=Path, metavar="FILE",
            help="write a new private key there instead, and print its public one",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_key"]:
            self._new_key(options["new_key"])
            return
        try:
            made = make_backup()
        except BackupError as error:
            raise CommandError(str(error)) from error
        over = backups.trim()
        self.stdout.write(f"{made}: {made.stat().st_size} bytes. {over} older ones were deleted.")

    def _new_key(self, file: Path) -> None:
        identity = pyrage.x25519.Identity.generate()
        try:
            descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        with os.fdopen(descriptor, "w") as opened:
            opened.write(f"# public key: {identity.to_public()}\n{identity}\n")
        self.stdout.write(
            f"BACKUP_RECIPIENTS={identity.to_public()}\n"
            f"Put this line into .env, and {file} where nobody finds it who finds a backup: without"
            " it no backup can ever be read."
        )
