"""Deleting what the map says is over. Nothing else on this site deletes by age.

Each rule is carried out by itself: one that fails is noted for the desk (`PurgeFailure`), and the
others go on.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, QuerySet
from django.utils import timezone

from outbox.error_names import place, short_name
from privacy.datamap import backups, ledger
from privacy.datamap.holds import held_subjects, without_held
from privacy.datamap.models import PurgeFailure
from privacy.datamap.registry import Entry, Keep, Store, entries_with_a_period, stores
from privacy.datamap.subjects import Subject

logger = logging.getLogger(__name__)

CAP = 10_000
"""How many rows one run touches in one table: a wrong clock must not empty it."""


@dataclass(frozen=True, slots=True)
class Expired:
    """What one retention rule finds, or did. `error` names what kept it from being carried out."""

    rule: str
    label: str
    title: str
    promise: str
    words: str
    action: str
    count: int
    error: str = ""


def rules() -> Iterator[tuple[Entry, Keep]]:
    """Yield each rule that has a clock, those that only blank first."""
    found = [
        (entry, keep) for entry in entries_with_a_period() for keep in entry.keep if keep.clock
    ]
    yield from sorted(found, key=lambda rule: (not rule[1].blank, rule[0].label))


def expired_rows(
    entry: Entry, keep: Keep, now: datetime, held: tuple[Subject, ...] = ()
) -> QuerySet[Any]:
    """Return the rows that a rule says are over, but those of people who are held."""
    rows = entry.model._base_manager.all()
    if keep.rows:
        rows = keep.rows(rows)
    # In one filter: both may speak of the same one of many related rows.
    rows = rows.filter(**{f"{keep.clock}__lt": _over_before(entry, keep, now)}, **keep.where)
    if keep.blank:
        blanked = {name: entry.columns[name].blank for name in keep.blank}
        rows = rows.exclude(**blanked)
    if not keep.until:
        rows = without_held(rows, held)
    return rows.order_by(keep.clock, "pk")


def _over_before(entry: Entry, keep: Keep, now: datetime) -> Any:
    if not keep.until:
        return keep.period.before(now)
    end = entry.model._meta.get_field(keep.until)
    # A day is a last day: it is over when the next one has begun, in the zone that it was set in.
    return now if isinstance(end, DateTimeField) else now.astimezone(UTC).date()


def find_expired(*, now: datetime | None = None) -> list[Expired]:
    """Count what is expired. Changes nothing."""
    moment, held = now or timezone.now(), held_subjects()
    return [
        _result(entry, keep, expired_rows(entry, keep, moment, held).count())
        for entry, keep in rules()
    ]


def purge_expired(*, now: datetime | None = None, cap: int = CAP) -> list[Expired]:
    """Delete or blank what is expired, at most `cap` rows by each rule, and say how many."""
    moment, held = now or timezone.now(), held_subjects()
    done = [
        *(
            _carried_out(_result(entry, keep, 0), partial(_purge, entry, keep, moment, cap, held))
            for entry, keep in rules()
        ),
        # Two stores whose lines and files go like rows do.
        _carried_out(_of_store("ledger"), partial(ledger.trim, now=moment)),
        _carried_out(_of_store("backups"), partial(backups.trim, now=moment)),
    ]
    noted = set(PurgeFailure.objects.values_list("rule", flat=True))
    # Also those of rules that an earlier release had.
    if over := noted - {result.rule for result in done if result.error}:
        PurgeFailure.objects.filter(rule__in=over).delete()
    return done


def _carried_out(result: Expired, purge: Callable[[], int]) -> Expired:
    """Carry out one rule, and note when that cannot be done."""
    try:
        count = purge()
    except Exception as error:  # noqa: BLE001 - one kind never keeps the others
        return _failed(result, error)
    if count:
        logger.info("purge: %s, %d", result.rule, count)
    return replace(result, count=count)


def _failed(result: Expired, error: Exception) -> Expired:
    name = short_name(error)
    # No traceback: it may print personal data.
    logger.error("purge: %s failed: %s at %s", result.rule, name, place(error))
    PurgeFailure.objects.update_or_create(
        rule=result.rule,
        defaults={"title": result.title, "promise": result.promise, "error": name},
    )
    return replace(result, error=name)


def _purge(entry: Entry, keep: Keep, moment: datetime, cap: int, held: tuple[Subject, ...]) -> int:
    rows = expired_rows(entry, keep, moment, held)
    # Looks without a lock first: a purge with nothing to do must not take SQLite's one write lock.
    if not rows.exists():
        return 0
    with transaction.atomic():
        keys = list(rows.values_list("pk", flat=True)[:cap])
        # In portions: a database takes only so many numbers in one statement.
        for start in range(0, len(keys), 500):
            _end(entry, keep, entry.model._base_manager.filter(pk__in=keys[start : start + 500]))
    return len(keys)


def _end(entry: Entry, keep: Keep, rows: QuerySet[Any]) -> None:
    if keep.blank:
        rows.update(**{name: entry.columns[name].blank for name in keep.blank})
    elif entry.purge:
        entry.purge(rows)
    else:
        rows.delete()


def _of_store(name: str) -> Expired:
    store = stores()[name]
    return _result(store, store.keep, 0)


def _result(kept: Entry | Store, keep: Keep, count: int) -> Expired:
    label = kept.label if isinstance(kept, Entry) else kept.name
    action = "blanked" if keep.blank else "deleted"
    rule = f"{label}: {action} {keep.words}{f' ({keep.clock})' if keep.clock else ''}"
    return Expired(rule, label, kept.title, keep.promise, keep.words, action, count)
