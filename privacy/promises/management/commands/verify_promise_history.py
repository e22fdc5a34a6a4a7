"""`manage.py verify_promise_history`: tell whether the history of the promises is as it was written."""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.promises.history import history_head, verify_history

LINE = re.compile(r"promises (\d+) \S+ sha256 ([0-9a-f]{64})")


class Command(BaseCommand):
    """Check chain and guards, and compare with copies of the log; end with a failure by name."""

    help = "Check that no run of the promise checks was changed, cut out or cut off."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--anchors",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="a copy of /privacy/promises/log.txt that was kept elsewhere; may be repeated",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and report."""
        known = [head for path in options["anchors"] for head in _read(path)]
        faults = verify_history(known_heads=known)
        if faults:
            for fault in faults:
                self.stderr.write(str(fault))
            raise CommandError(f"The history is broken. First at {faults[0]}.")
        size, head = history_head()
        compared = (
            f"compared with {len(set(known))} hashes kept elsewhere."
            if known
            else "compared with none kept elsewhere: whoever owns the database could have made "
            "the whole chain anew."
        )
        self.stdout.write(f"{size} runs are what was written (head {head}), {compared}")


def _read(path: Path) -> list[tuple[int, str]]:
    try:
        found = LINE.findall(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read.") from error
    if not found:
        raise CommandError(f"{path} holds no hashes. A copy of /privacy/promises/log.txt does.")
    return [(int(number), digest) for number, digest in found]
