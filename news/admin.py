"""Staff write announcements, set their times and file them: doors over the services."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from news import services
from news.forms import NewNewsItemForm, NewsCategoryForm, NewsItemForm
from news.models import NewsCategory, NewsItem, NewsRevision
from news.views import show
from privacy.policy.redline_rendering import differences
from sens_site.lib.admin.edit_stamp import EditStampMixin
from sens_site.lib.admin.revisions import RevisionAdmin, revision_steps, state_words, texts_of
from sens_site.lib.admin.steps import Step, StepsMixin
from sens_site.lib.forms.publishing import ExpiryForm
from sens_site.lib.http.types import signed_in_user
from sens_site.lib.revisions import NotPossibleError
from sens_site.lib.texts import Text

RIGHT = "news.change_newsitem"
STEPS: tuple[Step[NewsItem], ...] = (
    Step(
        slug="expiry",
        label="Set an end",
        question="Until when is this news? It then leaves the list and stays in the archive.",
        done="The end is set.",
        run=lambda item, by, data: services.set_expiry(item, **data),
        offered=lambda item: True,
        form=ExpiryForm,
        initial=lambda item: {"expires_at": item.expires_at},
    ),
    Step(
        slug="hide",
        label="Take off the site",
        question="Visitors find this announcement no more, not even in the archive.",
        done="Taken off the site.",
        run=lambda item, by, data: services.set_hidden(item, hidden=True),
        offered=lambda item: not item.hidden,
        danger=True,
    ),
    Step(
        slug="unhide",
        label="Show again",
        question="Visitors find this announcement again, at its address and with its date.",
        done="Shown again.",
        run=lambda item, by, data: services.set_hidden(item, hidden=False),
        offered=lambda item: item.hidden,
    ),
)


@admin.register(NewsItem)
class NewsItemAdmin(EditStampMixin[NewsItem], StepsMixin[NewsItem]):
    """One row for each announcement. What has been published is never deleted."""

    change_form_template = "admin/news/newsitem/change_form.html"
    actions = None
    list_display = ("name", "category", "state", "published_at")
    list_filter = ("category",)
    search_fields = ("slug", "revisions__title", "revisions__body")
    ordering = ("-published_at", "-pk")
    steps = STEPS
    step_right = RIGHT
    back_label = "Back to the announcement"
    not_offered = "This can no longer be done with the announcement as it is now."
    refusals = {NotPossibleError: "{error}"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[NewsItem]:
        newest = NewsRevision.objects.filter(item=OuterRef("pk"))
        now = timezone.now()
        rows: Any = super().get_queryset(request).select_related("category")
        with_state: QuerySet[NewsItem] = rows.with_shown(now).annotate(
            newest_title=Subquery(newest.values("title")[:1]),
            newest_at=Subquery(newest.values("publish_at")[:1]),
            planned_at=Min("revisions__publish_at", filter=Q(revisions__publish_at__gt=now)),
        )
        return with_state

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        kwargs["form"] = NewsItemForm if obj else NewNewsItemForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        about, text = ("category", "documents"), ("title", "description", "body")
        if not self.has_change_permission(request, obj):
            return ("link", *about, *text)
        return ("link" if obj else "slug", *about, *text, "when", "publish_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None or self.has_change_permission(request, obj):
            return ("link",)
        return ("link", "category", "documents", "title", "description", "body")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What has been published is on record."""
        if obj is not None and obj.is_on_record:
            return False
        return super().has_delete_permission(request, obj)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Its texts go with an announcement, whoever may delete none of them alone."""
        listed, counts, _, protected = super().get_deleted_objects(objs, request)
        return listed, counts, set(), protected

    @admin.display(description="announcement")
    def name(self, item: Any) -> str:
        """Call it by its newest heading."""
        return str(item.newest_title or item.slug)

    @admin.display(description="address")
    def link(self, item: NewsItem) -> SafeString | str:
        """Link to it as visitors see it, once they do."""
        if not item.is_on_record:
            return f"/news/…/{item.slug}/"
        return format_html('<a href="{0}">{0}</a>', item.get_absolute_url())

    @admin.display(description="state")
    def state(self, item: Any) -> str:
        """Say what is shown, and what waits."""
        shown = "published" if item.shown_body else "not published yet"
        waits = item.newest_at is None
        return state_words(shown, item, newest_is_draft=waits, hidden=item.hidden)

    def save_model(self, request: HttpRequest, obj: NewsItem, form: Any, change: Any) -> None:
        """Hand the text to the service."""
        by, said = signed_in_user(request), form.cleaned_data
        about = {"category": said["category"], "documents": said["documents"]}
        text = {"text": form.text, "by": by, "publish_at": form.publish_when}
        if change:
            services.change_item(obj, **about)
            services.save_text(obj, **text)
            return
        made = services.create_item(slug=said["slug"], **about, **text)
        obj.pk, obj.published_at = made.pk, made.published_at

    def delete_model(self, request: HttpRequest, obj: NewsItem) -> None:
        """Hand over to the service."""
        services.delete_item(obj)

    def row_context(self, request: HttpRequest, row: NewsItem) -> dict[str, Any]:
        """Add the texts that it had."""
        return super().row_context(request, row) | texts_of(row)

    def get_urls(self) -> list[URLPattern]:
        """Add the preview."""
        view = self.admin_site.admin_view(require_POST(self.preview))
        own = [path("<int:pk>/preview/", view, name="news_newsitem_preview")]
        return own + super().get_urls()

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it with what is in the form now. Stores nothing."""
        item = get_object_or_404(NewsItem.objects.select_related("category"), pk=pk)
        if not self.has_change_permission(request, item):
            raise PermissionDenied
        typed = {name: request.POST.get(name, "") for name in ("title", "description", "body")}
        response = show(request, item, Text(**typed), is_preview=True)
        response.headers["X-Robots-Tag"] = "noindex"
        return response


@admin.register(NewsRevision)
class NewsRevisionAdmin(RevisionAdmin[NewsRevision]):
    """The texts that announcements had, have and will have."""

    owner = "item"
    list_display = ("title", "state", "author", "created_at")
    list_select_related = ("author",)
    search_fields = ("item__slug", "title", "body")
    fields = ("item", "state", "author", "created_at", "publish_at", "title", "description", "body")
    step_right = RIGHT
    steps = revision_steps(
        publish=services.publish_text, cancel=services.cancel_plan, restore=services.restore_text
    )

    def compare(self, old: str, new: str) -> str:
        return differences(old, new)

    def show(self, request: HttpRequest, row: NewsRevision) -> HttpResponse:
        return show(request, row.item, row.text, is_preview=True)


@admin.register(NewsCategory)
class NewsCategoryAdmin(EditStampMixin[NewsCategory], admin.ModelAdmin[NewsCategory]):
    """What announcements are filed under."""

    form = NewsCategoryForm
    actions = None
    list_display = ("name", "slug")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A category with announcements stays."""
        if obj is not None and obj.items.exists():
            return False
        return super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: NewsCategory, form: Any, change: Any) -> None:
        """Hand over to the service."""
        services.save_category(obj)

    def delete_model(self, request: HttpRequest, obj: NewsCategory) -> None:
        """Hand over to the service."""
        services.delete_category(obj)
