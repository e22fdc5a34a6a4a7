"""Take away a second factor that its owner has lost, where nobody gets into the admin any more."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from accounts.services import NoResetError, reset_second_factor
from audit_log.services import Kind, record

DONE = "Second factor removed."


class Command(BaseCommand):
    """Does what the step in the admin does: two persons, a line in the log, a mail to the owner."""

    help = "Remove the second factor of a colleague who has lost it, and tell its owner by email."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="whose second factor is lost")
        parser.add_argument(
            "--by",
            required=True,
            help="username of the colleague who has made sure that it is the owner who asks",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user, by = self._person(options["username"]), self._person(options["by"])
        try:
            with transaction.atomic():
                reset_second_factor(user, by=by)
                LogEntry.objects.log_actions(by.pk, [user], CHANGE, DONE, single_object=True)
                record(
                    Kind.CHANGED, DONE, row=user, actor=by, place="manage.py reset_second_factor"
                )
        except NoResetError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The second factor of {user.username} is removed; the owner is told.")

    def _person(self, username: str) -> User:
        try:
            return User.objects.get(username=username)
        except User.DoesNotExist:
            raise CommandError(f"There is no account {username}.") from None
