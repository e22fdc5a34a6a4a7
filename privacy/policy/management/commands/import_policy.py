"""`manage.py import_policy`: make a draft from a file, word for word."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import BaseCommand, CommandError

from privacy.policy.importing import report
from privacy.policy.importing.drafts import store_import
from privacy.policy.importing.engine import Imported, read_policy
from privacy.policy.importing.findings import ImportRefused
from privacy.policy.importing.links import Relative
from privacy.policy.importing.sniff import ENCODINGS, MAX_BYTES
from privacy.policy.models import PRIVACY, Kind
from privacy.policy.services import TITLES, ensure_policy


class Command(BaseCommand):
    """Read a file and store it as a draft, or say why not."""

    help = "Make a draft of a policy from a Word document, HTML, Markdown or text."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who imports it")
        parser.add_argument("--policy", choices=sorted(TITLES), default=PRIVACY)
        parser.add_argument("--effective", type=_day, metavar="YYYY-MM-DD")
        parser.add_argument("--summary", default="", help="what changes, for readers")
        parser.add_argument("--kind", choices=Kind.values, default=Kind.MATERIAL.value)
        parser.add_argument("--reason", default="", help="why it is of this kind")
        parser.add_argument(
            "--encoding", choices=sorted(ENCODINGS), help="if the file is not UTF-8"
        )
        parser.add_argument(
            "--relative-links",
            choices=[one.value for one in Relative if one],
            default=Relative.ASK.value,
            help="what becomes of links that are relative to the old site",
        )
        parser.add_argument("--old-site", default="", metavar="URL", help="its address")
        parser.add_argument("--look", action="store_true", help="report, and store nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and say what was recognised."""
        path: Path = options["file"]
        author = _author(options["by"])
        try:
            text = _read(path, options)
        except ImportRefused as refusal:
            raise CommandError(f"{path.name} was not imported. {refusal}") from refusal
        for line in report.lines(text):
            self.stdout.write(line)
        if options["look"]:
            self.stdout.write("Nothing was stored.")
            return
        if text.asks_about_links:
            raise CommandError(
                f"{path.name} was not imported. Say what becomes of the links listed above: "
                "--relative-links absolute --old-site https://…, or drop, or keep."
            )
        draft, is_new = store_import(
            ensure_policy(options["policy"]),
            by=author,
            source_text=text.source,
            kind=options["kind"],
            reason=options["reason"],
            summary=options["summary"],
            effective_on=options["effective"],
        )
        said = f"Draft {draft.pk} of the {draft.policy.title.lower()}"
        said += " is made." if is_new else " holds this text already."
        self.stdout.write(f"{said} Read, preview and seal it in the admin.")


def _read(path: Path, options: dict[str, Any]) -> Imported:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path.name} cannot be read: {error.strerror}.") from error
    return read_policy(
        data,
        name=path.name,
        encoding=options["encoding"],
        relative=Relative(options["relative_links"]),
        origin=options["old_site"],
    )


def _author(username: str) -> AbstractBaseUser:
    """Return the importer, who becomes the author and so does not seal it alone."""
    user = get_user_model().objects.filter(username=username, is_staff=True).first()
    if user is None or not user.has_perm("policy.add_policydraft"):
        raise CommandError(f"{username} is no member of staff who may write drafts.")
    return user


def _day(value: str) -> date:
    return date.fromisoformat(value)
