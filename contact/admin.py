"""The inbox. Staff read, close and judge messages; nobody edits what a person has written."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from contact.message_steps import STEPS
from contact.models import ContactMessage, ContactMessageQuerySet, State
from contact.services import WrongState
from sens_site.lib.admin.steps import StepsAdmin
from sens_site.lib.admin.to_do import Task

NOT_TO_BE_CONTACTED = "This person did not ask to be contacted."


class InboxFilter(admin.SimpleListFilter):
    """The tabs of the inbox. Without a choice it shows what has to be answered."""

    title = "inbox"
    parameter_name = "inbox"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        """Return all tabs but the first."""
        return [
            ("answered", "Answered"),
            ("held", "Held as suspected spam"),
            ("spam", "Spam and held"),
            ("all", "All"),
        ]

    def choices(self, changelist: Any) -> Any:
        """Name the tab that is shown without a choice for what it is."""
        first, *others = super().choices(changelist)
        return [{**first, "display": "Waiting"}, *others]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ContactMessage]
    ) -> QuerySet[ContactMessage]:
        """Return the messages under the tab. An unknown one shows those that wait."""
        inbox = cast(ContactMessageQuerySet, queryset)
        match self.value():
            case "answered":
                return inbox.answered()
            case "held":
                return inbox.held()
            case "spam":
                return inbox.filter(state=State.SPAM)
            case "all":
                return inbox
            case _:
                return inbox.waiting()


@admin.register(ContactMessage)
class ContactMessageAdmin(StepsAdmin[ContactMessage]):
    """List, page and steps of the inbox. Messages come from their senders alone."""

    steps = STEPS
    step_right = "contact.change_contactmessage"
    back_label = "Back to the message"
    not_offered = "Nothing was changed: a colleague has dealt with this message in the meantime."
    refusals = {WrongState: not_offered}
    actions = ()
    list_display = (
        "reference",
        "name",
        "age",
        "state",
        "quarantined_because",
        "wants_contact",
        "answered_at",
        "answered_by",
    )
    list_filter = (InboxFilter, "topic")
    list_select_related = ("answered_by",)
    ordering = ("received_at", "pk")
    search_fields = ("reference", "name", "email")
    search_help_text = "Reference, name or email address, under the tab that is chosen"
    fieldsets = (
        (None, {"fields": ("reference", "topic", "received_at", "age")}),
        ("Sender", {"fields": ("name", "reply_address", "reply_phone", "wants_contact")}),
        ("Message", {"fields": ("message",)}),
        (
            "What became of it",
            {
                "fields": (
                    "state",
                    "quarantined_because",
                    "announced_at",
                    "acknowledged_at",
                    "answered_at",
                    "answered_by",
                    "answer_note",
                )
            },
        ),
    )

    def to_do(self) -> list[Task]:
        """Tell the front page what a person has to look at."""
        inbox = ContactMessage.objects
        return [
            Task(inbox.waiting().count(), "message to answer", "messages to answer"),
            Task(
                inbox.held().count(),
                "message held as suspected spam",
                "messages held as suspected spam",
                "?inbox=held",
            ),
        ]

    @admin.display(description="age", ordering="-received_at")
    def age(self, message: ContactMessage) -> str:
        """Return how long ago the message came in."""
        return timesince(message.received_at)

    @admin.display(description="email")
    def reply_address(self, message: ContactMessage) -> SafeString:
        """Return the address: as a link only where the sender asked to be contacted."""
        if message.wants_contact:
            return format_html(
                '<a href="mailto:{}?subject=Your%20message%20{}">{}</a>',
                message.email,
                message.reference,
                message.email,
            )
        return format_html("{}<br><strong>{}</strong>", message.email, NOT_TO_BE_CONTACTED)

    @admin.display(description="phone")
    def reply_phone(self, message: ContactMessage) -> str:
        """Return the telephone number as text."""
        return message.phone or "not given"

    def has_delete_permission(
        self, request: HttpRequest, obj: ContactMessage | None = None
    ) -> bool:
        """Only a superuser deletes before the retention time is over."""
        return bool(request.user.is_active and request.user.is_superuser)
