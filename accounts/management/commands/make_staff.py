"""`manage.py make_staff`: an account with all rights, for the first person of a new site."""

import os
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services import create_staff
from accounts.validators import one_spelling

PASSWORD_VARIABLE = "STAFF_PASSWORD"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    """Asks for what is not given. The password never stands on the command line."""

    help = (
        "Make a staff account with all rights and a confirmed email address. "
        f"With --no-input the password is read from the environment ({PASSWORD_VARIABLE})."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define the options."""
        parser.add_argument("--username")
        parser.add_argument("--email")
        parser.add_argument(
            "--no-input", action="store_false", dest="interactive", help="ask nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account, or say in one line what is wrong."""
        ask = options["interactive"]
        if ask and not sys.stdin.isatty():
            raise CommandError("There is no terminal to ask on. Use --no-input.")
        username = options["username"] or self._asked("Username", ask=ask)
        email = options["email"] or self._asked("Email address", ask=ask)
        password = getpass("Password: ") if ask else os.environ.get(PASSWORD_VARIABLE, "")
        if ask and getpass("Password again: ") != password:
            raise CommandError("The two passwords differ.")
        try:
            validate_password(one_spelling(password), User(username=username, email=email))
            user = create_staff(username=username, email=email, password=password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Staff account {user.username} is ready.")

    def _asked(self, what: str, *, ask: bool) -> str:
        if not ask:
            raise CommandError(f"{what} is missing.")
        return input(f"{what}: ").strip()
