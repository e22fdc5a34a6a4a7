"""The outbox in the admin: to look, and to try again. What a mail says is never shown.

Nor is it shown that a mail was sent whose purpose is none of the viewer's business.
"""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from outbox.models import OutboxMail
from outbox.purposes import Audience, audiences, purposes_of
from outbox.services import retry_parked
from sens_site.lib.admin.read_only import ReadOnlyAdmin
from sens_site.lib.admin.to_do import Task

PARKED = "?state=parked"
OF_SUPERUSERS = "outbox.of_superusers"
"""A right that does not exist: only who has every right has it."""
STATES = {"waiting": "Waiting", "sent": "Sent", "parked": "Parked"}


class StateFilter(admin.SimpleListFilter):
    """Waiting, sent or parked."""

    title = "state"
    parameter_name = "state"

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[OutboxMail]"
    ) -> list[tuple[str, str]]:
        """Name the choices."""
        return list(STATES.items())

    def queryset(
        self, request: HttpRequest, queryset: "QuerySet[OutboxMail]"
    ) -> "QuerySet[OutboxMail]":
        """Apply the choice."""
        if self.value() not in STATES:
            return queryset
        chosen: QuerySet[OutboxMail] = getattr(queryset, str(self.value()))()
        return chosen


def _task(parked: "QuerySet[OutboxMail]", audience: Audience) -> Task:
    about = f" about {audience.about}" if audience.about else ""
    count, left = parked.count(), f"{about} that cannot be sent"
    return Task(count, f"mail{left}", f"mails{left}", PARKED, right=audience.right)


@admin.register(OutboxMail)
class OutboxMailAdmin(ReadOnlyAdmin[OutboxMail]):
    """Mails come from the site alone, and what was acknowledged is sent. One action."""

    list_display = (
        "subject", "recipient", "purpose", "state", "attempts", "created_at", "due_at", "sent_at",
        "last_error",
    )  # fmt: skip
    list_filter = (StateFilter, "purpose")
    search_fields = ("recipient", "subject", "message_id")
    search_help_text = "Recipient, subject or Message-ID"
    ordering = ("-created_at",)
    fields = (
        "subject", "sender", "recipient", "purpose", "message_id", "request_id", "state",
        "attempts", "last_error", "created_at", "due_at", "sent_at", "parked_at",
    )  # fmt: skip
    actions = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[OutboxMail]":
        """Return the mails of the purposes that this person may see."""
        mails = super().get_queryset(request)
        if request.user.is_superuser:
            return mails
        return mails.filter(purpose__in=purposes_of(request.user))

    def to_do(self) -> list[Task]:
        """Tell the front page of mails that nobody will get without help."""
        known: dict[Audience, list[str]] = {}
        for purpose, audience in audiences().items():
            known.setdefault(audience, []).append(purpose)
        parked = OutboxMail.objects.parked()
        unknown = parked.exclude(purpose__in=audiences())
        return [
            _task(parked.filter(purpose__in=purposes), audience)
            for audience, purposes in known.items()
        ] + [_task(unknown, Audience(OF_SUPERUSERS, "what no room has named"))]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Ask for more than the right to look."""
        return request.user.has_perm("outbox.change_outboxmail")

    @admin.action(description="Try parked mails again", permissions=["retry"])
    def try_again(
        self, request: HttpRequest, queryset: "QuerySet[OutboxMail]"
    ) -> HttpResponse | None:
        """Ask, then give parked mails all their tries again."""
        parked = OutboxMail.objects.parked().filter(pk__in=queryset.values("pk"))
        count = parked.count()
        if not count:
            self.message_user(request, "None of these mails is parked.", messages.WARNING)
            return None
        if "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": "Try again",
                "opts": self.opts,
                "mails": parked,
                "count": count,
            }
            return TemplateResponse(request, "admin/outbox/outboxmail/try_again.html", context)
        retried = retry_parked(parked)
        noun = "mail is" if retried == 1 else "mails are"
        self.message_user(request, f"{retried} {noun} waiting to be sent again.", messages.SUCCESS)
        return None
