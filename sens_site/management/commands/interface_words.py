"""`manage.py interface_words`: print what the site's own words say now, for whoever has read them."""

from typing import Any

from django.core.management.base import BaseCommand

from sens_site.interface_words import FILE, sentences_now, written


class Command(BaseCommand):
    """Print the file that holds what was read. A check asks for it where a sentence is not in it."""

    help = f"Print {FILE.name} as templates and code stand now. Compare what is new with the policy first."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print."""
        self.stdout.write("\n".join(written(sentences_now())))
