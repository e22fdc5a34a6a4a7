"""Proving an erasure: plant marks at a person and at a neighbour, erase one, look everywhere.

Works on any database that may be thrown away: a test's, or a copy of the real one. A mark is a
word that occurs nowhere else. It is written into every column of the person's rows that can hold
words and by which no row is found.
"""

import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Field

from privacy.datamap.columns import UNCHANGED, Column
from privacy.datamap.erasure import ErasureReport, erase
from privacy.datamap.registry import Entry, concrete_fields, personal_entries
from privacy.datamap.rows import rows_of
from privacy.datamap.search import hits, hits_in_file
from privacy.datamap.subjects import Subject
from privacy.datamap.terms import OnErase

WORDS = {"CharField", "TextField", "EmailField", "SlugField"}
SHORTEST = 8


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found of whom."""

    report: ErasureReport
    planted: int
    left: Counter[str]
    left_in_file: int | None
    neighbour_before: int
    neighbour_after: int

    @property
    def holds(self) -> bool:
        """Whether nothing of the person is left and nothing of the neighbour is lost."""
        return (
            not self.left
            and not self.left_in_file
            and self.planted > 0
            and self.neighbour_after == self.neighbour_before
        )


def plantable(entry: Entry) -> Iterator[Field[Any, Any]]:
    """Yield the columns into which any word may be written without losing the row."""
    found_by = {lookup for path in entry.subject for lookup in path.lookups}
    found_by |= {lookup for keep in entry.keep for lookup in keep.where}
    for field in concrete_fields(entry.model):
        column = entry.columns[field.name]
        wide = field.get_internal_type() == "TextField" or (field.max_length or 0) >= SHORTEST
        if (
            field.get_internal_type() in WORDS
            and column.personal
            and wide
            and not stays(entry, column)
            and not field.choices
            and not field.primary_key
            and field.name not in found_by | set(entry.readable)
        ):
            yield field


def stays(entry: Entry, column: Column) -> bool:
    """Tell whether the map says that an erasure leaves this column as it is."""
    return entry.on_erase is not OnErase.DELETE and column.blank is UNCHANGED


@transaction.atomic
def plant(subject: Subject, mark: str) -> int:
    """Write the mark into every such column of the person's rows; return how many values."""
    planted = 0
    for entry in personal_entries():
        fields = list(plantable(entry))
        if not fields:
            continue
        for pk in list(rows_of(entry, subject).values_list("pk", flat=True)):
            row = entry.model._base_manager.filter(pk=pk)
            for field in fields:
                word = _fitting(field, mark, planted)
                if word is not None:
                    row.update(**{field.name: word})
                    planted += 1
    return planted


def _fitting(field: Field[Any, Any], mark: str, number: int) -> str | None:
    """Return the mark as this column takes it; None where it would no longer be unique.

    Each value gets a number of its own behind the mark, which a narrow column cuts off.
    """
    word = f"{mark}{number:x}"
    fits = word[: field.max_length] if field.max_length else word
    return None if field.unique and fits != word else fits


def new_mark() -> str:
    """Return a word that stands nowhere, short enough for the narrowest column."""
    return f"q{secrets.token_hex(3)}z"


def names_of(subject: Subject) -> set[str]:
    """Return the words by which a person could still be found."""
    names = {*subject.addresses, *subject.claimed}
    return {name for name in names if len(name) >= SHORTEST}


def prove(subject: Subject, neighbour: Subject) -> Proof:
    """Plant marks, erase the person, look everywhere. Changes the database for good."""
    mark, other = new_mark(), new_mark()
    planted = plant(subject, mark)
    plant(neighbour, other)
    kept_before = _visible(neighbour, other)
    report = erase(subject, cause="proof")
    words = {mark, *names_of(subject)}
    return Proof(
        report=report,
        planted=planted,
        left=hits(words),
        left_in_file=hits_in_file(words),
        neighbour_before=kept_before,
        neighbour_after=_visible(neighbour, other),
    )


def _visible(subject: Subject, mark: str) -> int:
    return sum(hits({mark, *names_of(subject)}).values())
