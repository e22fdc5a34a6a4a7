"""Stores what the present release makes of a database: once for each, when it is released.

    python -m tests.upgrades.store
    python -m tests.postgres python -m tests.upgrades.store

Until 0.2.0 is released, its first migrations still change, and its dumps with them.
"""

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

import zstandard  # noqa: E402 - beside the lines below
from django.conf import settings  # noqa: E402 - needs the environment
from django.core.management import call_command  # noqa: E402 - needs loaded apps
from django.db import connection  # noqa: E402 - needs loaded apps

from search.models import IndexEntry  # noqa: E402 - needs loaded apps
from tests.subject import make_subject  # noqa: E402 - needs loaded apps

FOLDER = Path(__file__).parent


def dump() -> bytes:
    """Return the database: its file, or on a server the statements that make it."""
    if connection.vendor == "sqlite":
        with TemporaryDirectory() as folder, connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [f"{folder}/copy"])
            return Path(folder, "copy").read_bytes()
    command = ["pg_dump", "--no-owner", "--no-privileges", settings.DATABASE_URL]
    return subprocess.run(command, check=True, capture_output=True).stdout


for command in ("migrate", "createcachetable", "setup_site"):
    call_command(command, verbosity=0)
make_subject()
IndexEntry.objects.all().delete()  # made anew from everything else
target = FOLDER / f"{settings.VERSION}.{connection.vendor}.zst"
target.write_bytes(zstandard.compress(dump(), 19))
print(f"{target.name}: {target.stat().st_size} bytes")
