"""What is said of one column. A `data_map.py` is written in these words."""

from dataclasses import dataclass
from typing import Any

from privacy.datamap.terms import Category

UNCHANGED: Any = object()
"""Stands for: an erasure leaves this column as it is."""


@dataclass(frozen=True, slots=True)
class Column:
    """The classification of one column."""

    category: Category | None
    reason: str = ""
    secret: bool = False
    staff: bool = False
    blank: Any = UNCHANGED
    activity: str = ""

    @property
    def personal(self) -> bool:
        """Whether the column is about the person whose row it is."""
        return self.category is not None


def personal(
    category: Category, reason: str = "", *, blank: Any = UNCHANGED, activity: str = ""
) -> Column:
    """Classify a column as personal information.

    `blank` is what an erasure writes into it where the row itself stays; a function is called
    with the person. `activity` names another processing activity than that of the row.
    """
    return Column(category, reason, blank=blank, activity=activity)


def secret(category: Category, *, blank: Any = UNCHANGED) -> Column:
    """Classify a column as personal and never to be shown: password hashes, tokens, second factors."""
    return Column(category, "Never shown or exported.", secret=True, blank=blank)


def staff_link(reason: str) -> Column:
    """Classify a column as pointing to a member of staff, who is not the person the row is about."""
    return Column(None, reason, staff=True)


def not_personal(reason: str) -> Column:
    """Classify a column as saying nothing about a person, and say why."""
    return Column(None, reason)
