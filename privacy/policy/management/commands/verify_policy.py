"""`manage.py verify_policy`: tell whether the record is what was sealed."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.policy.kept_heads import Kept, KeptError, kept_here, read_files
from privacy.policy.models import PolicyVersion
from privacy.policy.verification import Anchors, log_line, read_anchors, verify


class Command(BaseCommand):
    """Check chain, guards, rendering and anchors, and end with a failure that names what broke."""

    help = "Check that no sealed version of a policy was changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--anchors",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="a copy of /privacy/log.txt that was kept elsewhere; may be repeated",
        )
        parser.add_argument(
            "--heads",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="what somebody has kept of the log of heads: the file of a witness, a mail with a"
            " checkpoint, a copy of /privacy/log/heads; may be repeated. Those in KEPT_HEADS are"
            " read in any case",
        )
        parser.add_argument(
            "--write-anchors", type=Path, metavar="FILE", help="write such a copy when all is well"
        )
        parser.add_argument(
            "--all-renderings", action="store_true", help="render every version again (slow)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and report."""
        report = verify(
            anchors=self._anchors(options["anchors"]),
            kept=self._kept(options["heads"]),
            all_renderings=options["all_renderings"],
        )
        if report.faults:
            for fault in report.faults:
                self.stderr.write(str(fault))
            raise CommandError(f"The record is broken. First at {report.faults[0]}.")
        if options["write_anchors"]:
            versions = PolicyVersion.objects.select_related("policy").order_by(
                "policy__slug", "number"
            )
            lines = [log_line(version) + "\n" for version in versions.defer_bodies()]
            options["write_anchors"].write_text("".join(lines), "utf-8")
        self.stdout.write(
            f"{report.versions} versions are what was sealed; "
            f"{report.anchors} of them were compared with hashes kept elsewhere."
        )
        self.stdout.write(f"The chains were {report.comparison.words}.")
        if not (report.anchors or report.comparison.witnesses):
            self.stdout.write(
                "Without --heads or --anchors this cannot tell whether somebody who owns the "
                "database made the chains and their log anew."
            )

    def _kept(self, paths: list[Path]) -> list[Kept]:
        try:
            return [*kept_here(), *read_files(paths)]
        except KeptError as error:
            raise CommandError(f"{error}.") from error

    def _anchors(self, paths: list[Path]) -> Anchors:
        anchors: Anchors = {}
        for path in paths:
            try:
                found = read_anchors(path.read_text("utf-8").splitlines())
            except (OSError, UnicodeDecodeError) as error:
                raise CommandError(f"{path} cannot be read as an anchor file.") from error
            if not found:
                raise CommandError(f"{path} holds no anchors. A copy of /privacy/log.txt does.")
            for key, value in found.items():
                if anchors.setdefault(key, value) != value:
                    raise CommandError(f"The anchor files disagree on {key[0]} version {key[1]}.")
        return anchors
