"""People whose information is stored and not used, so that no purge deletes it, either.

A hold stops the clocks that count from a row's own past. What bears its end itself (a session, a
copy that waits to be fetched) ends by it: its end is what makes it safe. A person who is held may
still erase themselves, and have themselves erased.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from privacy.datamap.registry import Entry, entries
from privacy.datamap.rows import condition_for
from privacy.datamap.subjects import Subject

Hold = Callable[[], Iterable[Subject]]
M = TypeVar("M", bound=Model)
_holds: list[Hold] = []


def register_hold(hold: Hold) -> Hold:
    """Add something that knows who is held."""
    _holds.append(hold)
    return hold


def held_subjects() -> tuple[Subject, ...]:
    """Return everybody who is held now."""
    return tuple(subject for hold in _holds for subject in hold())


def held_accounts() -> set[int]:
    """Return the keys of the accounts that are held."""
    return {subject.user_id for subject in held_subjects() if subject.user_id is not None}


def without_held(rows: QuerySet[M], held: Iterable[Subject]) -> QuerySet[M]:
    """Leave out the rows of people who are held."""
    entry = entries()[rows.model._meta.label]
    for subject in held:
        condition = condition_for(entry, subject)
        if condition is not None:
            theirs = rows.model._base_manager.filter(condition).values("pk")
            rows = rows.exclude(pk__in=theirs)
    return rows


def is_held(row: Any) -> bool:
    """Tell whether a row is of somebody who is held. Asks one query where nobody is."""
    entry: Entry | None = entries().get(row._meta.label)
    if entry is None or not entry.personal or row.pk is None:
        return False
    held = held_subjects()
    own = row._meta.model._base_manager.filter(pk=row.pk)
    return bool(held) and own.exists() and not without_held(own, held).exists()
