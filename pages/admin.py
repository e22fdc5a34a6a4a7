"""Staff write pages, place them, and bring pictures: doors over the services."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

import pages.file_admin  # noqa: F401 - registers the rest
from pages import services
from pages.forms import AddressForm, NewPageForm, PageForm, PlaceForm
from pages.models import Page, PageRevision
from pages.navigation import FIXED, HOME
from pages.revision_admin import RIGHT, preview
from pages.tree import live_tree
from sens_site.lib.admin.edit_stamp import EditStampMixin
from sens_site.lib.admin.revisions import state_words, texts_of
from sens_site.lib.admin.steps import Data, Groups, Step, StepsMixin
from sens_site.lib.forms.publishing import ExpiryForm
from sens_site.lib.http.types import signed_in_user
from sens_site.lib.revisions import NotPossibleError
from sens_site.lib.texts import Text

CHANGED = "Somebody has changed the text since you opened it. It stands below; nothing is removed."


def _place_of(page: Page) -> Data:
    parent, after = services.place_of(page)
    trail = live_tree().trails.get(page.path)
    in_menu = bool(page.in_menu if page.in_menu is not None else trail and trail[-1].in_menu)
    return {"parent": parent, "after": after, "label": page.menu_label, "in_menu": in_menu}


def _below(page: Page) -> Groups:
    trail = live_tree().trails.get(page.path)
    names = [node.label for node in trail[-1].children] if trail else []
    return [("The pages below go with it", names)]


STEPS: tuple[Step[Page], ...] = (
    Step(
        slug="place",
        label="Move in the tree",
        question="Where shall this page stand, and how shall the menu call it?",
        done="Moved in the tree.",
        run=lambda page, by, data: services.place_page(page, **data),
        offered=lambda page: page.shipped != HOME.path,
        form=PlaceForm,
        initial=_place_of,
    ),
    Step(
        slug="address",
        label="Change the address",
        question="Whoever opens the old address is led to the new one.",
        done="The address is changed.",
        run=lambda page, by, data: services.change_address(page, data["path"]),
        offered=lambda page: page.shipped not in FIXED,
        form=AddressForm,
        initial=lambda page: {"path": page.path},
    ),
    Step(
        slug="expiry",
        label="Set an end",
        question="Until when shall this page be shown? It then goes by itself.",
        done="The end is set.",
        run=lambda page, by, data: services.set_expiry(page, **data),
        offered=lambda page: page.shipped not in FIXED,
        form=ExpiryForm,
        initial=lambda page: {"expires_at": page.expires_at},
        touches=_below,
    ),
    Step(
        slug="hide",
        label="Hide",
        question="Visitors find this page no more, neither in the menu nor at its address.",
        done="Hidden.",
        run=lambda page, by, data: services.set_hidden(page, hidden=True),
        offered=lambda page: page.shipped not in FIXED and not page.hidden,
        danger=True,
        touches=_below,
    ),
    Step(
        slug="unhide",
        label="Show again",
        question="Visitors find this page again, in the menu and at its address.",
        done="Shown again.",
        run=lambda page, by, data: services.set_hidden(page, hidden=False),
        offered=lambda page: page.hidden,
    ),
)


@admin.register(Page)
class PageAdmin(EditStampMixin[Page], StepsMixin[Page]):
    """One row for each page. What came with the site is hidden and not deleted."""

    change_form_template = "admin/pages/page/change_form.html"
    actions = None
    list_display = ("name", "link", "state", "shown_since")
    search_fields = ("path", "label", "revisions__title", "revisions__body")
    ordering = ("path",)
    list_per_page = 100
    steps = STEPS
    step_right = RIGHT
    back_label = "Back to the page"
    not_offered = "This can no longer be done with the page as it is now."
    refusals = {NotPossibleError: "{error}"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Page]:
        newest = PageRevision.objects.filter(page=OuterRef("pk"))
        now = timezone.now()
        rows: Any = super().get_queryset(request)
        with_state: QuerySet[Page] = rows.with_shown(now).annotate(
            newest=Subquery(newest.values("pk")[:1]),
            newest_at=Subquery(newest.values("publish_at")[:1]),
            planned_at=Min("revisions__publish_at", filter=Q(revisions__publish_at__gt=now)),
        )
        return with_state

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        kwargs["form"] = PageForm if obj else NewPageForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        text = ("title", "description", "body")
        if not self.has_change_permission(request, obj):
            return ("link", *text)
        where = ("link",) if obj else ("path", "parent", "label", "in_menu")
        return (*where, *text, "when", "publish_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None or self.has_change_permission(request, obj):
            return ("link",)
        return ("link", "title", "description", "body")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What came with the site is hidden, and what others stand below stays."""
        if obj is not None and (obj.shipped or obj.children.exists()):
            return False
        return super().has_delete_permission(request, obj)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Its texts go with a page, whoever may delete none of them alone."""
        listed, counts, _, protected = super().get_deleted_objects(objs, request)
        return listed, counts, set(), protected

    @admin.display(description="page")
    def name(self, page: Page) -> str:
        """Call it as the menu does; the address stands beside."""
        return page.menu_label

    @admin.display(description="address")
    def link(self, page: Page) -> SafeString:
        """Link to the page as visitors see it."""
        return format_html('<a href="{}">{}</a>', page.path, page.path)

    @admin.display(description="state")
    def state(self, page: Any) -> str:
        """Say what is shown, and what waits."""
        shown, none = (
            ("edited", "as shipped") if page.shipped else ("published", "not published yet")
        )
        waits = page.newest is not None and page.newest_at is None
        said = shown if page.shown_body else none
        return state_words(said, page, newest_is_draft=waits, hidden=page.hidden)

    @admin.display(description="shown since", ordering="shown_at")
    def shown_since(self, page: Any) -> Any:
        """Say since when the text is shown."""
        return page.shown_at

    def save_model(self, request: HttpRequest, obj: Page, form: Any, change: Any) -> None:
        """Hand the text to the service."""
        by = signed_in_user(request)
        if change:
            services.save_text(obj, text=form.text, by=by, publish_at=form.publish_when)
            return
        said = form.cleaned_data
        made = services.create_page(
            path=said["path"],
            label=said["label"],
            parent=said["parent"],
            after=next(reversed(services.siblings_below(said["parent"])), None),
            in_menu=said["in_menu"],
            text=form.text,
            by=by,
            publish_at=form.publish_when,
        )
        obj.pk, obj.path, obj.label = made.pk, made.path, made.label

    def delete_model(self, request: HttpRequest, obj: Page) -> None:
        """Hand over to the service."""
        services.delete_page(obj)

    def row_context(self, request: HttpRequest, row: Page) -> dict[str, Any]:
        """Add the texts that the page had."""
        return super().row_context(request, row) | texts_of(row)

    def get_urls(self) -> list[URLPattern]:
        """Add preview and reset."""
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/preview/",
                wrap(require_POST(self.preview)),
                name="pages_page_preview",
            ),
            path("<int:pk>/reset/", wrap(require_POST(self.reset)), name="pages_page_reset"),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the page with what is in the form now. Stores nothing."""
        page = get_object_or_404(self.get_queryset(request), pk=pk)
        self.require_change(request, page)
        typed = {name: request.POST.get(name, "") for name in ("title", "description", "body")}
        return preview(request, page, Text(**typed))

    def reset(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Go back to the shipped text, from the text that the page showed."""
        with transaction.atomic():
            page = get_object_or_404(Page.objects.select_for_update(), pk=pk)
            self.require_change(request, page)
            if self.is_as_shown(request, page):
                services.reset_page(page.path, by=signed_in_user(request))
                self.log_change(request, page, "Back to the shipped text.")
                self.message_user(request, "The shipped text stands again.", messages.SUCCESS)
            else:
                self.message_user(request, CHANGED, messages.ERROR)
        return HttpResponseRedirect(reverse("admin:pages_page_change", args=[pk]))

    def require_change(self, request: HttpRequest, page: Page) -> None:
        """Raise 403 for staff who may not edit pages."""
        if not self.has_change_permission(request, page):
            raise PermissionDenied
