"""Erasing again what the ledger says and the database does not know of.

Two things leave such a line: a machine that died in the middle of an erasure, and a backup that
was restored. Both are finished in the same way.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from privacy.datamap import ledger
from privacy.datamap.erasure import carry_out_again
from privacy.datamap.models import Erasure
from privacy.datamap.rows import known_addresses
from privacy.datamap.subjects import Subject, account_mark, identity, keyed_hashes, subject_of
from privacy.datamap.terms import OnErase

PORTION = 500
SETTLED = timedelta(minutes=5)
"""A younger line may belong to an erasure that is running at this moment."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did."""

    lines: int
    people: int
    rows: int


def pending(*, settled: bool = False) -> list[ledger.Line]:
    """Return the lines of the ledger that this database has not seen through."""
    found = list(ledger.lines())
    known = _seen_through([line.reference for line in found])
    found = [line for line in found if line.reference not in known]
    if settled:
        newest = timezone.now() - SETTLED
        found = [line for line in found if line.moment < newest]
    return found


def _seen_through(references: list[str]) -> set[str]:
    """Return those of some erasures that the database knows of."""
    known: set[str] = set()
    for start in range(0, len(references), PORTION):
        asked = Erasure.objects.filter(reference__in=references[start : start + PORTION])
        known.update(asked.values_list("reference", flat=True))
    return known


def unknown_to_ledger() -> int:
    """Count erasures of the last 35 days of which the ledger has no line: it was lost."""
    written = {line.reference for line in ledger.lines()}
    recent = Erasure.objects.filter(erased_at__gt=ledger.BACKUP_LIFE.before(timezone.now()))
    return sum(reference not in written for reference in recent.values_list("reference", flat=True))


def replay(*, settled: bool = False) -> Replayed:
    """Erase again whoever the pending lines mean."""
    todo = pending(settled=settled)
    if not todo:
        return Replayed(0, 0, 0)
    meant = {line.account for line in todo}
    accounts = {
        h: user
        for user in identity().all_users()
        for h in keyed_hashes("account", account_mark(user))
        if h in meant
    }
    meant = {h for line in todo for h in (*line.addresses, *(former for former, _ in line.former))}
    addresses = {
        h: address
        for address in known_addresses()
        for h in keyed_hashes("address", address)
        if h in meant
    }
    people = rows = 0
    for line in todo:
        subject = _subject_of(line, accounts, addresses)
        report = carry_out_again(subject, line=line)
        erased = (one for one in report.lines if one.action is not OnErase.KEEP)
        counted = sum(one.count or 0 for one in erased)
        rows += counted
        people += bool(counted)
    return Replayed(len(todo), people, rows)


def _subject_of(line: ledger.Line, accounts: dict[str, Any], addresses: dict[str, str]) -> Subject:
    # The account only by its own mark: whoever registered again since is somebody new.
    found = [addresses[h] for h in line.addresses if h in addresses]
    former = {
        (addresses[h], datetime.fromisoformat(until)) for h, until in line.former if h in addresses
    }
    user = accounts.get(line.account)
    subject = Subject() if user is None else subject_of(user)
    known = subject.with_addresses(found)
    return replace(known, former=known.former | former)
