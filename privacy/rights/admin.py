"""The request desk: what waits, least time left first, and one page for each request."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from privacy.datamap.erasure import NothingToEraseError, plan_erasure
from privacy.policy.people import pseudonym
from privacy.rights import corrections, handling, intake, outside_systems
from privacy.rights.alarms import unseen_alarm
from privacy.rights.choices import Kind
from privacy.rights.deadlines import days_left
from privacy.rights.forms import EntryForm
from privacy.rights.intake import NotAllowedError
from privacy.rights.models import (
    OutsideSystem,
    RequestScan,
    SubjectRequest,
    SubjectRequestQuerySet,
)
from privacy.rights.request_steps import PREVIEWS, STEPS
from privacy.rights.scans import name_of, open_scan
from sens_site.lib.admin.edit_stamp import EditStampMixin
from sens_site.lib.admin.steps import SHOWN, Step, StepsAdmin
from sens_site.lib.admin.to_do import Task

NAMES = "staff_names"
SEND, CHANGE = "send", "change"
"""What stands behind the buttons of a preview."""
FASTER = "Somebody else was faster. Nothing was changed."


def address_of(row: SubjectRequest) -> str:
    return reverse("admin:rights_subjectrequest_change", args=[row.pk])


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
    list_display = (
        "reference",
        "kind",
        "time_left",
        "alarm",
        "state_now",
        "handled_by",
        "received_at",
    )
    list_filter = (DeskFilter, "kind")
    ordering = ("due_on", "received_at", "pk")
    search_fields = ("reference", "name", "email")
    fields = (
        "reference", "kind", "state_now", "time_left", "channel", "received_at", "due_on",
        "handled_by", "remind_on", "name", "email", "postal_address", "wants_contact", "text",
        "closed_at", "restricted_at",
    )  # fmt: skip
    readonly_fields = fields

    def get_urls(self) -> list[URLPattern]:
        scan = self.admin_site.admin_view(require_safe(self.scan_view))
        return [
            path("<int:pk>/scan/", scan, name="rights_subjectrequest_scan"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever answers requests enters those that came by no form."""
        return request.user.has_perm(self.step_right)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Take a request that came by letter, telephone or email, or in person."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = EntryForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            user = cast("AbstractBaseUser", request.user)
            row = intake.enter_request(actor=pseudonym(user), **form.cleaned_data)
            self.log_addition(request, row, "Entered.")
            self.message_user(request, f"{row}: entered.", messages.SUCCESS)
            return HttpResponseRedirect(address_of(row), status=303)
        context = {
            **self.admin_site.each_context(request),
            "title": "Enter a request",
            "opts": self.opts,
            "form": form,
        }
        status = 422 if request.method == "POST" else 200
        template = "admin/rights/subjectrequest/enter.html"
        return TemplateResponse(request, template, context, status=status)

    def scan_view(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        """Give the scan of a letter to whoever answers requests: to be saved, never to be run."""
        if not request.user.has_perm(self.step_right):
            raise PermissionDenied
        scan = get_object_or_404(RequestScan.objects.select_related("request"), request=pk)
        file = open_scan(scan)
        if file is None:
            raise Http404
        return FileResponse(
            file, as_attachment=True, filename=name_of(scan), content_type=scan.content_type
        )

    def step_view(self, request: HttpRequest, pk: int, step: Step[SubjectRequest]) -> HttpResponse:
        """Show a mail, word for word, before it is sent. Who reads it there is writing."""
        if request.method != "POST" or step.slug not in PREVIEWS or SEND in request.POST:
            return super().step_view(request, pk, step)
        row = self.model.objects.filter(pk=pk).first()
        form = step.form(request.POST)
        as_shown = row is not None and constant_time_compare(
            request.POST.get(SHOWN, ""), self.shown_of(row)
        )
        allowed = request.user.has_perm(self.step_right)
        if row is None or not (allowed and as_shown and step.offered(row) and form.is_valid()):
            return super().step_view(request, pk, step)
        if CHANGE in request.POST:
            return self.own_page(request, row, step, form, template="admin/step.html")
        if not (row.email or form.cleaned_data.get("posted_on")):
            # The service says what is missing: there is no mail to be shown.
            return super().step_view(request, pk, step)
        handling.note_writing(row, by=cast("AbstractBaseUser", request.user))
        row.refresh_from_db()
        return self.own_page(
            request,
            row,
            step,
            form,
            template="admin/rights/subjectrequest/preview.html",
            mail=PREVIEWS[step.slug](row, form.cleaned_data),
            posted_on=form.cleaned_data.get("posted_on"),
        )

    def own_page(
        self,
        request: HttpRequest,
        row: SubjectRequest,
        step: Step[SubjectRequest],
        form: forms.Form,
        *,
        template: str,
        **more: Any,
    ) -> HttpResponse:
        """Show a page of a step that belongs to a preview."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"{step.label}: {row}",
            "opts": self.opts,
            "row": row,
            "step": step,
            "form": form,
            "groups": step.touches(row),
            "shown": self.shown_of(row),
            "back": address_of(row),
            "back_label": self.back_label,
            **more,
        }
        return TemplateResponse(request, template, context)

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

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Give each row of a list the names of staff, which are asked for once."""
        found = super().get_changelist_instance(request)
        names = handling.staff_names()
        for row in found.result_list:
            vars(row)[NAMES] = names
        return found

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

    @admin.display(description="handler")
    def handled_by(self, row: SubjectRequest) -> str:
        """Name who handles it, and who is writing just now."""
        names = vars(row).get(NAMES) or handling.staff_names()
        name = handling.name_of(row.handler, names) or "–"
        writing = handling.who_is_writing(row, names)
        return f"{name} ({writing})" if writing else name

    def more_shown_of(self, row: SubjectRequest) -> dict[str, Any]:
        """All that happens to a request is an event; what would be overwritten is looked at, too."""
        values = corrections.values_now(row) if row.kind == Kind.RECTIFICATION else {}
        return {"events": row.events.count(), **values}

    def row_context(self, request: HttpRequest, row: SubjectRequest) -> dict[str, Any]:
        """Add what the map finds and what happened."""
        names = handling.staff_names()
        return super().row_context(request, row) | {
            "plan": plan_erasure(row.subject) if row.email else None,
            "proved": row.proof is not None,
            "events": [(one, handling.name_of(one.actor, names)) for one in row.events.all()],
            "notes": [
                (one, handling.name_of(one.author, names)) for one in row.notes.order_by("at", "pk")
            ],
            "vendor_tasks": row.vendor_tasks.all(),
            "system_checks": row.system_checks.order_by("at", "pk"),
            "unchecked_systems": outside_systems.unchecked_systems(row),
            "writing": handling.who_is_writing(row),
            "scan": RequestScan.objects.filter(request=row).first(),
        }


@admin.register(OutsideSystem)
class OutsideSystemAdmin(EditStampMixin[OutsideSystem], admin.ModelAdmin[OutsideSystem]):
    """Where else the company holds people: looked up for each request that needs it."""

    list_display = ("name", "is_used")
    fields = ("name", "what_to_do", "is_used")
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Taken out of use instead: what was looked up there stays on record by its name."""
        return False
