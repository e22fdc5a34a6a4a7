"""Staff look at the texts that a page had, compare them and bring them back."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from pages import services
from pages.forms import PublishForm
from pages.models import Page, PageRevision
from pages.navigation import Node
from pages.page_texts import Text
from pages.tree import live_tree
from pages.views import show
from privacy.policy.redline import compare
from privacy.policy.redline_rendering import to_html
from sens_site.lib.admin.steps import Step, StepsAdmin

RIGHT = "pages.change_page"


def preview(request: HttpRequest, page: Page, text: Text) -> HttpResponse:
    """Draw the page with a text that visitors do not see."""
    trail = live_tree().trails.get(page.path)
    node = trail[-1] if trail else Node(page.path, page.menu_label)
    response = show(request, node, instead=text)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def source_of(text: Text | None) -> str:
    """Write a text as its file would be, for a comparison of all of it."""
    return f"# {text.title}\n\n{text.description}\n\n{text.body}" if text else ""


@admin.register(PageRevision)
class PageRevisionAdmin(StepsAdmin[PageRevision]):
    """The texts that pages had, have and will have: compared, and brought back."""

    change_form_template = "admin/pages/pagerevision/change_form.html"
    list_display = ("page", "title", "state", "author", "created_at")
    list_select_related = ("page", "author")
    search_fields = ("page__path", "title", "body")
    fields = ("page", "state", "author", "created_at", "publish_at", "title", "description", "body")
    step_right = RIGHT
    back_label = "Back to the text"
    not_offered = "This can no longer be done with the text as it is now."
    refusals = {services.PageError: "{error}"}
    steps = (
        Step(
            slug="publish",
            label="Publish",
            question="From when shall visitors read this text?",
            done="Published, or planned for the time that was given.",
            run=lambda text, by, data: services.publish_text(text, **data),
            offered=lambda text: text.is_draft or text.is_planned,
            form=PublishForm,
        ),
        Step(
            slug="cancel",
            label="Cancel the plan",
            question="This text is then a draft again, and nothing is shown by itself.",
            done="The plan is cancelled.",
            run=lambda text, by, data: services.cancel_plan(text),
            offered=lambda text: text.is_planned,
        ),
        Step(
            slug="restore",
            label="Restore as a draft",
            question="This text becomes the draft of the page. What visitors read stays as it is.",
            done="Stands as the draft of the page.",
            run=lambda text, by, data: services.restore_text(text, by=by),
            offered=lambda text: True,
        ),
    )

    @admin.display(description="state")
    def state(self, text: PageRevision) -> str:
        """Say whether visitors have read it."""
        if text.is_draft:
            return "draft"
        return "planned" if text.is_planned else "published"

    def row_context(self, request: HttpRequest, row: PageRevision) -> dict[str, Any]:
        """Add what is different: from the text before, and from what visitors read."""
        before = row.page.revisions.filter(pk__lt=row.pk).first()
        earlier = before.text if before else row.page.text
        comparisons = []
        for heading, other in (
            ("What changed from the text before", earlier),
            ("What is different from the text that visitors read now", row.page.text),
        ):
            redline = compare(source_of(other), source_of(row.text))
            comparisons.append((heading, "" if redline.is_empty else to_html(redline)[0]))
        return super().row_context(request, row) | {"comparisons": comparisons}

    def get_urls(self) -> list[URLPattern]:
        """Add the preview."""
        view = self.admin_site.admin_view(require_safe(self.preview))
        own = [path("<int:pk>/preview/", view, name="pages_pagerevision_preview")]
        return own + super().get_urls()

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the page with this text, to staff alone."""
        row = get_object_or_404(PageRevision.objects.select_related("page"), pk=pk)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return preview(request, row.page, row.text)
