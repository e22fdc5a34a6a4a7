"""What the list of who did what may say of a row: what the data map says is about nobody."""

from django.contrib.auth import get_user_model
from django.db.models import Model

from privacy.datamap.registry import entries

OF_ACCOUNTS = frozenset({"groups", "is_active", "is_staff", "is_superuser", "user_permissions"})
"""What an account may do. Before and after of it is what the list is read for; it names nobody once
the number of the account is gone."""


def about_nobody(model: type[Model], name: str) -> bool:
    """Tell whether a column, or a whole table where none is named, holds nothing about anybody."""
    people = get_user_model()
    if model is people and name in OF_ACCOUNTS:
        return True
    entry = entries().get(model._meta.label)
    if not name:
        return entry is not None and not entry.personal
    field = model._meta.get_field(name)
    if field.related_model is people:
        return False
    if field.many_to_many:
        between = entries().get(getattr(model, name).through._meta.label)
        return between is not None and not between.personal
    column = entry.columns.get(name) if entry else None
    return column is not None and not column.personal
