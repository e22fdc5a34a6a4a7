"""`manage.py make_dictionary`: makes the dictionary by which browsers get the next page in few bytes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sens_site.lib.cache.shared_dictionary import dictionary_of, store
from sens_site.published import dictionary_pages


class Command(BaseCommand):
    """Run where static files have been collected, before the site starts. `run_site` does."""

    help = "Make the compression dictionary that all visitors share (COMPRESSION_DICTIONARY)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Draw the pages and store what they have in common."""
        pages = list(dictionary_pages())
        if not pages:
            raise CommandError("No public page can be kept, so there is nothing to make it of.")
        dictionary = dictionary_of(pages)
        store(dictionary)
        self.stdout.write(f"{dictionary.file_name}: {len(dictionary.data):,} B")
