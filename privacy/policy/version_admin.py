"""Sealed versions at the desk: where each stands, what became of its notices, and withdrawing."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe  # noqa: TID251 - for HTML that `render` made

from privacy.policy import services
from privacy.policy.choices import State
from privacy.policy.models import PolicyEvent, PolicyVersion
from privacy.policy.notices import figures_of, notices_written
from privacy.policy.rendering import without_marks
from sens_site.lib.admin.read_only import ReadOnlyAdmin, ReadOnlyMixin
from sens_site.lib.http.types import signed_in_user

STANDINGS = {
    State.SEALED: ("<em>{}</em>", "Scheduled: posted on {version.posted_on:%Y-%m-%d}"),
    State.POSTED: ("<em>{}</em>", "Posted, takes effect on {version.effective_on:%Y-%m-%d}"),
    State.IN_FORCE: ("<strong>{}</strong>", "In force"),
    State.SUPERSEDED: ("{}", "Superseded"),
}


class PolicyEventInline(ReadOnlyMixin, admin.TabularInline[PolicyEvent, PolicyVersion]):
    """What happened to a version."""

    model = PolicyEvent
    fields = ("at", "kind", "note", "actor")
    readonly_fields = fields
    extra = 0


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin[PolicyVersion]):
    """Sealed versions."""

    list_display = ("__str__", "standing", "short_kind", "posted_on", "effective_on", "short_hash")
    list_filter = ("policy", "kind")
    list_select_related = ("policy",)
    inlines = (PolicyEventInline,)
    change_form_template = "admin/policy/policyversion/change_form.html"
    search_fields = ("summary", "reason", "source_text")
    fields = (
        "policy", "number", "standing", "kind", "reason", "summary", "posted_at", "effective_on",
        "imported", "origin", "hash", "previous_hash", "renderer", "address", "notices", "shown",
    )  # fmt: skip
    readonly_fields = ("standing", "address", "notices", "shown")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[PolicyVersion]:
        """Lists do without the texts, and say of each version where it stands."""
        same = PolicyVersion.objects.not_withdrawn().filter(
            policy=models.OuterRef("policy"),
            posted_at__lte=timezone.now(),
            effective_on__lte=timezone.localdate(),
        )
        withdrawn = PolicyEvent.objects.filter(
            version=models.OuterRef("pk"), kind=PolicyEvent.Kind.WITHDRAWN
        )
        rows: models.QuerySet[PolicyVersion] = super().get_queryset(request)
        return rows.defer("source_text", "claims_json").annotate(
            now_in_force=models.Subquery(same.order_by("-number").values("number")[:1]),
            was_withdrawn=models.Exists(withdrawn),
        )

    @admin.display(description="Standing", ordering="effective_on")
    def standing(self, version: PolicyVersion) -> str:
        """Where it stands, told by words and by their form."""
        if version.was_withdrawn:  # type: ignore[attr-defined]  # `get_queryset` adds both
            return format_html("<s>{}</s>", "Withdrawn")
        state = version.state(in_force=version.now_in_force)  # type: ignore[attr-defined]  # see above
        form, words = STANDINGS[state]
        return format_html(form, words.format(version=version))

    @admin.display(description="Kind", ordering="kind")
    def short_kind(self, version: PolicyVersion) -> str:
        """Its first word: the rest explains it."""
        return version.get_kind_display().partition(":")[0]

    @admin.display(description="Hash")
    def short_hash(self, version: PolicyVersion) -> str:
        """The beginning: the whole stands on the version's page."""
        return version.hash[:12]

    @admin.display(description="Address")
    def address(self, version: PolicyVersion) -> str:
        """Link to the version's page."""
        return format_html('<a href="{}">{}</a>', version.get_absolute_url(), version)

    @admin.display(description="Notices")
    def notices(self, version: PolicyVersion) -> str:
        """Say how many were written, and what became of them."""
        if version.imported:
            return "none: it was imported as history"
        done = version.events.filter(kind=PolicyEvent.Kind.ANNOUNCED).first()
        so_far = f"{notices_written(version)} notices written so far; the worker goes on from there"
        written = f"{done.note} written" if done is not None else so_far
        return f"{written}. {figures_of(version).words}"

    @admin.display(description="Text")
    def shown(self, version: PolicyVersion) -> str:
        """The text as readers see it."""
        return mark_safe(without_marks(version.rendered_html))

    def get_urls(self) -> list[URLPattern]:
        """Add the page to withdraw a version."""
        view = self.admin_site.admin_view(self.withdraw_view)
        own = [path("<int:pk>/withdraw/", view, name="policy_policyversion_withdraw")]
        return own + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Offer to withdraw what nobody has read yet."""
        extra = {"withdrawable": self._withdrawable(object_id)} | (extra_context or {})
        return super().change_view(request, object_id, form_url, extra)

    def _withdrawable(self, pk: str) -> bool:
        if not pk.isdecimal():
            return False
        unposted = PolicyVersion.objects.filter(pk=pk, posted_at__gt=timezone.now())
        return unposted.not_withdrawn().exists()

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for a reason, and withdraw on POST."""
        version = get_object_or_404(PolicyVersion, pk=pk)
        if not request.user.has_perm("policy.seal_policydraft"):
            raise PermissionDenied
        if request.method == "POST":
            try:
                services.withdraw_version(
                    version,
                    by=signed_in_user(request),
                    reason=request.POST.get("reason", ""),
                )
            except services.SealingRefused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                self.message_user(request, f"{version} is withdrawn. Nobody has read it.")
            return HttpResponseRedirect(
                reverse("admin:policy_policyversion_change", args=[version.pk])
            )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Withdraw {version}",
            "version": version,
        }
        return TemplateResponse(request, "admin/policy/policyversion/withdraw.html", context)
