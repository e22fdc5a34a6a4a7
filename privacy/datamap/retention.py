"""Deleting what the map says is expired. Nothing is expired that the map does not say."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from privacy.datamap import ledger
from privacy.datamap.registry import Entry, Keep, personal_entries

logger = logging.getLogger(__name__)

CAP = 10_000
"""How many rows one run touches in one table: a wrong clock must not empty it."""


@dataclass(frozen=True, slots=True)
class Expired:
    """What one retention rule finds, or did."""

    label: str
    title: str
    words: str
    action: str
    count: int


def rules() -> Iterator[tuple[Entry, Keep]]:
    """Yield each rule that has a clock, those that only blank first."""
    found = [(entry, keep) for entry in personal_entries() for keep in entry.keep if keep.after]
    yield from sorted(found, key=lambda rule: (not rule[1].blank, rule[0].label))


def expired_rows(entry: Entry, keep: Keep, now: datetime) -> QuerySet[Any]:
    """Return the rows that a rule says are over."""
    before = {f"{keep.after}__lt": keep.expired_before(now)}
    rows = entry.model._base_manager.filter(**before, **keep.where)
    if keep.blank:
        blanked = {name: entry.columns[name].blank for name in keep.blank}
        rows = rows.exclude(**blanked)
    return rows.order_by(keep.after, "pk")


def find_expired(*, now: datetime | None = None) -> list[Expired]:
    """Count what is expired. Changes nothing."""
    moment = now or timezone.now()
    return [
        _result(entry, keep, expired_rows(entry, keep, moment).count()) for entry, keep in rules()
    ]


def purge_expired(*, now: datetime | None = None, cap: int = CAP) -> list[Expired]:
    """Delete or blank what is expired, at most `cap` rows by each rule, and say how many."""
    moment = now or timezone.now()
    done = [_purge(entry, keep, moment, cap) for entry, keep in rules()]
    dropped = ledger.trim(now=moment)
    for result in done:
        if result.count:
            logger.info("purge: %s %d of %s", result.action, result.count, result.label)
    if dropped:
        logger.info("purge: dropped %d lines of the erasure ledger", dropped)
    return done


@transaction.atomic
def _purge(entry: Entry, keep: Keep, moment: datetime, cap: int) -> Expired:
    # In portions: a database takes only so many numbers in one statement.
    keys = list(expired_rows(entry, keep, moment).values_list("pk", flat=True)[:cap])
    for start in range(0, len(keys), 500):
        rows = entry.model._base_manager.filter(pk__in=keys[start : start + 500])
        if keep.blank:
            rows.update(**{name: entry.columns[name].blank for name in keep.blank})
        else:
            rows.delete()
    return _result(entry, keep, len(keys))


def _result(entry: Entry, keep: Keep, count: int) -> Expired:
    action = "blanked" if keep.blank else "deleted"
    return Expired(entry.label, entry.title, keep.words, action, count)
