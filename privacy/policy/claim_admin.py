"""The claims that were made on this site, at the desk."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from privacy.policy.choices import ClaimClass
from privacy.policy.marking import CLAIM_FIELDS, mark_sentences, save_claim
from privacy.policy.models import BODIES, PolicyClaim, PolicyDraft
from privacy.policy.sentences import sentences_of
from sens_site.lib.admin.edit_stamp import EditStampMixin
from sens_site.lib.forms.fields import day_box
from sens_site.lib.http.types import signed_in_user


class ClaimForm(forms.ModelForm[PolicyClaim]):
    """What a sentence claims, in the words of the one who marks it."""

    class Meta:
        model = PolicyClaim
        fields = CLAIM_FIELDS
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "claim": forms.Textarea(attrs={"rows": 3, "cols": 100}),
            "practice": forms.Textarea(attrs={"rows": 3, "cols": 100}),
            "review_on": day_box(),
        }
        help_texts: ClassVar[dict[str, str]] = {
            "kind": "Software can show that a page sets no cookie. It can support that a request is "
            "answered in time. That the company has so many employees it can only be told.",
            "claim": "In one sentence, as readers see it on the page of this promise.",
            "practice": "What you do so that it is so.",
            "owner": "An office, such as Company counsel. Readers see it, so name no person.",
            "review_on": "The day on which that office reads it again.",
        }

    def clean(self) -> dict[str, Any]:
        """Ask for a day of review where no software looks."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind = cleaned.get("kind", self.instance.kind)
        if kind == ClaimClass.STATED and not self.errors and not cleaned.get("review_on"):
            self.add_error("review_on", "Software does not look after it: say when somebody does.")
        return cleaned


@admin.register(PolicyClaim)
class PolicyClaimAdmin(EditStampMixin[PolicyClaim], admin.ModelAdmin[PolicyClaim]):
    """Claims that were made here. Once a version has sealed one, its words stay."""

    form = ClaimForm
    list_display = ("number", "claim", "kind", "owner", "review_on", "sealed_in")
    list_display_links = ("number", "claim")
    list_filter = ("kind",)
    list_select_related = ("sealed_in__policy",)
    search_fields = ("claim", "owner")
    actions = None

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[PolicyClaim]:
        """Lists do without the texts of the versions."""
        bodies = [f"sealed_in__{one}" for one in BODIES]
        return super().get_queryset(request).select_related("sealed_in__policy").defer(*bodies)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What is sealed of it is only read."""
        return CLAIM_FIELDS[:3] if obj and obj.sealed_in_id else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is sealed stays."""
        return super().has_delete_permission(request, obj) and not (obj and obj.sealed_in_id)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the sentence for which it is made."""
        draft, key = self._for(request)
        sentences = sentences_of(draft.source_text) if draft else []
        return {"claim": next((one.words for one in sentences if one.key == key), "")}

    def save_model(
        self, request: HttpRequest, obj: PolicyClaim, form: forms.ModelForm[Any], change: bool
    ) -> None:
        """Hand over to the service, and mark the sentence for which it was made."""
        save_claim(obj)
        draft, key = (None, "") if change else self._for(request)
        if draft is not None:
            mark_sentences(draft, {key: [obj.claim_id]}, by=signed_in_user(request))

    def response_add(self, request: HttpRequest, obj: PolicyClaim, *args: Any) -> HttpResponse:
        """Go back to the sentences."""
        draft, key = self._for(request)
        if draft is None:
            return super().response_add(request, obj, *args)
        self.message_user(request, f"The sentence is marked with claim {obj.number}.")
        return HttpResponseRedirect(
            f"{reverse('admin:policy_policydraft_mark', args=[draft.pk])}#{key}"
        )

    def _for(self, request: HttpRequest) -> tuple[PolicyDraft | None, str]:
        """Return the draft and the sentence from whose page somebody came."""
        wanted = request.GET.get("draft", "")
        pk = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0
        draft = PolicyDraft.objects.filter(pk=pk, sealed_as=None).first()
        may = draft is not None and request.user.has_perm("policy.change_policydraft")
        return (draft if may else None), request.GET.get("sentence", "")
