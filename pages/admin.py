"""Staff edit the content pages: a door over the services."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from pages import services
from pages.forms import PageTextForm
from pages.models import PageText
from pages.navigation import TRAILS
from pages.page_texts import Text
from pages.views import show
from sens_site.lib.admin.edit_stamp import EditStampMixin
from sens_site.lib.admin.read_only import FixedRowsMixin

CHANGED = "Somebody has changed the text since you opened it. It stands below; nothing is removed."


@admin.register(PageText)
class PageTextAdmin(EditStampMixin[PageText], FixedRowsMixin, admin.ModelAdmin[PageText]):
    """One row for each page of the tree. Pages come and go with the tree, not here."""

    form = PageTextForm
    fields = ("address", "title", "description", "body")
    readonly_fields = ("address",)
    list_display = ("__str__", "state", "updated_at")
    search_fields = ("path", "title", "body")
    ordering = ("path",)
    list_per_page = 100

    @admin.display(description="address")
    def address(self, page: PageText) -> SafeString:
        """Link to the page as visitors see it."""
        return format_html('<a href="{}">{}</a>', page.path, page.path)

    @admin.display(description="text", ordering="updated_at")
    def state(self, page: PageText) -> str:
        """Say whose text stands on the page."""
        return "edited" if page.is_edited else "as shipped"

    def save_model(self, request: HttpRequest, obj: PageText, form: Any, change: Any) -> None:
        """Hand the text to the service."""
        services.edit_page(obj.path, title=obj.title, description=obj.description, body=obj.body)

    def get_urls(self) -> list[URLPattern]:
        """Add preview and reset."""
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/preview/",
                wrap(require_POST(self.preview)),
                name="pages_pagetext_preview",
            ),
            path("<int:pk>/reset/", wrap(require_POST(self.reset)), name="pages_pagetext_reset"),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the page with what is in the form now. Stores nothing."""
        page = get_object_or_404(self.get_queryset(request), pk=pk)
        self.require_change(request, page)
        typed = {name: request.POST.get(name, "") for name in ("title", "description", "body")}
        return show(request, TRAILS[page.path][-1], instead=Text(**typed))

    def reset(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Go back to the shipped text, from the text that the page showed."""
        with transaction.atomic():
            page = get_object_or_404(self.get_queryset(request).select_for_update(), pk=pk)
            self.require_change(request, page)
            if self.is_as_shown(request, page):
                services.reset_page(page.path)
                self.log_change(request, page, "Back to the shipped text.")
                self.message_user(request, "The shipped text stands again.", messages.SUCCESS)
            else:
                self.message_user(request, CHANGED, messages.ERROR)
        return HttpResponseRedirect(reverse("admin:pages_pagetext_change", args=[pk]))

    def require_change(self, request: HttpRequest, page: PageText) -> None:
        """Raise 403 for staff who may not edit pages."""
        if not self.has_change_permission(request, page):
            raise PermissionDenied
