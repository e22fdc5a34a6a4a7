"""What the checks saw, for staff: the broken ones first. Nobody writes here but the checks."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from privacy.promises.claims import Claim, all_claims
from privacy.promises.models import PromiseResult, State
from sens_site.lib.admin.read_only import ReadOnlyAdmin
from sens_site.lib.admin.to_do import Task

BROKEN = "?state__exact=broken"
UNKNOWN = "No claim has this id any more."


@admin.register(PromiseResult)
class PromiseResultAdmin(ReadOnlyAdmin[PromiseResult]):
    """The newest result of each check."""

    list_display = ("claim", "state", "look", "words", "owner", "broken_since", "checked_at")
    list_filter = ("state", "look", "strength")
    search_fields = ("claim_id", "words")
    ordering = ("state", "claim_id")
    fields = (
        "claim_id", "said", "state", "look", "strength", "words", "figures", "owner",
        "broken_since", "checked_at", "check_name",
    )  # fmt: skip
    readonly_fields = ("said", "owner")

    def to_do(self) -> list[Task]:
        """Tell the front page which promises are not kept."""
        broken = PromiseResult.objects.filter(state=State.BROKEN).count()
        return [Task(broken, "promise that is not kept", "promises that are not kept", BROKEN)]

    @admin.display(description="claim", ordering="claim_id")
    def claim(self, result: PromiseResult) -> str:
        """The claim's id. It leads to the result."""
        return result.claim_id

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
