"""The command line of this site: what an operator changes by it stands in the list, too."""

from typing import Any

from django.apps import apps
from django.core.management import ManagementUtility
from django.core.management.base import BaseCommand
from django.db import connection

NO_ACT = frozenset({
    "createcachetable", "flush", "makemigrations", "migrate", "run_job", "run_site", "runserver",
    "setup_site", "test", "testserver", "verify_promises", "worker",
})  # fmt: skip
"""What the machine runs by itself, what comes with a release, what only looks, and what leaves no
list to write into."""


class AuditedUtility(ManagementUtility):
    """Writes down a command that came to its end and changed something.

    Never what it was given: arguments hold names and addresses.
    """

    watch: Any = None

    def fetch_command(self, subcommand: str) -> BaseCommand:
        command = super().fetch_command(subcommand)
        acts = subcommand not in NO_ACT and subcommand == self.argv[1]
        if acts and apps.is_installed("audit_log"):
            from audit_log.services import Here  # noqa: PLC0415 - the apps are loaded by now

            self.watch = Here(None, f"manage.py {subcommand}")
            connection.execute_wrappers.append(self.watch.watch)
        return command

    def execute(self) -> None:
        """Run the command; one that has failed ends here with an error."""
        try:
            super().execute()
        finally:
            if self.watch is not None:
                connection.execute_wrappers.remove(self.watch.watch)
        if self.watch is not None and self.watch.tables:
            from audit_log.services import Kind, record  # noqa: PLC0415 - as above

            record(Kind.COMMAND, f"Ran {self.argv[1]}.", place=self.watch.place)
