"""`manage.py witness URL`: keep and countersign the heads of another installation."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from privacy.policy.witness import (
    RefusedError,
    countersigned,
    fetch_from,
    look,
    read_store,
    store_text,
)
from sens_site.lib.signed_note import WITNESS, NoteError, SigningKey, read_key, signing_key


class Command(BaseCommand):
    """Ends with a failure that says what differs when the site shows another past than before."""

    help = "Keep and countersign the log of heads of another installation, and refuse a fork."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("url", help="the address of the site, such as https://www.example.com")
        parser.add_argument(
            "--store",
            type=Path,
            metavar="FILE",
            help="what was seen before; var/witness/HOST.txt unless named",
        )
        parser.add_argument(
            "--key", metavar="KEY", help="the public key that you were given, for the first time"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, compare, keep."""
        url = options["url"]
        store = options["store"] or Path(
            settings.BASE_DIR, "var", "witness", f"{urlsplit(url).hostname}.txt"
        )
        try:
            key = read_key(options["key"]) if options["key"] else None
            before = read_store(store)
            seen = look(fetch_from(url), before, key=key)
        except (RefusedError, NoteError) as error:
            raise CommandError(f"{url}: {error}. Nothing was signed.") from error
        own = _own_key()
        if own is not None:
            seen = countersigned(seen, own, at=int(time.time()))
        store.parent.mkdir(parents=True, exist_ok=True)
        new = store.with_suffix(f"{store.suffix}.new")
        new.write_text(store_text(seen, own.public if own else None), "utf-8")
        new.replace(store)
        added = seen.checkpoint.size - (before.checkpoint.size if before else 0)
        self.stdout.write(
            f"{seen.checkpoint.origin}: {seen.checkpoint.size} lines, {added} of them new; "
            f"{len(seen.versions)} versions of policies are what they were."
        )
        self.stdout.write(
            f"Countersigned as {own.public}." if own else "No LOG_SIGNING_KEY: kept, not signed."
        )


def _own_key() -> SigningKey | None:
    secret = settings.LOG_SIGNING_KEY
    return signing_key(secret, f"{settings.SITE_HOST}/privacy/witness", WITNESS) if secret else None
