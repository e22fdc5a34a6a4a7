"""`manage.py start_content DIR`: the beginning of a site for another company."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

NEXT = """\
Copied the example company to {folder}. Next:
  1. Write your own names, address and menu into {folder}/company.toml.
  2. Write the texts in {folder}/pages and replace logo and icons in {folder}/templates and static.
  3. Have your counsel read the policies in {folder}/policy, and claims.toml beside it.
  4. Set CONTENT_DIR={folder} in .env. `manage.py check` names what is missing.
  5. Start with an empty database: the policies of another company stay in the one they were loaded to."""


class Command(BaseCommand):
    """Copy the example company's content."""

    help = "Copy the content of the example company to DIR, for a company of your own."
    requires_system_checks = ()  # it is what one runs to mend what they find missing

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the argument."""
        parser.add_argument("dir", type=Path, metavar="DIR", help="a new or empty folder")

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy, and say what to do next."""
        folder: Path = options["dir"]
        if folder.exists() and not folder.is_dir():
            raise CommandError(f"{folder} is a file. Name a new or empty folder.")
        if folder.is_dir() and any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty. Name a new or empty folder.")
        shutil.copytree(settings.BASE_DIR / "content" / "example", folder, dirs_exist_ok=True)
        self.stdout.write(NEXT.format(folder=folder.resolve()))
