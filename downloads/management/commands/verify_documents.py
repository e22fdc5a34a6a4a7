"""`manage.py verify_documents`: read every stored document, and name what is not as published."""

import sys
from typing import Any

import click
from django.core.management.base import BaseCommand, CommandError

from downloads.models import DocumentVersion
from downloads.verification import verify_documents


class Command(BaseCommand):
    """Thin door over the check, which the worker runs each night."""

    help = "Hash each stored document anew. Names missing and changed files, and then exits with 1."

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at all, and say what is wrong."""
        count = DocumentVersion.objects.values("sha256").distinct().count()
        hidden = options["verbosity"] == 0 or not sys.stderr.isatty()
        with click.progressbar(length=count, hidden=hidden, file=sys.stderr) as bar:
            found = verify_documents(tell=lambda done: bar.update(1))
        for line in found.words:
            self.stdout.write(line)
        wrong = len(found.words)
        if wrong:
            raise CommandError(f"{wrong} of the published files are not as they were.")
        if options["verbosity"] >= 1:
            self.stdout.write(f"{found.files} files, {found.size} bytes: all as published.")
