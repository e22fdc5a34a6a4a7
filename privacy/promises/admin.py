"""What the checks saw, for staff: the broken ones first. Nobody writes here but the checks."""

import json

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from privacy.promises.claims import Claim, all_claims
from privacy.promises.history import states_in
from privacy.promises.models import PromiseResult, PromiseRun, State
from privacy.promises.staff_mail import BLIND_DAYS, blind_days
from sens_site.lib.admin.read_only import ReadOnlyAdmin
from sens_site.lib.admin.to_do import Task

BROKEN = "?state__exact=broken"
BLIND = "?state__exact=not+carried+out"
UNKNOWN = "No claim has this id any more."


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
