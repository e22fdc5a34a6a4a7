"""`manage.py restore`: put a backup in the place of the site's data, or try whether that works."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sens_site.backups import FROM_BACKUP, newest_backup, restore, try_restore
from sens_site.lib.deploy.backup_archive import BackupError


class Command(BaseCommand):
    """A failure names what is wrong; the site is not to be opened then."""

    help = (
        "Restore a backup (the newest one of BACKUP_DIR, if none is named): database, files, erasures"
        " since. Then check chains, guards and documents. Stop the site first."
    )
    # What they look at is what is to be restored.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", type=Path, nargs="?", help="default: the newest")
        parser.add_argument(
            "--identity", type=Path, required=True, metavar="FILE", help="the private key of age"
        )
        parser.add_argument("--replace", action="store_true", help="lose the present database")
        parser.add_argument(
            "--ledger", default="", metavar="FILE",
            help="the newest copy of the erasure ledger, if it is not in its place; “"
            f"{FROM_BACKUP}” where no newer one is left",
        )  # fmt: skip
        parser.add_argument(
            "--drill", action="store_true",
            help="restore beside the site, compare, note the date for the desk, and throw it away",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        identity: Path = options["identity"]
        try:
            archive = options["archive"] or newest_backup()
            if options["drill"]:
                try_restore(archive, identity=identity)
                self.stdout.write(f"{archive.name} can be restored. The date is noted.")
                return
            done = restore(
                archive,
                identity=identity,
                replace=options["replace"],
                newest_ledger=options["ledger"],
            )
        except BackupError as error:
            raise CommandError(str(error)) from error
        again = done.erased_again
        self.stdout.write(
            f"Restored what the site was at {done.made_at}. {again.lines} erasures since were done"
            f" again: {again.people} people found, {again.rows} rows. Everybody is logged out."
        )
        for line in (*done.notes, *done.faults):
            self.stdout.write(line)
        if done.faults:
            raise CommandError(
                f"Do not open the site: {len(done.faults)} faults. First {done.faults[0]}."
            )
        self.stdout.write("Chains, guards, ledger and documents are in order: the site may open.")
