"""`manage.py import_policy`: make a draft from a file, word for word."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.policy.models import PRIVACY, Kind
from privacy.policy.services import TITLES, create_draft, ensure_policy
from privacy.policy.text_import import ENCODINGS, MAX_BYTES, ImportRefused, read_policy


class Command(BaseCommand):
    """Read a text, Markdown or HTML file and store it as a draft, or say why not."""

    help = "Make a draft of a policy from a text, Markdown or HTML file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--policy", choices=sorted(TITLES), default=PRIVACY)
        parser.add_argument("--effective", type=_day, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--summary", required=True, help="what changes, for readers")
        parser.add_argument("--kind", choices=Kind.values, default=Kind.MATERIAL.value)
        parser.add_argument("--reason", default="", help="why it is of this kind")
        parser.add_argument(
            "--encoding", choices=sorted(ENCODINGS), help="if the file is not UTF-8"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and say what was recognised."""
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{path.name} cannot be read: {error.strerror}.") from error
        try:
            text = read_policy(data, name=path.name, encoding=options["encoding"])
        except ImportRefused as refusal:
            raise CommandError(f"{path.name} was not imported. {refusal}") from refusal
        if not options["summary"].strip():
            raise CommandError("The summary is empty. Say what changes, in plain words.")
        draft = create_draft(
            ensure_policy(options["policy"]),
            by=None,
            source_text=text.source,
            kind=options["kind"],
            reason=options["reason"],
            summary=options["summary"],
            effective_on=options["effective"],
        )
        self.stdout.write(
            f"Draft {draft.pk} of the {draft.policy.title.lower()} from {text.form}: "
            f"{text.words} words, {text.headings} headings, {text.list_items} list items, "
            f"{text.links} links. Read, preview and seal it in the admin."
        )


def _day(value: str) -> date:
    return date.fromisoformat(value)
