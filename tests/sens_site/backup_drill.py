"""A program of its own: a site is backed up, goes on, is lost, and is restored.

Called with an empty folder and that of the documents, on a database with the site's content. Prints
what it found as JSON.
"""

import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

folder = Path(sys.argv[1])
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402 - the environment had to be set first

django.setup()

import psycopg  # noqa: E402 - needs loaded apps, as do those below
from django.conf import settings  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402
from django.db import connection  # noqa: E402

from accounts.models import Session, User  # noqa: E402
from outbox.job_runs import RESTORE_TRIED, was_done  # noqa: E402
from privacy.datamap import ledger  # noqa: E402
from privacy.datamap.erasure import erase  # noqa: E402
from privacy.datamap.subjects import subject_of  # noqa: E402
from sens_site.jobs import backup, backup_is_due  # noqa: E402
from sens_site.lib import row_guards  # noqa: E402
from sens_site.lib.deploy.backup_archive import read_identities  # noqa: E402
from tests.factories.people import make_person  # noqa: E402
from tests.subject import open_session  # noqa: E402

KEY = folder / "key"
found: dict[str, Any] = {}


def said(command: str, *arguments: str) -> str:
    """Run a command and return its last line, or that of its failure."""
    out = StringIO()
    try:
        call_command(command, *arguments, stdout=out)
    except CommandError as error:
        return str(error)
    return out.getvalue().splitlines()[-1]


def other_connection() -> Any:
    """Open the database as a process of the site that still runs does."""
    if connection.vendor == "postgresql":
        return psycopg.connect(settings.DATABASE_URL)
    other = sqlite3.connect(connection.settings_dict["NAME"])
    other.execute("SELECT count(*) FROM accounts_user").fetchone()
    return closing(other)


def stored_documents() -> list[Path]:
    return sorted(file for file in Path(settings.DOCUMENTS_ROOT).rglob("*") if file.is_file())


def names() -> list[str]:
    return sorted(
        User.objects.filter(username__in=["ada", "grace", "later"]).values_list(
            "username", flat=True
        )
    )


settings.BACKUP_DIR = str(folder / "backups")
found["without a key"] = said("backup"), backup_is_due()
said("backup", "--new-key", str(KEY))
found["mode of the key"] = f"{KEY.stat().st_mode & 0o777:o}"
found["key again"] = said("backup", "--new-key", str(KEY)).partition(" cannot be written: ")[2]
(identity,) = read_identities(KEY)
settings.BACKUP_RECIPIENTS = [str(identity.to_public())]
found["nothing to restore"] = said("restore", "--identity", str(KEY)).partition(" in /")[0]

shutil.copytree(sys.argv[2], settings.DOCUMENTS_ROOT, dirs_exist_ok=True)
ada, grace = make_person("ada"), make_person("grace")
open_session(grace)
FILES = [Path(root) / "a" / "file" for root in (settings.PRIVATE_ROOT, settings.MEDIA_ROOT)]
for file in FILES:
    file.parent.mkdir(parents=True)
    file.write_text("as it was")
found["due with a key"] = backup_is_due()
archive = folder / "backups" / str(backup())
found["due after it"] = backup_is_due()

found["drill"] = said("restore", "--identity", str(KEY), "--drill")
found["noted"] = was_done(RESTORE_TRIED)
found["after the drill"] = names()

# The site goes on.
erase(subject_of(ada), cause="own")
make_person("later")
for file in FILES:
    file.write_text("as it is")
    (file.parent.parent / "new").touch()
documents = stored_documents()
shutil.rmtree(settings.DOCUMENTS_ROOT)
restore = ("restore", "--identity", str(KEY))
found["over a database"] = said(*restore)
taken_away = shutil.move(ledger.path(), folder / "ledger")
found["without the ledger"] = said(*restore, "--replace").partition(": ")[2]
found["a ledger that is nowhere"] = said(*restore, "--replace", "--ledger", "/nowhere")
with other_connection():
    found["while the site runs"] = said(*restore, "--replace", "--ledger", "backup")
found["so far"] = names()

# Its disk is lost.
if connection.vendor == "sqlite":
    connection.close()
    Path(connection.settings_dict["NAME"]).write_bytes(b"what a dying disk leaves" * 500)
found["restored"] = said(*restore, "--replace", "--ledger", str(taken_away))
found["afterwards"] = names()
found["sessions"] = Session.objects.count()
found["files"] = [file.read_text() for file in FILES]
found["new files"] = [(file.parent.parent / "new").exists() for file in FILES]
found["documents"] = stored_documents() == documents != []
found["erasures in the ledger"] = len(ledger.lines())
found["guards"] = row_guards.missing()
found["left over"] = [str(one) for one in folder.glob(".backup-*")]
if connection.vendor == "postgresql":
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE '%%_drill'")
        found["left over"] += ["database"] * cursor.fetchone()[0]
print(json.dumps(found))
