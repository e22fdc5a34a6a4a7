"""The request desk: what waits, least time left first, and one page for each request."""

from typing import Any, cast

from django.contrib import admin
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from privacy.datamap.erasure import NothingToEraseError, plan_erasure
from privacy.rights.alarms import unseen_alarm
from privacy.rights.deadlines import days_left
from privacy.rights.intake import NotAllowedError
from privacy.rights.models import SubjectRequest, SubjectRequestQuerySet
from privacy.rights.request_steps import STEPS
from sens_site.lib.admin.steps import StepsAdmin
from sens_site.lib.admin.to_do import Task

FASTER = "Somebody else was faster. Nothing was changed."


class DeskFilter(admin.SimpleListFilter):
    """The tabs of the desk. Without a choice it shows what waits."""

    title = "desk"
    parameter_name = "desk"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        """Return all tabs but the first."""
        return [("held", "Held as suspected spam"), ("closed", "Closed"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        """Name the tab that is shown without a choice for what it is."""
        first, *others = super().choices(changelist)
        return [{**first, "display": "Waiting"}, *others]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SubjectRequest]
    ) -> QuerySet[SubjectRequest]:
        """Return the requests under the tab."""
        requests = cast("SubjectRequestQuerySet", queryset)
        match self.value():
            case "held":
                return requests.held()
            case "closed":
                return requests.exclude(closed_at=None)
            case "all":
                return requests
            case _:
                return requests.waiting()


@admin.register(SubjectRequest)
class SubjectRequestAdmin(StepsAdmin[SubjectRequest]):
    """Staff read and take steps. Requests come through their form and go by the data map."""

    steps = STEPS
    step_right = "rights.answer_subjectrequest"
    back_label = "Back to the request"
    not_offered = "This step is not possible now. Nothing was changed."
    refusals = {
        NotAllowedError: "{error} Nothing was changed.",
        IntegrityError: FASTER,
        NothingToEraseError: FASTER,
    }
    change_form_template = "admin/rights/subjectrequest/request.html"
    list_display = ("reference", "kind", "time_left", "alarm", "state_now", "received_at")
    list_filter = (DeskFilter, "kind")
    ordering = ("due_on", "received_at", "pk")
    search_fields = ("reference", "name", "email")
    fields = (
        "reference", "kind", "state_now", "time_left", "channel", "received_at", "due_on",
        "name", "email", "wants_contact", "text", "closed_at",
    )  # fmt: skip
    readonly_fields = fields

    def to_do(self) -> list[Task]:
        """Tell the front page what has a deadline."""
        requests = SubjectRequest.objects
        return [
            Task(
                requests.waiting().count(),
                "privacy request with a deadline",
                "privacy requests with a deadline",
            ),
            Task(
                requests.held().count(),
                "privacy request held as suspected spam",
                "privacy requests held as suspected spam",
                "?desk=held",
            ),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SubjectRequest]:
        """Read the events with the requests: state follows from them."""
        return super().get_queryset(request).prefetch_related("events", "events__note")

    @admin.display(description="time left", ordering="due_on")
    def time_left(self, row: SubjectRequest) -> str:
        """Say it in words: a mark that needs no colour."""
        if not row.is_open:
            return "closed"
        days = days_left(row.deadline, timezone.localdate())
        if days < 0:
            return f"▲ LATE by {-days} day{'s' if days < -1 else ''}"
        if days <= 3:
            return f"! {days} day{'' if days == 1 else 's'}"
        return f"{days} days"

    @admin.display(description="alarm")
    def alarm(self, row: SubjectRequest) -> str:
        """Name the alarm that nobody has seen yet."""
        return unseen_alarm(row) or "–"

    @admin.display(description="state")
    def state_now(self, row: SubjectRequest) -> str:
        """Say how it stands."""
        return row.state

    def more_shown_of(self, row: SubjectRequest) -> dict[str, Any]:
        """All that happens to a request is an event: an alarm, a proof, a vendor who is done."""
        return {"events": row.events.count()}

    def row_context(self, request: HttpRequest, row: SubjectRequest) -> dict[str, Any]:
        """Add what the map finds and what happened."""
        return super().row_context(request, row) | {
            "plan": plan_erasure(row.subject) if row.email else None,
            "proved": row.proof is not None,
            "events": row.events.all(),
            "vendor_tasks": row.vendor_tasks.all(),
        }
