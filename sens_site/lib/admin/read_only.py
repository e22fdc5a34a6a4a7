"""Admin pages for rows that the site writes by itself, and staff do not."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

M = TypeVar("M", bound=Model)


class FixedRowsMixin:
    """Rows come and go with the code or with what happens: staff add none and delete none."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyMixin(FixedRowsMixin):
    """Rows that are looked at: not even a superuser edits them. It stands before an inline, too."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnlyMixin, admin.ModelAdmin[M]):
    """The page of such rows. Nothing is done to many of them at once."""

    actions: Sequence[Any] | None = None
