"""The request desk: what waits, least time left first, and one page for each request."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone

from privacy.datamap.erasure import plan_erasure
from privacy.rights import request_steps
from privacy.rights.alarms import unseen_alarm
from privacy.rights.deadlines import days_left
from privacy.rights.models import SubjectRequest, SubjectRequestQuerySet
from sens_site.lib.admin.to_do import Task


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
class SubjectRequestAdmin(admin.ModelAdmin[SubjectRequest]):
    """Staff read and take steps; nobody edits a request, and nothing is done to many at once."""

    change_form_template = "admin/rights/subjectrequest/request.html"
    list_display = ("reference", "kind", "time_left", "alarm", "state_now", "received_at")
    list_filter = (DeskFilter, "kind")
    ordering = ("due_on", "received_at", "pk")
    search_fields = ("reference", "name", "email")
    fields = (
        "reference", "kind", "state_now", "time_left", "channel", "received_at", "due_on",
        "name", "email", "text", "closed_at",
    )  # fmt: skip
    readonly_fields = fields
    actions = None

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

    def get_urls(self) -> list[URLPattern]:
        """Add a page for each step."""
        return request_steps.urls(self) + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the request with what the map finds, what happened, and the next steps."""
        row = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if row is not None:
            context |= {
                "steps": request_steps.offered(request, row),
                "plan": plan_erasure(row.subject) if row.email else None,
                "proved": row.proof is not None,
                "events": row.events.all(),
                "vendor_tasks": row.vendor_tasks.all(),
            }
        return super().change_view(request, object_id, form_url, context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A request comes through its form."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What somebody asked is read, not edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Requests go by the clock of the data map."""
        return False
