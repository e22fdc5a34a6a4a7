"""Staff bring pictures and files, and lead old addresses to pages: doors over the services."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pages import file_services, services
from pages.forms import FileForm, NewFileForm, RedirectForm
from pages.models import File, Redirect
from sens_site.lib.admin.edit_stamp import EditStampMixin


@admin.register(Redirect)
class RedirectAdmin(EditStampMixin[Redirect], admin.ModelAdmin[Redirect]):
    """Addresses at which pages once were."""

    form = RedirectForm
    actions = None
    list_display = ("old", "new", "created_at")
    search_fields = ("old", "new")

    def save_model(self, request: HttpRequest, obj: Redirect, form: Any, change: Any) -> None:
        """Hand over to the service."""
        services.save_redirect(obj)

    def delete_model(self, request: HttpRequest, obj: Redirect) -> None:
        """Hand over to the service."""
        services.delete_redirect(obj)


class UnusedFilter(admin.SimpleListFilter):
    """Which pictures and files no page shows."""

    title = "use"
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer both."""
        return [("no", "On no page"), ("yes", "On a page")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[File]) -> QuerySet[File]:
        """Choose by the names that stand in texts."""
        names = list(file_services.names_in_use())
        chosen = {"no": queryset.exclude(name__in=names), "yes": queryset.filter(name__in=names)}
        return chosen.get(self.value() or "", queryset)


@admin.register(File)
class FileAdmin(EditStampMixin[File], admin.ModelAdmin[File]):
    """Pictures and files that pages show."""

    actions = None
    list_display = ("name", "thumbnail", "alt", "kind", "used_on")
    list_filter = (UnusedFilter,)
    search_fields = ("name", "alt")
    readonly_fields = ("name", "thumbnail", "short_form", "used_on", "created_at")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        kwargs["form"] = FileForm if obj else NewFileForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("alt", *self.readonly_fields) if obj else ("upload", "name", "alt")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.readonly_fields if obj else ()

    @admin.display(description="picture")
    def thumbnail(self, file: File) -> SafeString | str:
        """Show it small."""
        if not file.is_picture:
            return format_html('<a href="{}">{}</a>', file.url, file.kind)
        return format_html('<img src="/{}" alt="" width="120">', file.small.name)

    @admin.display(description="in a text")
    def short_form(self, file: File) -> str:
        """Say what a text has to say to show it."""
        return file.short_form

    @admin.display(description="shown on")
    def used_on(self, file: File) -> str:
        """Name the pages that show it."""
        return ", ".join(file_services.names_in_use().get(file.name, [])) or "no page"

    def save_model(self, request: HttpRequest, obj: File, form: Any, change: Any) -> None:
        """Hand over to the service."""
        said = form.cleaned_data
        if change:
            file_services.change_words(obj, alt=said["alt"])
            return
        made = file_services.add_file(said["upload"], name=said["name"], alt=said["alt"])
        obj.pk = made.pk

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Say which pages show it, instead of taking it from them."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except file_services.FileInUseError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:pages_file_change", args=[object_id]))

    def delete_model(self, request: HttpRequest, obj: File) -> None:
        """Hand over to the service."""
        file_services.delete_file(obj)
