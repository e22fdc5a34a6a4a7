"""`manage.py typeset_documents`: make the shipped files whose texts stand beside them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from downloads.shipped import shipped_versions, typeset
from downloads.typesetting import is_available


class Command(BaseCommand):
    """For who changes a text in the content folder."""

    help = "Set each text that documents.toml names as an accessible PDF (needs the extra `pdf`)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write what is different."""
        if not is_available():
            raise CommandError("The typesetter is missing: pip install 'company-site[pdf]'.")
        for shipped in shipped_versions():
            if shipped.source is None:
                continue
            made = typeset(shipped)
            if not shipped.file.is_file() or shipped.file.read_bytes() != made:
                shipped.file.write_bytes(made)
                self.stdout.write(f"{shipped.file.name}: {len(made)} bytes.")
