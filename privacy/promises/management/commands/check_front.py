"""`manage.py check_front`: look at the site as strangers find it: pages, encryption, mail."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from privacy.promises.models import State
from privacy.promises.outside import verify
from privacy.promises.outside.looking import STATES
from privacy.promises.outside.mail_facts import mail_facts

WORDS = {state: words for words, state in STATES.items()} | {State.NOT_CARRIED_OUT: "not looked at"}


class Command(BaseCommand):
    """Runs the script for strangers, and asks the name system about our mail."""

    help = (
        "Look at the site from outside: the script for strangers, and MX, SPF, DKIM, DMARC and "
        "STARTTLS of the mail. Exits with 1 when something is not kept, with 2 when nobody answers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--mail-only", action="store_true", help="ask about the mail and nothing else"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        status = 0
        if not options["mail_only"]:
            status = verify.main([settings.SITE_ORIGIN, "--state", settings.OUTSIDE_STATE])
        facts = mail_facts()
        for fact in facts:
            self.stdout.write(f"{WORDS[fact.state]:14}{fact.name:10}{fact.words}")
        if any(fact.state is State.BROKEN for fact in facts):
            status = 1
        if status:
            raise SystemExit(status)
