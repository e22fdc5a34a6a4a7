"""Rows in which nothing is left empty: a rule of deletion that asks for an empty column passes them by.

Which columns may be empty is read from the model, so that a new one is tried on the day it comes.
"""

import secrets
from collections.abc import Container
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db.models import Field, Model
from django.utils import timezone

SOMEBODY = "somebody-of-a-check"
EMPTY: tuple[object, ...] = (None, "", b"", False)


def fill(row: Model, *, but: Container[str] = ()) -> None:
    """Store something in each column of a row that may be empty and is. In a rehearsal.

    `but` names what has to stay empty for the row to be what it is: an answered mail was not parked.
    """
    row.refresh_from_db()
    found = {
        column.attname: value
        for column in row._meta.concrete_fields
        if not column.primary_key and column.name not in but
        if getattr(row, column.attname) in EMPTY
        for value in [something(column, row)]
        if value is not None
    }
    if found:
        type(row)._base_manager.filter(pk=row.pk).update(**found)


def something(column: Field[Any, Any], row: Model) -> Any:
    """Return what a column takes, without the rules of its model. None where it takes nothing."""
    if column.is_relation:
        return _other(column, row)
    if column.choices:
        return next((value for value, _ in column.flatchoices if value not in EMPTY), None)
    made: dict[str, Any] = {
        "DateTimeField": timezone.now(),
        "DateField": timezone.localdate(),
        "JSONField": {"of": "a check"},
        "BinaryField": b"a check",
        "BooleanField": True,
        "UUIDField": uuid4(),
    }
    kind = column.get_internal_type()
    if kind in {"CharField", "TextField", "EmailField", "SlugField"}:
        return f"check{secrets.token_hex(5)}"[: column.max_length]
    return made.get(kind, 1)


def _other(column: Field[Any, Any], row: Model) -> Any:
    """Return the key of a row to which a column can point: the row itself, a user, whatever there is."""
    target: Any = column.related_model
    if isinstance(row, target):
        return row.pk
    if target is get_user_model():
        return target.objects.get_or_create(username=SOMEBODY)[0].pk
    return target._base_manager.order_by("pk").values_list("pk", flat=True).first()
