"""Which rows of a table are a person's, and which addresses stand in any."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from privacy.datamap.registry import Entry, personal_entries
from privacy.datamap.subjects import ByAddress, Subject


def condition_for(entry: Entry, subject: Subject) -> Q | None:
    """Return what selects the person's rows, or None where no path can lead to this person."""
    conditions = [c for path in entry.subject if (c := path.condition(subject)) is not None]
    if not conditions:
        return None
    found = Q()
    for condition in conditions:
        found |= condition
    return found


def rows_of(entry: Entry, subject: Subject) -> QuerySet[Any]:
    """Return the person's rows of one table.

    A path may cross a join that multiplies rows, so keys are selected first: such a query can
    still be deleted from and updated.
    """
    manager = entry.model._base_manager
    condition = condition_for(entry, subject)
    if condition is None:
        return manager.none()
    return manager.filter(pk__in=manager.filter(condition).values("pk")).order_by("pk")


def known_addresses() -> Iterator[str]:
    """Yield each e-mail address that stands in a mapped column, once for each table."""
    for entry in personal_entries():
        for path in entry.subject:
            if isinstance(path, ByAddress):
                addresses = entry.model._base_manager.values_list(path.field, flat=True)
                yield from addresses.order_by().distinct().iterator()
