"""Erasing a person by the data map: a plan with counts, one transaction, a report.

`plan_erasure` looks and changes nothing. `erase` writes the ledger first, then does in one
transaction what the plan says, so that a machine that dies half-way leaves either everything or a
line in the ledger that the worker finishes (`replay.py`).
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, FileField, ForeignKey
from django.utils import timezone

from privacy.datamap import ledger
from privacy.datamap.columns import UNCHANGED
from privacy.datamap.models import Erasure
from privacy.datamap.registry import (
    Entry,
    Store,
    concrete_fields,
    entries,
    personal_entries,
    plan_version,
    stores,
)
from privacy.datamap.rows import condition_for, rows_of
from privacy.datamap.subjects import Subject
from privacy.datamap.terms import OnErase

logger = logging.getLogger(__name__)
PORTION = 500


class NothingToEraseError(Exception):
    """The account is already gone: somebody else's click was faster."""


@dataclass(frozen=True, slots=True)
class Line:
    """What an erasure does, or did, to one table or store. None: it cannot be counted."""

    label: str
    title: str
    action: OnErase
    count: int | None
    reason: str

    @property
    def sentence(self) -> str:
        """The line as a person reads it, under the heading of its action."""
        counted = "" if self.count is None else f" ({self.count})"
        because = f": {self.reason}" if self.reason else ""
        return f"{self.title}{counted}{because}"


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What an erasure would do to whom."""

    subject: Subject
    version: str
    lines: tuple[Line, ...]

    def of(self, action: OnErase) -> tuple[Line, ...]:
        """Return the lines with one action, without those that find nothing."""
        return tuple(line for line in self.lines if line.action is action and line.count != 0)

    @property
    def deleted(self) -> tuple[Line, ...]:
        """What goes."""
        return self.of(OnErase.DELETE)

    @property
    def blanked(self) -> tuple[Line, ...]:
        """What stays without saying who it was."""
        return self.of(OnErase.BLANK)

    @property
    def kept(self) -> tuple[Line, ...]:
        """What stays, and why."""
        return self.of(OnErase.KEEP)

    @property
    def groups(self) -> tuple[tuple[str, tuple[Line, ...]], ...]:
        """The lines under their headings."""
        return (
            ("Deleted", self.deleted),
            ("Blanked", self.blanked),
            ("Kept, and why", self.kept),
        )

    @property
    def counts(self) -> dict[str, int]:
        """Rows by label, without what finds nothing."""
        return {line.label: line.count for line in self.lines if line.count}


@dataclass(frozen=True, slots=True)
class ErasureReport(ErasurePlan):
    """What an erasure did."""

    reference: str = ""
    erased_at: datetime | None = None

    @property
    def as_text(self) -> str:
        """The report for a mail: one line each, under its heading."""
        return "\n\n".join(
            heading + "\n" + "\n".join(f"- {line.sentence}" for line in lines)
            for heading, lines in self.groups
            if lines
        )


def in_order() -> list[Entry]:
    """Return the entries in the order of an erasure.

    What stays is loosened first, before anything it hangs on goes; then rows go before those that
    they point to, so that each is counted where it belongs and PROTECT has nothing to refuse.
    """
    personal = list(personal_entries())
    staying = [entry for entry in personal if entry.on_erase is not OnErase.DELETE]
    going = {e.label: e for e in personal if e.on_erase is OnErase.DELETE}
    ordered: list[Entry] = []

    def place(entry: Entry, above: tuple[str, ...]) -> None:
        if entry in ordered or entry.label in above:
            return
        for other in going.values():
            if entry.label in _targets(other):
                place(other, (*above, entry.label))
        ordered.append(entry)

    for entry in going.values():
        place(entry, ())
    return [*staying, *ordered]


def _targets(entry: Entry) -> set[str]:
    return {
        field.remote_field.model._meta.label
        for field in concrete_fields(entry.model)
        if isinstance(field, ForeignKey)
    }


def plan_erasure(subject: Subject) -> ErasurePlan:
    """Count what an erasure would delete, blank and keep. Changes nothing."""
    lines = [_line(entry, _count(entry, subject)) for entry in in_order()]
    lines += [_store_line(store, _found_in(store, subject)) for store in _sorted_stores()]
    return ErasurePlan(subject, plan_version(), tuple(lines))


def erase(
    subject: Subject,
    *,
    cause: str,
    also: Callable[[ErasureReport], None] | None = None,
) -> ErasureReport:
    """Erase a person everywhere and report. `also` runs last in the same transaction.

    Best not called inside another transaction: once begun, an erasure is finished. The ledger says
    that it began, so if a caller rolled it back the worker would do it again.
    """
    reference = secrets.token_hex(16)
    at = timezone.now()
    ledger.write(
        ledger.line_for(subject, reference=reference, cause=cause, plan=plan_version(), at=at)
    )
    try:
        return _carry_out(subject, reference=reference, cause=cause, at=at, also=also)
    except Exception:
        ledger.void(reference)
        raise


def carry_out_again(subject: Subject, *, line: ledger.Line) -> ErasureReport:
    """Do again, or finish, what the ledger says; rows that came later stay."""
    return _carry_out(
        subject.as_of(line.moment),
        reference=line.reference,
        cause=line.cause,
        at=line.moment,
        replayed=True,
    )


@transaction.atomic
def _carry_out(
    subject: Subject,
    *,
    reference: str,
    cause: str,
    at: datetime,
    replayed: bool = False,
    also: Callable[[ErasureReport], None] | None = None,
) -> ErasureReport:
    if subject.user_id is not None and not replayed:
        _lock_account(subject)
    # All keys first: blanking one table may cut the path on which another's rows are found.
    found = [(entry, _keys(entry, subject)) for entry in in_order()]
    lines = [_apply(entry, subject, keys) for entry, keys in found]
    for store in _sorted_stores():
        lines.append(_store_line(store, _found_in(store, subject)))
        if store.erase is not None and store.on_erase is OnErase.DELETE:
            transaction.on_commit(partial(store.erase, subject))
    report = ErasureReport(subject, plan_version(), tuple(lines), reference, at)
    Erasure.objects.create(
        reference=reference,
        erased_at=at,
        cause=cause,
        plan_version=report.version,
        replayed=replayed,
        counts=[[line.label, line.action.name, line.count] for line in lines if line.count != 0],
    )
    if also is not None:
        also(report)
    logger.info("erasure %s done: %d rows", reference[:8], sum(line.count or 0 for line in lines))
    return report


def _lock_account(subject: Subject) -> None:
    """Let the first of two erasures of one account through, and stop the second."""
    accounts = rows_of(entries()[get_user_model()._meta.label], subject)
    # Read, not asked for: who waited here for the other's commit finds nothing.
    if not list(accounts.select_for_update().values_list("pk")):
        raise NothingToEraseError


def _count(entry: Entry, subject: Subject) -> int | None:
    """Count the person's rows; None where nothing leads from a person to them."""
    condition = condition_for(entry, subject)
    if condition is None:
        return None if entry.on_erase is OnErase.KEEP else 0
    # Not by `rows_of`: a page of the desk counts in each table, and each query is written anew.
    rows = entry.model._base_manager.filter(condition)
    number: int = rows.aggregate(number=Count("pk", distinct=True))["number"]
    return number


def _keys(entry: Entry, subject: Subject) -> list[Any]:
    return list(rows_of(entry, subject).values_list("pk", flat=True))


def _apply(entry: Entry, subject: Subject, keys: list[Any]) -> Line:
    if entry.on_erase is OnErase.KEEP:
        return _line(entry, None if condition_for(entry, subject) is None else len(keys))
    count = 0
    for start in range(0, len(keys), PORTION):
        portion = keys[start : start + PORTION]
        rows = entry.model._base_manager.filter(pk__in=portion)
        if entry.erase is not None:
            count += entry.erase(subject, rows)
            continue
        count += len(portion)
        _forget_files(entry, rows)
        if entry.on_erase is OnErase.DELETE:
            rows.delete()
        else:
            blank_rows(entry, subject, rows)
    return _line(entry, count)


def blank_rows(entry: Entry, subject: Subject, rows: Any) -> None:
    """Write into each column what its classification says stands there after an erasure."""
    values = {
        name: column.blank(subject) if callable(column.blank) else column.blank
        for name, column in entry.columns.items()
        if column.blank is not UNCHANGED
    }
    if values:
        rows.update(**values)


def _forget_files(entry: Entry, rows: Any) -> None:
    if entry.files is None:
        return
    field = next(f for f in concrete_fields(entry.model) if isinstance(f, FileField))
    for name in list(entry.files(rows)):
        transaction.on_commit(partial(field.storage.delete, name))


def _sorted_stores() -> list[Store]:
    return [stores()[name] for name in sorted(stores()) if stores()[name].ours]


def _found_in(store: Store, subject: Subject) -> int | None:
    return None if store.find is None else store.find(subject)


def _line(entry: Entry, count: int | None) -> Line:
    return Line(entry.label, entry.title, entry.on_erase, count, entry.ground)


def _store_line(store: Store, count: int | None) -> Line:
    reason = store.reason
    if store.on_erase is OnErase.KEEP:
        reason = f"{reason} {store.keep.sentence}"
    return Line(store.name, store.title, store.on_erase, count, reason)


def past_report(reference: str) -> tuple[tuple[str, tuple[Line, ...]], ...] | None:
    """Return the lines of an erasure that is over, under their headings; None if there is none.

    Only counts were kept, so it tells what was done and nothing of to whom.
    """
    row = Erasure.objects.filter(reference=reference).first()
    if row is None:
        return None
    known = {entry.label: _line(entry, None) for entry in personal_entries()}
    known |= {store.name: _store_line(store, None) for store in _sorted_stores()}
    lines = [replace(known[label], count=count) for label, _, count in row.counts if label in known]
    plan = ErasurePlan(Subject(), row.plan_version, tuple(lines))
    return plan.groups
