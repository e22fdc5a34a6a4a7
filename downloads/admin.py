"""Staff publish documents: doors over the services."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from downloads import services
from downloads.forms import (
    DocumentForm,
    ManyForm,
    NewDocumentForm,
    number_from,
    title_from,
)
from downloads.models import Document, DocumentVersion
from downloads.store import StoreAwayError
from downloads.version_admin import STORE_IS_AWAY, StoreAwayMixin, row_number
from sens_site.errors import error_page
from sens_site.lib.admin.edit_stamp import EditStampMixin
from sens_site.lib.admin.to_do import Task
from sens_site.lib.http.types import signed_in_user

A_YEAR = timedelta(days=365)


class OpenedFilter(admin.SimpleListFilter):
    """Which documents nobody has fetched for long."""

    title = "use"
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer one."""
        return [("none", "Nobody opened it in a year")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Choose by records and counts."""
        if self.value() == "none":
            return queryset.unopened(timezone.now() - A_YEAR)
        return queryset


class DraftFilter(admin.SimpleListFilter):
    """Which documents have something that waits to be published."""

    title = "drafts"
    parameter_name = "drafts"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer one."""
        return [("yes", "With a draft")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Choose by versions."""
        return queryset.filter(drafts__gt=0) if self.value() == "yes" else queryset


@admin.register(Document)
class DocumentAdmin(EditStampMixin[Document], StoreAwayMixin):
    """One row for each document. What has been published keeps its address for ever."""

    change_form_template = "admin/downloads/document/change_form.html"
    change_list_template = "admin/downloads/document/change_list.html"
    actions = None
    list_display = ("title", "number", "kind", "language", "access", "state")
    list_filter = ("kind", "access", "language", DraftFilter, OpenedFilter)
    search_fields = ("number", "title", "part_numbers")
    ordering = ("title", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        drafts = Count("versions", filter=Q(versions__publish_at__isnull=True))
        rows: Any = super().get_queryset(request)
        found: QuerySet[Document] = rows.with_current().annotate(drafts=drafts)
        return found

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        kwargs["form"] = DocumentForm if obj else NewDocumentForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        about = ("title", "number", "description", "kind", "language", "access", "part_numbers")
        if obj is not None:
            return [(None, {"fields": ("addresses", *about, "places")})]
        version = ("label", "issued_on", "when", "publish_at")
        return [
            (None, {"fields": ("upload", "allow_active")}),
            ("The document", {"fields": (*about, "places")}),
            ("This version", {"fields": version}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("addresses", "number") if services.is_known(obj) else ("addresses",)

    def get_urls(self) -> list[URLPattern]:
        """Add the page on which many files are brought."""
        view = self.admin_site.admin_view(self.many)
        return [path("many/", view, name="downloads_document_many"), *super().get_urls()]

    @admin.display(description="addresses")
    def addresses(self, document: Document) -> SafeString:
        """Link to the page, and name the short address for labels."""
        return format_html(
            '<a href="{}">{}</a>, in short /d/{}',
            document.get_absolute_url(),
            document.get_absolute_url(),
            document.short,
        )

    @admin.display(description="state")
    def state(self, document: Any) -> str:
        """Say what visitors get, and what waits."""
        said = ["given out" if document.current_id else "not given out"]
        if document.drafts:
            said.append("a draft waits")
        return ", ".join(said)

    def to_do(self) -> list[Task]:
        """Say how many drafts wait to be published."""
        count = DocumentVersion.objects.filter(publish_at__isnull=True).count()
        return [Task(count, "draft of a document", "drafts of documents", "?drafts=yes")]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the versions below what is said of all of them."""
        versions = DocumentVersion.objects.filter(document=row_number(object_id)).with_newer()
        context = {"versions": versions.defer("text").order_by("-publish_at", "-pk")}
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **context}
        )

    def save_model(self, request: HttpRequest, obj: Document, form: Any, change: Any) -> None:
        """Hand over to the services."""
        said = form.cleaned_data
        if change:
            services.change_document(obj, places=said["places"])
            return
        names = DocumentForm.Meta.fields
        fields = {name: said[name] for name in names}
        made = services.add_document(places=said["places"], **fields)
        services.add_version(made, said["upload"], by=signed_in_user(request), **form.facts)
        obj.pk = made.pk

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What has been published keeps its address."""
        if obj is not None and services.is_known(obj):
            return False
        return super().has_delete_permission(request, obj)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Its drafts go with a document."""
        drafts = [str(one) for document in objs for one in document.versions.all()]
        return [*map(str, objs), *drafts], {"versions": len(drafts)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        """Hand over to the service."""
        services.delete_document(obj)

    def many(self, request: HttpRequest) -> HttpResponse:
        """Take several files at once: each becomes a document that waits as a draft."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        sent = request.method == "POST"
        form = ManyForm(request.POST, request.FILES) if sent else ManyForm()
        if form.is_valid():
            try:
                made = self._take(request, form)
            except StoreAwayError:
                return error_page(request, 503, reason=STORE_IS_AWAY)
            for name, words in form.refused:
                messages.error(request, f"{name}: {words}")
            if made:
                words = "One draft was made." if made == 1 else f"{made} drafts were made."
                messages.success(request, f"{words} Look at each, and publish it.")
            drafts = reverse("admin:downloads_document_changelist") + "?drafts=yes"
            return HttpResponseRedirect(drafts, status=303)
        context = {
            **self.admin_site.each_context(request),
            "title": "Bring several files",
            "opts": self.opts,
            "form": form,
        }
        template = "admin/downloads/document/many.html"
        return TemplateResponse(request, template, context, status=422 if form.is_bound else 200)

    @transaction.atomic
    def _take(self, request: HttpRequest, form: ManyForm) -> int:
        """Return how many were new. The same form twice makes nothing twice."""
        said, by = form.cleaned_data, signed_in_user(request)
        made = 0
        for inspected in form.taken:
            same = {"sha256": inspected.sha256, "file_name": inspected.file_name}
            known = DocumentVersion.objects.filter(**same).select_related("document").first()
            if known is not None:
                messages.warning(request, f"{inspected.file_name} is here already: {known}.")
                continue
            document = services.add_document(
                number=number_from(inspected.file_name),
                title=title_from(inspected.file_name),
                kind=said["kind"],
                language=said["language"],
                places=said["places"],
            )
            services.add_version(document, inspected, label="1", by=by)
            self.log_addition(request, document, "Brought with others.")
            made += 1
        return made
