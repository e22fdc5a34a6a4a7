"""Two editors on one row: the second save shows both texts before it overwrites the first.

Law 16: a form that overwrites carries the stamp of what its page showed. If the row has changed
since, nothing is stored, what is stored now is shown beside what was typed, and the form carries
the stamp of that: who saves again has seen what is replaced.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import router, transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from sens_site.lib.admin.read_only import M
from sens_site.lib.canonical_json import canonical_json

NAME = "edit_stamp"
CLASH = (
    "Somebody has changed this since you opened it. Nothing is overwritten yet: what is stored now "
    "stands above, what you typed stands below. Bring the two together, then save."
)


def stamp_of(label: str, values: Mapping[str, Any]) -> str:
    """Name the values of a row. Keyed, as some of them are short and not for everybody."""
    plain = {
        name: value if value is None or isinstance(value, list) else str(value)
        for name, value in values.items()
    }
    return salted_hmac(f"admin.edit_stamp.{label}", canonical_json(plain)).hexdigest()[:32]


class StampedForm(forms.BaseForm):
    """What `EditStampMixin` adds to the form of a row. The field is no part of any fieldset."""

    instance: Model

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {
            name: _plain(field, self.get_initial_for_field(field, name))
            for name, field in self.fields.items()
            if not field.disabled
        }
        self.stamp = stamp_of(f"{self.instance._meta.label}.{self.instance.pk}", self.stored)
        self.fields[NAME] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.initial[NAME] = self.stamp
        self.clash: list[tuple[str, str]] = []

    def clean(self) -> dict[str, Any]:
        """Refuse to overwrite what the page did not show. The same form sent twice is no clash."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not constant_time_compare(cleaned.pop(NAME, ""), self.stamp):
            self.clash = [
                (str(self[name].label), self._words(name))
                for name in self.stored
                if self._differs(name)
            ]
            if self.clash:
                self.add_error(None, ValidationError(CLASH, code="edit_clash"))
        typed: Any = self.data
        again = typed.copy()
        again[self.add_prefix(NAME)] = self.stamp
        self.data = again
        return cleaned

    def _differs(self, name: str) -> bool:
        field = self.fields[name]
        typed = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        initial = self.get_initial_for_field(field, name)
        if isinstance(typed, str) and isinstance(initial, str):
            return one_line_end(typed) != one_line_end(initial)
        return field.has_changed(initial, typed)

    def _words(self, name: str) -> str:
        """Say what is stored as the form would show it."""
        stored = self.stored[name]
        choices = getattr(self.fields[name], "choices", None)
        if choices is None:
            return "" if stored is None else str(stored)
        chosen = set(map(str, stored if isinstance(stored, list) else [stored]))
        return ", ".join(str(label) for value, label in choices if str(value) in chosen)


def _plain(field: forms.Field, value: Any) -> Any:
    prepared = field.prepare_value(value)
    return sorted(prepared) if isinstance(prepared, (list, tuple, set)) else prepared


def one_line_end(text: str) -> str:
    """Return a text as it is compared: browsers send other line ends than what is stored."""
    return text.replace("\r\n", "\n").strip()


class EditStampMixin(admin.ModelAdmin[M]):
    """Stands first among the bases of every admin whose rows staff edit."""

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is None or not self.has_change_permission(request, obj):
            return form
        metaclass: Any = type(form)
        stamped: type[forms.ModelForm[Any]] = metaclass(form.__name__, (StampedForm, form), {})
        return stamped

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Read a row that is about to be saved under its lock, so that two saves take turns."""
        row = super().get_object(request, object_id, from_field)
        database = transaction.get_connection(router.db_for_write(self.model))
        if row is None or request.method != "POST" or not database.in_atomic_block:
            return row
        self.model._base_manager.select_for_update().filter(pk=row.pk).first()
        return super().get_object(request, object_id, from_field)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        if isinstance(form, StampedForm):
            context |= {"edit_stamp": form[NAME], "clash": form.clash}
        response = super().render_change_form(request, context, *args, **kwargs)
        if context.get("clash"):
            response.status_code = 409
        return response

    def is_as_shown(self, request: HttpRequest, row: Any) -> bool:
        """Tell whether a button beside the form was pressed on the row as it is."""
        form = self.get_form(request, row, change=True)(instance=row)
        shown = request.POST.get(NAME, "")
        return isinstance(form, StampedForm) and constant_time_compare(shown, form.stamp)
