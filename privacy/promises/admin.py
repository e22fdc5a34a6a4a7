"""What the checks saw, for staff, the broken ones first; and which statements people read again."""

import json
from datetime import date
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from privacy.policy.models import PRIVACY, PolicyVersion
from privacy.policy.obstacles import is_reason
from privacy.policy.rendering import promise_ids
from privacy.promises.claims import Claim, all_claims
from privacy.promises.history import states_in
from privacy.promises.models import ClaimReview, PromiseResult, PromiseRun, State
from privacy.promises.services import record_review
from privacy.promises.staff_mail import BLIND_DAYS, blind_days
from sens_site.lib.admin.read_only import ReadOnlyAdmin
from sens_site.lib.admin.to_do import Task
from sens_site.lib.forms.fields import day_box

BROKEN = "?state__exact=broken"
BLIND = "?state__exact=not+carried+out"
UNKNOWN = "No claim has this id any more."


def _words(claim_id: str) -> str:
    claim = all_claims().get(claim_id)
    return claim.claim if claim else claim_id


@admin.register(PromiseResult)
class PromiseResultAdmin(ReadOnlyAdmin[PromiseResult]):
    """The newest result of each check."""

    list_display = (
        "claim", "state", "look", "strength", "words", "owner", "broken_since", "checked_at",
    )  # fmt: skip
    list_filter = ("state", "look", "strength")
    search_fields = ("claim_id", "words")
    ordering = ("state", "claim_id")
    fields = (
        "claim_id", "said", "state", "look", "strength", "words", "figures", "owner",
        "broken_since", "blind_since", "checked_at", "check_name",
    )  # fmt: skip
    readonly_fields = ("said", "owner")

    def to_do(self) -> list[Task]:
        """Tell the front page what is not kept, and what nobody has been able to look at."""
        broken = PromiseResult.objects.filter(state=State.BROKEN).values("claim_id").distinct()
        blind = [
            one
            for one in PromiseResult.objects.filter(state=State.NOT_CARRIED_OUT)
            if blind_days(one) >= BLIND_DAYS
        ]
        return [
            Task(broken.count(), "promise that is not kept", "promises that are not kept", BROKEN),
            Task(
                len(blind),
                "check that cannot look, three days in a row",
                "checks that cannot look, three days in a row",
                BLIND,
            ),
        ]

    @admin.display(description="claim", ordering="claim_id")
    def claim(self, result: PromiseResult) -> str:
        """What the policy says, in a few words. It leads to the result."""
        return _words(result.claim_id)

    @admin.display(description="the policy says")
    def said(self, result: PromiseResult) -> str:
        """The claim, with the way to its page."""
        claim = self._claim(result)
        if claim is None:
            return UNKNOWN
        address = reverse("promises:promise", args=[claim.number])
        return format_html('<a href="{}">{}</a>', address, claim.claim)

    @admin.display(description="owner")
    def owner(self, result: PromiseResult) -> str:
        """Who answers for the claim."""
        claim = self._claim(result)
        return claim.owner if claim else UNKNOWN

    def _claim(self, result: PromiseResult) -> Claim | None:
        return all_claims().get(result.claim_id)


class ReviewForm(forms.ModelForm[ClaimReview]):
    """Which statement was read again, and what came of it."""

    claim_id = forms.ChoiceField(label="Claim")

    class Meta:
        model = ClaimReview
        fields = ("claim_id", "next_on", "note")
        widgets: ClassVar[dict[str, forms.Widget]] = {"next_on": day_box()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ChoiceField", self.fields["claim_id"])
        field.choices = [(one.id, f"{one.number}: {one.claim}") for one in reviewed_claims()]

    def clean_next_on(self) -> date:
        """A review that is over is none."""
        next_on: date = self.cleaned_data["next_on"]
        if next_on <= timezone.localdate():
            raise ValidationError("Choose a day to come.")
        return next_on

    def clean_note(self) -> str:
        """“ok” tells nobody what was looked at."""
        note: str = self.cleaned_data["note"]
        if not is_reason(note):
            raise ValidationError("Say in a few words what was looked at.")
        return note


def reviewed_claims() -> list[Claim]:
    """Return the claims of the policy in force that somebody reads again, the next one first."""
    version = PolicyVersion.objects.in_force(PRIVACY)
    claims = all_claims()
    said = promise_ids(version.source_text) if version else []
    found = [claims[one] for one in said if one in claims and claims[one].review_on]
    return sorted(found, key=lambda one: (one.review_on or date.max, one.number))


@admin.register(ClaimReview)
class ClaimReviewAdmin(ReadOnlyAdmin[ClaimReview]):
    """Reviews that were done, and on a page of its own those that are to come."""

    form = ReviewForm
    list_display = ("claim", "at", "next_on", "note")
    change_list_template = "admin/promises/claimreview/change_list.html"

    def to_do(self) -> list[Task]:
        """Tell the front page how many statements wait to be read again."""
        today = timezone.localdate()
        due = [one for one in reviewed_claims() if one.review_on and one.review_on <= today]
        return [Task(len(due), "statement to read again", "statements to read again", "due/")]

    @admin.display(description="claim", ordering="claim_id")
    def claim(self, review: ClaimReview) -> str:
        """What was read again."""
        return _words(review.claim_id)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.due_view)
        return [path("due/", view, name="promises_claimreview_due"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("promises.add_claimreview")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"claim_id": request.GET.get("claim", "")}

    def save_model(self, request: HttpRequest, obj: ClaimReview, form: Any, change: bool) -> None:
        stored = record_review(obj.claim_id, next_on=obj.next_on, note=obj.note)
        obj.pk = stored.pk

    def due_view(self, request: HttpRequest) -> HttpResponse:
        """List what is read again, with the days."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Statements to read again",
            "opts": self.opts,
            "claims": reviewed_claims(),
            "today": timezone.localdate(),
            "may_add": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/promises/claimreview/due.html", context)


@admin.register(PromiseRun)
class PromiseRunAdmin(ReadOnlyAdmin[PromiseRun]):
    """The history: what each run came to."""

    list_display = ("number", "at", "kept", "broken", "not_carried_out", "hash")
    ordering = ("-number",)
    fields = ("number", "at", "record", "previous_hash", "hash")

    @admin.display(description="looks that saw it kept")
    def kept(self, run: PromiseRun) -> int:
        """How many."""
        return self._count(run, State.KEPT)

    @admin.display(description="not kept")
    def broken(self, run: PromiseRun) -> int:
        """How many."""
        return self._count(run, State.BROKEN)

    @admin.display(description="not carried out")
    def not_carried_out(self, run: PromiseRun) -> int:
        """How many."""
        return self._count(run, State.NOT_CARRIED_OUT)

    def _count(self, run: PromiseRun, state: State) -> int:
        return sum(one == state for _, _, one in states_in(json.loads(run.record)))
