"""Staff look at the texts that a page had, compare them and bring them back."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from pages import services
from pages.models import Page, PageRevision
from pages.navigation import Node
from pages.tree import live_tree
from pages.views import show
from privacy.policy.redline_rendering import differences
from sens_site.lib import revisions
from sens_site.lib.admin.revisions import RevisionAdmin, revision_steps
from sens_site.lib.texts import Text

RIGHT = "pages.change_page"


def preview(request: HttpRequest, page: Page, text: Text) -> HttpResponse:
    """Draw the page with a text that visitors do not see."""
    trail = live_tree().trails.get(page.path)
    node = trail[-1] if trail else Node(page.path, page.menu_label)
    response = show(request, node, instead=text)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@admin.register(PageRevision)
class PageRevisionAdmin(RevisionAdmin[PageRevision]):
    """The texts that pages had, have and will have."""

    owner = "page"
    list_display = ("page", "title", "state", "author", "created_at")
    list_select_related = ("page", "author")
    search_fields = ("page__path", "title", "body")
    fields = ("page", "state", "author", "created_at", "publish_at", "title", "description", "body")
    step_right = RIGHT
    steps = revision_steps(
        publish=revisions.publish, cancel=revisions.cancel_plan, restore=services.restore_text
    )

    def compare(self, old: str, new: str) -> str:
        return differences(old, new)

    def show(self, request: HttpRequest, row: PageRevision) -> HttpResponse:
        return preview(request, row.page, row.text)
