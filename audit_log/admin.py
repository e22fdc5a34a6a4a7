"""The list of who did what: read, filtered, searched, and downloaded by whoever may."""

import csv
from io import StringIO
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from audit_log.models import AuditEntry
from audit_log.services import Kind, record
from sens_site.lib.admin.read_only import ReadOnlyAdmin

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet would carry out (OWASP, CSV injection)."""


class WithRows(ChangeList):
    """Finds the rows that a page of the list speaks of with one query for each table."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        find_rows(self.result_list)


def find_rows(entries: Any) -> None:
    """Set on each entry the row that it speaks of, as long as that is there."""
    wanted: dict[type[Model], set[str]] = {}
    for entry in entries:
        model = table_of(entry)
        if model is not None and entry.row is not None:
            wanted.setdefault(model, set()).add(entry.row)
    found = {
        (model._meta.label, str(row.pk)): row
        for model, keys in wanted.items()
        for row in model._base_manager.filter(pk__in=keys)
    }
    for entry in entries:
        entry.found = found.get((entry.table, str(entry.row)))


def table_of(entry: AuditEntry) -> type[Model] | None:
    """Return the table, unless a later release has none of this name."""
    try:
        return apps.get_model(entry.table)
    except (LookupError, ValueError):
        return None


class ActorFilter(admin.SimpleListFilter):
    """Everybody who stands in the list: colleagues by name, former ones by pseudonym."""

    title = "who"
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name the choices."""
        known = AuditEntry.objects.order_by().values_list("pseudonym", "actor__username").distinct()
        names = {
            mark or "operator": name or (f"former colleague {mark}" if mark else "operator")
            for mark, name in known
        }
        return sorted(names.items(), key=lambda one: one[1])

    def queryset(
        self, request: HttpRequest, queryset: "QuerySet[AuditEntry]"
    ) -> "QuerySet[AuditEntry]":
        """Apply the choice."""
        if self.value() is None:
            return queryset
        return queryset.filter(pseudonym="" if self.value() == "operator" else self.value())


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin[AuditEntry]):
    """Nobody adds, changes or deletes here. The file asks for a right of its own."""

    change_list_template = "admin/audit_log/auditentry/change_list.html"
    list_display = ("at", "actor_name", "did", "on_what", "before_and_after", "place")
    list_display_links = ("at",)
    list_filter = ("kind", ActorFilter, "at", "table")
    list_select_related = ("actor",)
    date_hierarchy = "at"
    search_fields = ("did", "name", "place", "actor__username", "pseudonym")
    search_help_text = "What was done, on what, from where, or by whom"
    fields = ("at", "actor_name", "kind", "did", "on_what", "before_and_after", "place")
    readonly_fields = fields
    list_per_page = 50

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.export_view))
        return [path("export.csv", view, name="audit_log_auditentry_export"), *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return WithRows

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        entry = super().get_object(request, object_id, from_field)
        if entry is not None:
            find_rows([entry])
        return entry

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        more = {"may_export": self._may_export(request)}
        return super().changelist_view(request, {**(extra_context or {}), **more})

    def _may_export(self, request: HttpRequest) -> bool:
        may_look = self.has_view_permission(request)
        return may_look and request.user.has_perm("audit_log.export_auditentry")

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Return what the list shows under its filters. By POST, as this is written down, too."""
        if not self._may_export(request):
            raise PermissionDenied
        found = list(self.get_changelist_instance(request).get_queryset(request))
        find_rows(found)
        text = StringIO()
        table = csv.writer(text)
        table.writerow(("when", "who", "kind", "what", "on what", "before and after", "from where"))
        for entry in found:
            table.writerow(map(harmless, cells(entry)))
        record(Kind.FETCHED, f"Downloaded {len(found)} entries.", table=AuditEntry)
        name = f"who-did-what-{timezone.localdate().isoformat()}.csv"
        return HttpResponse(
            text.getvalue(),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @admin.display(description="who", ordering="actor__username")
    def actor_name(self, entry: AuditEntry) -> str:
        return entry.who

    @admin.display(description="on what", ordering="table")
    def on_what(self, entry: Any) -> SafeString | str:
        """Name the row, and lead to it while it is there."""
        words = named(entry)
        if entry.found is None:
            return words
        meta = entry.found._meta
        try:
            url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[entry.found.pk])
        except NoReverseMatch:
            return words
        return format_html('<a href="{}">{}</a>', url, words)

    @admin.display(description="before and after")
    def before_and_after(self, entry: AuditEntry) -> str:
        return changes_in_words(entry)


def named(entry: Any) -> str:
    """Return what a row is called now, was called then, or only of which table it was."""
    model = table_of(entry)
    if model is None:
        return str(entry.table)
    kind = str(model._meta.verbose_name)
    if entry.found is not None:
        return f"{kind} {entry.found}"
    if entry.name:
        return f"{kind} {entry.name}"
    return f"{kind} {entry.row}" if entry.row else kind


def changes_in_words(entry: AuditEntry) -> str:
    return "; ".join(
        f"{name.replace('_', ' ')}: {before} → {after}"
        for name, (before, after) in entry.changes.items()
    )


def cells(entry: AuditEntry) -> tuple[str, ...]:
    """Return one line of the file."""
    return (
        entry.at.isoformat(timespec="seconds"),
        entry.who,
        entry.get_kind_display(),
        entry.did,
        named(entry),
        changes_in_words(entry),
        entry.place,
    )


def harmless(cell: str) -> str:
    """Return a cell that a spreadsheet shows and does not carry out."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
