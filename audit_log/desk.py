"""Django's admin, with every change written down where it happens: no page has to think of it."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from audit_log.services import Here, Kind, Values, acting, may_be_kept, record, value_words
from sens_site.lib.admin.edit_stamp import one_line_end
from sens_site.lib.admin.read_only import M

VALUES = "values"
"""Where a change message carries before and after on its way from the form to the list."""


class AuditedMixin(ModelAdmin[M]):
    """Put before the class of every page of the desk by `AuditedSite.register`.

    Django's own log goes on beside it: it is what the button "History" of a row shows.
    """

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        """Name what has changed indeed: a browser writes other line ends than what is stored."""
        if not add:
            form.changed_data = [name for name in form.changed_data if differs(form, name)]
        message: Any = super().construct_change_message(request, form, formsets, add)
        if not add and form.changed_data:
            message[0][VALUES] = _values(self.model, form)
        return list(message)

    def log_addition(self, request: HttpRequest, obj: M, message: Any) -> Any:
        record(Kind.ADDED, "Added.", row=obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: M, message: Any) -> Any:
        """Write a change down, unless nothing has changed."""
        if not message:
            return None
        values: Values = message[0].pop(VALUES, {}) if isinstance(message, list) else {}
        entry = super().log_change(request, obj, message)
        record(Kind.CHANGED, entry.get_change_message(), row=obj, changes=values)
        return entry

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[M]) -> Any:
        for row in queryset:
            record(Kind.DELETED, "Deleted.", row=row)
        return super().log_deletions(request, queryset)


def differs(form: Any, name: str) -> bool:
    before, after = form[name].initial, form.cleaned_data.get(name)
    if isinstance(before, str) and isinstance(after, str):
        return one_line_end(before) != one_line_end(after)
    return True


def _values(model: type[Model], form: Any) -> Values:
    """Return before and after of what is about nobody."""
    return {
        name: [_words(form, name, form[name].initial), _words(form, name, form.cleaned_data[name])]
        for name in form.changed_data
        if name in {one.name for one in model._meta.get_fields()} and may_be_kept(model, name)
    }


def _words(form: Any, name: str, value: Any) -> str:
    """Say a value as the form would: rows that are chosen by what they are called."""
    choices = getattr(form.fields[name], "choices", None)
    if choices is None:
        return value_words(value)
    many = isinstance(value, (list, tuple, QuerySet))
    chosen = {str(getattr(one, "pk", one)) for one in (value if many else [value])}
    return value_words([label for key, label in choices if str(key) in chosen and str(key)])


LOGGED_BY_DJANGO = ("add", "change", "delete")
"""Pages that say themselves when something has changed: saving writes the row also when nothing has."""
View = Callable[..., HttpResponseBase]


def kind_of_page(route: str) -> str:
    """Return the address of a page without the numbers in it, which may be those of people."""
    return "/" + re.sub(r"<[^>]+>", "…", route)


class AuditedSite(AdminSite):
    """Says who acts while a form of the desk is taken, and lets no change go without a line."""

    def register(
        self,
        model_or_iterable: Any,
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        page = admin_class or ModelAdmin
        audited = type(page.__name__, (AuditedMixin, page), {"__module__": page.__module__})
        super().register(model_or_iterable, audited, **options)

    def admin_view(self, view: View, cacheable: bool = False) -> Any:
        return super().admin_view(self._noted(view), cacheable)

    def _noted(self, view: View) -> View:
        @wraps(view)
        def noted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            match = request.resolver_match
            if request.method != "POST" or match is None:
                return view(request, *args, **kwargs)
            with acting(request.user, place=kind_of_page(match.route)) as here:
                response = view(request, *args, **kwargs)
                self._note_the_rest(here, request, response)
            return response

        return noted

    def _note_the_rest(self, here: Here, request: HttpRequest, response: HttpResponseBase) -> None:
        """Write down what no page has written down: a change of a row, or a file that was taken."""
        fetched = response.has_header("Content-Disposition")
        if here.entries or not (here.tables or fetched):
            return
        match: Any = request.resolver_match
        table, page = self.table_and_page(match.url_name)
        if page in LOGGED_BY_DJANGO:
            return
        action = request.POST.get("action", "") if page == "changelist" else page
        if page == "changelist" and table:
            known = self.get_model_admin(table).get_actions(request)
            action = action if action in known else "list edited"
        key = match.kwargs.get("pk", match.kwargs.get("object_id"))
        row = table._base_manager.filter(pk=key).first() if table and key else None
        kind = Kind.FETCHED if fetched else Kind.OTHER
        words = action.replace("_", " ").replace("-", " ").strip()
        record(kind, f"{words[:1].upper()}{words[1:]}.", row=row, table=table)

    def table_and_page(self, url_name: str) -> tuple[type[Model] | None, str]:
        for model in filter(self.is_registered, apps.get_models()):
            start = f"{model._meta.app_label}_{model._meta.model_name}_"
            if url_name.startswith(start):
                return model, url_name.removeprefix(start)
        return None, url_name
