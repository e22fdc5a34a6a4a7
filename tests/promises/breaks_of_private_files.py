"""Breaks of who can read the private files of the site: other users of its machine must not."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

CLAIM = "security.against-misuse"


def _opened_as(hand: Hand, part: str, mode: int) -> None:
    """Let files below some folder be opened with other rights when they are made."""
    plain = os.open

    def opened(path: Any, flags: int, *args: Any, **how: Any) -> int:
        if part in str(path) and flags & os.O_CREAT:
            args = (mode,)
        return plain(path, flags, *args, **how)

    hand.patch.setattr(os, "open", opened)


@breaks(CLAIM)
def scans_of_letters_for_every_user_of_the_machine(hand: Hand) -> None:
    _opened_as(hand, "/scans/", 0o644)


@breaks(CLAIM)
def copies_for_the_group_of_the_site(hand: Hand) -> None:
    _opened_as(hand, "/exports/", 0o640)


@breaks(CLAIM)
def a_ledger_that_everybody_writes(hand: Hand) -> None:
    _opened_as(hand, "ledger", 0o666)


@breaks(CLAIM)
def documents_for_every_user_of_the_machine(hand: Hand) -> None:
    plain = Path.chmod
    hand.patch.setattr(Path, "chmod", lambda self, mode, **how: plain(self, 0o644, **how))


@breaks("security.against-loss")
def backups_for_every_user_of_the_machine(hand: Hand) -> None:
    _opened_as(hand, "/backups/", 0o644)


@breaks(CLAIM, way=Way.ROWS)
def a_stored_scan_that_everybody_can_read(hand: Hand) -> None:
    root = Path(tempfile.mkdtemp(dir="/tmp"))
    hand.on_release(lambda: shutil.rmtree(root))
    (root / "scans").mkdir(mode=0o755)
    scan = root / "scans" / "of-ada"
    scan.write_bytes(b"%PDF-1.7")
    for path, mode in ((root, 0o755), (root / "scans", 0o755), (scan, 0o644)):
        path.chmod(mode)
    hand.settings.PRIVATE_ROOT = str(root)
