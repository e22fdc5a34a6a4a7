"""Files that hold words of people are the site's own: no other user of the machine can read them.

Each is written with no mask of the machine's, as its own number has to be enough; and what lies there
is looked at.
"""

import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile

from downloads.store import DocumentFolder
from privacy.datamap import ledger
from privacy.promises.registry import require
from privacy.rights.models import SubjectRequest
from privacy.rights.private_storage import SCANS, folder
from privacy.rights.scans import keep_scan

FILE, FOLDER = 0o600, 0o700
OF_A_GROUP = {FILE: 0o640, FOLDER: 0o750}
"""Documents: nginx may send them, as it may be in the group of their folder."""
OLD_LINE = {
    "reference": "f" * 32, "at": "2020-01-01T00:00:00+00:00", "cause": "account", "plan": "0" * 12,
    "account": "", "addresses": [],
}  # fmt: skip
PRIVATE = ("PRIVATE_ROOT", "ERASURE_LEDGER", "BACKUP_DIR")


@contextmanager
def no_mask() -> Iterator[None]:
    """Write as on a machine whose mask takes nothing away."""
    usual = os.umask(0)
    try:
        yield
    finally:
        os.umask(usual)


def is_the_sites_alone(path: Path, *, group: bool = False) -> None:
    """Require that nobody but the site, or its group, may read a file or look into a folder."""
    most = FOLDER if path.is_dir() else FILE
    most = OF_A_GROUP[most] if group else most
    mode = stat.S_IMODE(path.stat().st_mode)
    kind = "folder" if path.is_dir() else "file"
    require(not mode & ~most, f"a private {kind} is written so that others can read it ({mode:o})")


def private_files_are_written_for_the_site_alone(request: SubjectRequest) -> int:
    """Write a scan, a ledger and a document, and look at each; in a rehearsal. Return how many."""
    with tempfile.TemporaryDirectory() as place, no_mask():
        scan = folder(SCANS) / keep_scan(request, b"%PDF-1.7").file_name
        try:
            is_the_sites_alone(scan)
        finally:
            scan.unlink(missing_ok=True)
        lines = Path(place) / "of the ledger" / "ledger"
        with ledger.rehearsing(into=lines):
            ledger.take_over([json.dumps(OLD_LINE)])
            is_the_sites_alone(lines)
            is_the_sites_alone(lines.parent)
            require(ledger.trim() == 1, "an old line of the ledger stays")
            is_the_sites_alone(lines)
        documents = DocumentFolder(location=f"{place}/documents")
        stored = Path(documents.path(documents.save("of/a-check", ContentFile(b"x"))))
        for path in (stored, stored.parent):
            is_the_sites_alone(path, group=True)
    return 4


def private_files_lie_for_the_site_alone() -> int:
    """Require that no user of the machine reaches what is stored; return how many files were seen."""
    found = 0
    for name in PRIVATE:
        root = Path(getattr(settings, name))
        files = [one for one in root.rglob("*") if one.is_file()] if root.is_dir() else [root]
        for file in files:
            if file.is_file():
                found += 1
                require(not _anybody_reaches(file), f"everybody on the machine can read {name}")
    return found


def _anybody_reaches(file: Path) -> bool:
    open_ways = all(one.stat().st_mode & stat.S_IXOTH for one in file.resolve().parents)
    return bool(file.stat().st_mode & stat.S_IROTH) and open_ways
