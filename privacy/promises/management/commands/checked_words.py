"""`manage.py checked_words`: print what the texts say now, for whoever has read it with the checks."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from privacy.promises.checked_words import FILE, words_now, written


class Command(BaseCommand):
    """Print the file that holds what was read. It is asked for where a check says that it is not so."""

    help = f"Print {FILE} as the company's texts stand now. Read what has changed with its checks first."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print."""
        self.stdout.write("\n".join(written(words_now(settings.CONTENT_DIR))))
