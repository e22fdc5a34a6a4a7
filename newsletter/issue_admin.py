"""Staff write issues, look at their mail, and send them."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from newsletter import issue_services as services
from newsletter.composing import letter_of, sender
from newsletter.issue_forms import IssueForm
from newsletter.issue_steps import STEPS, figures
from newsletter.models import Issue
from sens_site.lib.admin.edit_stamp import EditStampMixin
from sens_site.lib.admin.steps import StepsMixin
from sens_site.lib.admin.to_do import Task
from sens_site.lib.mail_html import LOOK


@admin.register(Issue)
class IssueAdmin(EditStampMixin[Issue], StepsMixin[Issue]):
    """Drafts are edited; what is planned or sent is looked at."""

    change_form_template = "admin/newsletter/issue/change_form.html"
    form = IssueForm
    actions = None
    view_on_site = False
    list_display = ("title", "state", "scheduled_at", "started_at", "how_far")
    list_filter = ("state",)
    search_fields = ("title", "body")
    ordering = ("-pk",)
    fields = ("title", "slug", "summary", "body", "topics", "checklist")
    steps = STEPS
    step_right = "newsletter.change_issue"
    back_label = "Back to the issue"
    not_offered = "This can no longer be done with the issue as it is now."
    refusals = {services.IssueError: "{error}"}

    def to_do(self) -> list[Task]:
        """Tell the front page of issues that did not go out as planned."""
        refused = Issue.objects.exclude(refused_because="").count()
        return [Task(refused, "issue that is held back", "issues that are held back")]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None or self.has_change_permission(request, obj):
            return ()
        return ("link", "how_far", *self.fields)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None or self.has_change_permission(request, obj):
            return tuple(self.fields)
        return ("link", "how_far", *self.fields)

    def has_change_permission(self, request: HttpRequest, obj: Issue | None = None) -> bool:
        """What is planned was looked at as it is, and what was sent was read."""
        return super().has_change_permission(request, obj) and (
            obj is None or obj.state == Issue.State.DRAFT
        )

    def has_delete_permission(self, request: HttpRequest, obj: Issue | None = None) -> bool:
        """Past issues stay readable."""
        return super().has_delete_permission(request, obj) and (
            obj is None or obj.state == Issue.State.DRAFT
        )

    @admin.display(description="in the archive")
    def link(self, issue: Issue) -> SafeString | str:
        """Link to the issue as everybody reads it, once its sending has begun."""
        if not issue.is_begun:
            return "not yet"
        return format_html('<a href="{0}">{0}</a>', issue.get_absolute_url())

    @admin.display(description="mails")
    def how_far(self, issue: Issue) -> str:
        """Say how many mails were written and sent. Nobody knows who opened one."""
        return figures(issue) if issue.is_begun else ""

    def save_model(self, request: HttpRequest, obj: Issue, form: Any, change: Any) -> None:
        """Hand over to the service."""
        services.save_draft(obj)

    def delete_model(self, request: HttpRequest, obj: Issue) -> None:
        """Hand over to the service."""
        services.delete_draft(obj)

    def get_urls(self) -> list[URLPattern]:
        """Add the mail as text and as HTML."""
        view = self.admin_site.admin_view
        own = [
            path(
                "<int:pk>/preview/",
                view(require_safe(self.preview)),
                name="newsletter_issue_preview",
            ),
            path("<int:pk>/html/", view(require_safe(self.html)), name="newsletter_issue_html"),
        ]
        return own + super().get_urls()

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the mail's head and text, and what the check says of it."""
        issue = self._seen(request, pk)
        letter = letter_of(issue)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Mail of: {issue.title}",
            "opts": self.opts,
            "issue": issue,
            "sender": sender(),
            "text": letter.text,
            "obstacles": list(services.obstacles(issue)),
        }
        return TemplateResponse(request, "admin/newsletter/issue/preview.html", context)

    def html(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the HTML by itself, with the style sheet whose rules the mail carries."""
        look = format_html('<link rel="stylesheet" href="{}"></head>', static(LOOK))
        page = letter_of(self._seen(request, pk)).page
        return HttpResponse(page.replace("</head>", look, 1))

    def _seen(self, request: HttpRequest, pk: int) -> Issue:
        issue = get_object_or_404(Issue, pk=pk)
        if not self.has_view_permission(request, issue):
            raise PermissionDenied
        return issue
