"""The desk on which policies are written: drafts, their preview, sealing, withdrawing.

Thin doors over the services. What is sealed can be read here and nothing more: every path that
could change it is refused before the database would refuse it.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import mark_safe  # noqa: TID251 - for HTML that `render` made

import privacy.policy.claim_admin
import privacy.policy.version_admin  # noqa: F401 - both register on import
from privacy.policy import services
from privacy.policy.import_admin import ImportMixin
from privacy.policy.marking_admin import MarkingMixin
from privacy.policy.models import (
    PRIVACY,
    Policy,
    PolicyDraft,
    PolicyVersion,
)
from privacy.policy.obstacles import (
    Obstacle,
    four_eyes,
    grouped,
    known_gaps,
    own_obstacles,
    registered_obstacles,
)
from privacy.policy.people import names_of
from privacy.policy.redline import compare
from privacy.policy.redline_rendering import to_html
from privacy.policy.rendering import render
from sens_site.lib.admin.edit_stamp import EditStampMixin
from sens_site.lib.admin.to_do import Task
from sens_site.lib.forms.fields import day_box
from sens_site.lib.http.types import signed_in_user

NOBODY_WRITTEN_TO = (
    "The draft waits for a second person. Nobody was written to: they have been already, or nobody "
    "else may seal. Who gives the roles can give somebody the one of a privacy officer."
)


class DraftForm(forms.ModelForm[PolicyDraft]):
    """The text and what is said about it."""

    class Meta:
        model = PolicyDraft
        fields = ("policy", "kind", "reason", "summary", "source_text", "post_on", "effective_on")
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "reason": forms.Textarea(attrs={"rows": 2, "cols": 100}),
            "summary": forms.Textarea(attrs={"rows": 6, "cols": 100}),
            "source_text": forms.Textarea(attrs={"rows": 40, "cols": 100, "spellcheck": "true"}),
            "post_on": day_box(),
            "effective_on": day_box(),
        }
        help_texts: ClassVar[dict[str, str]] = {
            "reason": "Why it is of this kind. Readers see it in the history.",
            "summary": "What changes, in plain words. Readers see it in the history.",
            "source_text": "Markdown. Begin sections with ## and sub-sections with ###. "
            "HTML and pictures are not shown.",
            "post_on": "Leave empty to post it when it is sealed.",
            "effective_on": "A material change takes effect 30 days after posting, or later.",
        }

    @cached_property
    def changed_data(self) -> list[str]:
        """Browsers end lines in another way than what is stored: that is no change."""
        stored = {name: self.initial.get(name) for name in self.fields}
        return [
            name
            for name in super().changed_data
            if _one_line_end(self.data.get(name)) != _one_line_end(stored[name])
        ]


def _one_line_end(value: Any) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


@admin.register(PolicyDraft)
class PolicyDraftAdmin(
    MarkingMixin, EditStampMixin[PolicyDraft], ImportMixin, admin.ModelAdmin[PolicyDraft]
):
    """Drafts, until they are sealed."""

    form = DraftForm
    search_fields = ("source_text", "summary", "reason")
    list_display = (
        "__str__", "short_kind", "state", "author", "reviewer", "effective_on", "changed_at",
    )  # fmt: skip
    list_filter = ("policy", "kind")
    list_select_related = ("policy", "author", "reviewer", "sealed_as")
    change_form_template = "admin/policy/policydraft/change_form.html"
    actions = None

    def to_do(self) -> list[Task]:
        """Tell the front page which drafts wait for a second person, and which are unfinished."""
        drafts = PolicyDraft.objects.filter(sealed_as=None)
        waiting = drafts.exclude(review_asked_at=None).count()
        return [
            Task(waiting, "policy draft to review and seal", "policy drafts to review and seal"),
            Task(drafts.count() - waiting, "policy draft to finish", "policy drafts to finish"),
            Task(
                len(services.lacking_in_terms()),
                "line of the terms is filled in, and their newest version lacks it",
                "lines of the terms are filled in, and their newest version lacks them",
            ),
        ]

    @admin.display(description="Kind", ordering="kind")
    def short_kind(self, draft: PolicyDraft) -> str:
        """Its first word: the rest explains it."""
        return draft.get_kind_display().partition(":")[0]

    def get_urls(self) -> list[URLPattern]:
        """Add the pages to preview and to seal."""
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/preview/", view(self.preview_view), name="policy_policydraft_preview"),
            path("<int:pk>/seal/", view(self.seal_view), name="policy_policydraft_seal"),
            path("<int:pk>/mark/", view(self.mark_view), name="policy_policydraft_mark"),
        ]
        return own + super().get_urls()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the newest text, so that only what changes has to be written."""
        policies = Policy.objects.all()
        wanted = request.GET.get("policy", "")
        policy = policies.filter(pk=wanted).first() if wanted.isdecimal() else None
        policy = policy or policies.filter(slug=PRIVACY).first()
        if policy is None:
            return {}
        newest = PolicyVersion.objects.of(policy.slug).first()
        return {"policy": policy, "source_text": newest.source_text if newest else ""}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A draft stays with its policy."""
        return ("policy",) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is sealed is only read."""
        return super().has_change_permission(request, obj) and not (obj and obj.is_sealed)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is sealed stays."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_sealed)

    def save_model(
        self, request: HttpRequest, obj: PolicyDraft, form: forms.ModelForm[Any], change: bool
    ) -> None:
        """Hand over to the service, with whoever is signed in as the author."""
        values = {name: form.cleaned_data[name] for name in services.DRAFT_FIELDS}
        services.update_draft(obj, by=signed_in_user(request), **values)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Note nothing where nothing was changed."""
        return super().log_change(request, obj, message) if message else None

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Say beside the form who has worked on the draft."""
        draft: PolicyDraft | None = kwargs.get("obj")
        context["authors"] = names_of(draft.authors) if draft else []
        return super().render_change_form(request, context, *args, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Tell whoever saves a draft that was sealed a moment before."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except services.SealingRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.path)

    def response_add(self, request: HttpRequest, obj: PolicyDraft, *args: Any) -> HttpResponse:
        """Go where the button says."""
        return self._next_page(request, obj) or super().response_add(request, obj, *args)

    def response_change(self, request: HttpRequest, obj: PolicyDraft) -> HttpResponse:
        """Go where the button says."""
        return self._next_page(request, obj) or super().response_change(request, obj)

    def _next_page(self, request: HttpRequest, obj: PolicyDraft) -> HttpResponse | None:
        if "_preview" in request.POST:
            return HttpResponseRedirect(_draft_page("preview", obj))
        if "_review" in request.POST:
            people = services.ask_for_review(obj)
            if people:
                # No address: the message waits in the session.
                self.message_user(
                    request, f"The draft now waits for a second person. Written to: {len(people)}"
                )
            else:
                self.message_user(request, NOBODY_WRITTEN_TO, messages.WARNING)
            return HttpResponseRedirect(reverse("admin:policy_policydraft_changelist"))
        return None

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the draft as readers would see it."""
        draft = self._viewable(request, pk)
        rendered = render(draft.source_text)
        before = PolicyVersion.objects.in_force(draft.policy.slug)
        redline = compare(before.source_text, draft.source_text) if before else None
        context = self._context(request, draft, f"Preview: {draft}") | {
            "text": mark_safe(rendered.html),
            "toc": rendered.toc,
            "before": before,
            "redline": to_html(redline)[0] if redline else "",
            "unchanged": redline.is_empty if redline else False,
        }
        return TemplateResponse(request, "admin/policy/policydraft/preview.html", context)

    def seal_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say exactly what sealing does, and do it on POST."""
        draft = self._viewable(request, pk)
        if not request.user.has_perm("policy.seal_policydraft"):
            raise PermissionDenied
        found: Sequence[Obstacle] = ()
        shown = request.POST.get("shown", "")
        as_shown = draft.is_sealed or shown == draft.changed_at.isoformat()
        may_override = request.user.has_perm("policy.override_policydraft")
        reason = request.POST.get("override_reason", "") if may_override else ""
        if request.method == "POST" and as_shown:
            try:
                version = services.seal_and_publish(
                    draft,
                    by=signed_in_user(request),
                    override_reason=reason,
                )
            except services.SealingRefused as refusal:
                found = refusal.obstacles
            else:
                self.message_user(request, f"{version} is sealed and can never be changed.")
                return HttpResponseRedirect(
                    reverse("admin:policy_policyversion_change", args=[version.pk])
                )
        context = self._context(request, draft, f"Seal and publish: {draft}", found=found)
        context |= {"reason": reason, "changed": request.method == "POST" and not as_shown}
        status = 409 if context["changed"] else 422 if found else 200
        template = "admin/policy/policydraft/seal.html"
        return TemplateResponse(request, template, context, status=status)

    def _viewable(self, request: HttpRequest, pk: int) -> PolicyDraft:
        draft = get_object_or_404(PolicyDraft.objects.select_related("policy", "sealed_as"), pk=pk)
        if not self.has_view_permission(request, draft):
            raise PermissionDenied
        return draft

    def _context(
        self,
        request: HttpRequest,
        draft: PolicyDraft,
        title: str,
        *,
        found: Sequence[Obstacle] = (),
    ) -> dict[str, Any]:
        posted_at = services.planned_posting(draft)
        newest = PolicyVersion.objects.of(draft.policy.slug).defer_bodies().first()
        obstacles = [*found]
        if not obstacles and not draft.is_sealed:
            obstacles = own_obstacles(
                draft,
                by=signed_in_user(request),
                posted_on=timezone.localdate(posted_at),
            ) + registered_obstacles(draft)
        known = known_gaps(draft)
        new = [one for one in obstacles if not known.hold(one)]
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "draft": draft,
            "obstacles": new,
            "groups": grouped(new),
            "known": known,
            "known_groups": grouped(one for one in obstacles if known.hold(one)),
            "final": [o for o in new if not o.overridable],
            "number": newest.number + 1 if newest else 1,
            "in_force": PolicyVersion.objects.in_force_number(draft.policy.slug),
            "posted_at": posted_at,
            "posts_now": posted_at <= timezone.now(),
            "four_eyes": four_eyes(),
        }


def _draft_page(name: str, draft: PolicyDraft) -> str:
    return reverse(f"admin:policy_policydraft_{name}", args=[draft.pk])
