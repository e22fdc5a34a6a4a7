"""The erasure ledger: lines in a file outside the database, written before the first delete.

Backups are not edited. When one is restored, people who have been erased since are back; the
ledger knows whom to erase again, without knowing who they are: it holds keyed hashes. Lines older
than the oldest backup are of no use and are dropped.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from privacy.datamap.periods import Period
from privacy.datamap.subjects import Subject, keyed_hash

BACKUP_LIFE = Period(days=35)
_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)
_elsewhere: ContextVar[Path | None] = ContextVar("the ledger of a rehearsal", default=None)


@dataclass(frozen=True, slots=True)
class Line:
    """One erasure: when, by which rules, and whom, as keyed hashes.

    `former` holds pairs: the hash of an address, and until when it was the person's (ISO 8601).
    """

    reference: str
    at: str
    cause: str
    plan: str
    account: str
    addresses: tuple[str, ...]
    former: tuple[tuple[str, str], ...] = ()

    @property
    def moment(self) -> datetime:
        """When the erasure began."""
        return datetime.fromisoformat(self.at)


def path() -> Path:
    """Return where the ledger is."""
    return _elsewhere.get() or Path(settings.ERASURE_LEDGER)


def line_for(subject: Subject, *, reference: str, cause: str, plan: str, at: datetime) -> Line:
    """Return the line of an erasure that is about to begin."""
    return Line(
        reference=reference,
        at=at.isoformat(),
        cause=cause,
        plan=plan,
        account=keyed_hash("account", subject.account_mark) if subject.account_mark else "",
        addresses=tuple(keyed_hash("address", a) for a in sorted(subject.addresses)),
        former=tuple(
            (keyed_hash("address", a), until.isoformat()) for a, until in sorted(subject.former)
        ),
    )


@contextmanager
def _locked() -> Iterator[TextIOWrapper]:
    """Open the ledger for reading and appending, for this process alone."""
    target = path()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a+", encoding="utf-8") as ledger:
        fcntl.flock(ledger, fcntl.LOCK_EX)
        if os.fstat(ledger.fileno()).st_ino != target.stat().st_ino:
            # Another process has replaced the file while we waited for the lock.
            with _locked() as fresh:
                yield fresh
            return
        yield ledger


@contextmanager
def rehearsing(*, into: Path | None = None) -> Iterator[None]:
    """Write no lines: what is erased in here is rolled back, and must not be finished later.

    Or write them into a ledger of the rehearsal's own, which is read in here, too.
    """
    token, place = _rehearsing.set(True), _elsewhere.set(into)
    try:
        yield
    finally:
        _elsewhere.reset(place)
        _rehearsing.reset(token)


def _append(record: dict[str, Any]) -> None:
    if _rehearsing.get() and _elsewhere.get() is None:
        return
    with _locked() as ledger:
        _add(ledger, [json.dumps(record, separators=(",", ":"))])
    _sync_folder()


def _add(ledger: TextIOWrapper, records: list[str]) -> None:
    size = os.fstat(ledger.fileno()).st_size
    # What a machine that lost power wrote last must not swallow what comes after it.
    if size and os.pread(ledger.fileno(), 1, size - 1) != b"\n":
        ledger.write("\n")
    ledger.write("".join(f"{record}\n" for record in records))
    ledger.flush()
    os.fsync(ledger.fileno())


def _sync_folder() -> None:
    descriptor = os.open(path().parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(line: Line) -> None:
    """Add a line. When this returns, it is on the disk."""
    _append(asdict(line))


def void(reference: str) -> None:
    """Say of a line that its erasure failed cleanly and changed nothing."""
    _append({"void": reference})


def take_over(records: list[str]) -> int:
    """Add what another copy of the ledger knows and this one does not; return how much that was."""
    with _locked() as ledger:
        here = set(path().read_text(encoding="utf-8").splitlines())
        new = [record for record in records if record not in here]
        _add(ledger, new)
    _sync_folder()
    return len(new)


def _records() -> list[dict[str, Any]]:
    if not path().exists():
        return []
    found = []
    for text in path().read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(text))
        except json.JSONDecodeError:
            continue  # the last line of a machine that lost power: its erasure never began
    return found


def lines() -> list[Line]:
    """Return the lines that count, oldest first."""
    records = _records()
    voided = {record["void"] for record in records if "void" in record}
    return [
        Line(
            **{
                **record,
                "addresses": tuple(record["addresses"]),
                "former": tuple((h, until) for h, until in record.get("former", ())),
            }
        )
        for record in records
        if "void" not in record and record["reference"] not in voided
    ]


def trim(*, now: datetime | None = None) -> int:
    """Drop what is older than any backup, and return how many lines that was."""
    oldest = BACKUP_LIFE.before(now or timezone.now())
    if not path().exists():
        return 0
    with _locked():
        kept = [line for line in lines() if line.moment >= oldest]
        dropped = len(_records()) - len(kept)
        if not dropped:
            return 0
        fresh = path().with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as ledger:
            for line in kept:
                ledger.write(json.dumps(asdict(line), separators=(",", ":")) + "\n")
            ledger.flush()
            os.fsync(ledger.fileno())
        fresh.replace(path())
    _sync_folder()
    return dropped
