"""`manage.py doctor`: one page of what is wrong with the site, and what to do."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sens_site.doctor import examine


class Command(BaseCommand):
    """Writes nothing, and ends with 1 where it has found something, so that a monitor can call it."""

    help = "Say on one page what is wrong with this site, and what to do about it."
    requires_system_checks = ()  # they stand on the page, with all the rest

    def handle(self, *args: Any, **options: Any) -> None:
        """Examine, and say what was found."""
        self.stdout.write(f"{settings.SITE_ORIGIN}, version {settings.VERSION}\n\n")
        count = 0
        for chapter in examine():
            count += len(chapter.found)
            self.stdout.write(f"{chapter.title}: {len(chapter.found) or 'nothing'}")
            for words in chapter.found:
                self.stdout.write(f"  - {words}")
        self.stdout.write(f"\n{'To see to: ' + str(count) if count else 'All is well.'}")
        if count:
            sys.exit(1)
