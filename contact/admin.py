"""The inbox. Staff read, close and judge messages; nobody edits what a person has written."""

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from contact.admin_filters import DepartmentFilter, InboxFilter
from contact.export import messages_as_csv
from contact.message_steps import STEPS, who_is_answering
from contact.models import (
    DETAILS,
    CannedAnswer,
    ContactMessage,
)
from contact.photo_models import MessagePhoto
from contact.replies import draft_of
from contact.services import RefusedError, WrongState, answer_message, mark_spam
from sens_site.lib.admin.edit_stamp import EditStampMixin
from sens_site.lib.admin.steps import StepsAdmin
from sens_site.lib.admin.to_do import Task
from sens_site.lib.http.csp import FILE_POLICY, serialise

# Whatever somebody managed to store as a photo: it is a picture, or nothing.
SANDBOX = serialise({**FILE_POLICY, "sandbox": ()}).strip()
NOT_TO_BE_CONTACTED = "This person did not ask to be contacted."


@admin.register(ContactMessage)
class ContactMessageAdmin(StepsAdmin[ContactMessage]):
    """List, page and steps of the inbox. Messages come from their senders alone."""

    steps = STEPS
    step_right = "contact.change_contactmessage"
    back_label = "Back to the message"
    not_offered = "Nothing was changed: a colleague has dealt with this message in the meantime."
    refusals = {WrongState: not_offered, RefusedError: "{error} Nothing was changed."}
    change_form_template = "admin/contact/contactmessage/message.html"
    actions = ("bulk_answered", "bulk_spam", "export_csv")
    list_display = (
        "reference",
        "department",
        "name",
        "age",
        "state",
        "quarantined_because",
        "wants_contact",
        "handler",
        "answered_at",
        "answered_by",
    )
    list_filter = (InboxFilter, DepartmentFilter)
    list_select_related = ("answered_by", "assigned_to", "being_answered_by")
    ordering = ("received_at", "pk")
    search_fields = (
        "reference", "name", "email", "message", "answer_note", "replies__text", "notes__text",
        *DETAILS,
    )  # fmt: skip
    search_help_text = "Reference, name, email address, order or serial number, or words; all messages, or the chosen tab"
    fieldsets = (
        (None, {"fields": ("reference", "department", "received_at", "age")}),
        ("Sender", {"fields": ("name", "reply_address", "reply_phone", "wants_contact")}),
        ("Message", {"fields": ("message", *DETAILS)}),
        (
            "What became of it",
            {
                "fields": (
                    "state",
                    "assigned_to",
                    "remind_on",
                    "duplicate_of",
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
            Task(
                inbox.late().count(),
                "message that has waited for five days or more",
                "messages that have waited for five days or more",
                "?inbox=late",
            ),
            Task(
                inbox.to_remember().count(),
                "message to be remembered",
                "messages to be remembered",
                "?inbox=reminders",
            ),
        ]

    def row_context(self, request: HttpRequest, row: ContactMessage) -> dict[str, Any]:
        """Add the conversation, and what colleagues have to say."""
        return super().row_context(request, row) | {
            "answering": who_is_answering(row),
            "replies": row.replies.select_related("by"),
            "notes": row.notes.select_related("by"),
            "draft": draft_of(row),
            "doubles": row.doubles.all(),
            "photos": row.photos.defer("content"),
        }

    def get_urls(self) -> list[URLPattern]:
        """Add the photos, which stand nowhere else."""
        photo = path(
            "<int:pk>/photo/<int:position>/",
            self.admin_site.admin_view(self.photo_view),
            name="contact_contactmessage_photo",
        )
        return [photo, *super().get_urls()]

    def photo_view(self, request: HttpRequest, pk: int, position: int) -> HttpResponse:
        """Give a photo to whoever may read its message. It runs nothing, even opened as a page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        photos = MessagePhoto.objects.select_related("message")
        photo = get_object_or_404(photos, message=pk, position=position)
        return HttpResponse(
            bytes(photo.content),
            content_type="image/jpeg",
            headers={
                "Content-Disposition": f'inline; filename="{photo.file_name}"',
                "Content-Security-Policy": SANDBOX,
            },
        )

    def get_fieldsets(self, request: HttpRequest, obj: ContactMessage | None = None) -> Any:
        """Leave out what the form of this department does not ask."""
        empty = {name for name in DETAILS if obj is not None and not getattr(obj, name)}
        return [
            (title, {**options, "fields": [one for one in options["fields"] if one not in empty]})
            for title, options in self.fieldsets
        ]

    def more_shown_of(self, row: ContactMessage) -> dict[str, Any]:
        """A draft is saved and sent as it was read, in answer to what was read."""
        return {
            "draft": draft_of(row),
            "replies": row.replies.count(),
            "doubles": row.doubles.count(),
        }

    def has_step_permission(self, request: HttpRequest) -> bool:
        """What is done to many messages needs the right that it needs for one."""
        return request.user.has_perm(self.step_right)

    def has_export_permission(self, request: HttpRequest) -> bool:
        """A file leaves the desk and its rules behind: that is a right of its own."""
        return request.user.has_perm("contact.export_contactmessage")

    @admin.action(description="Mark as answered", permissions=["step"])
    def bulk_answered(
        self, request: HttpRequest, queryset: QuerySet[ContactMessage]
    ) -> HttpResponse | None:
        """Close many that were answered elsewhere."""
        by = cast("AbstractBaseUser", request.user)
        return self._in_bulk(
            request,
            queryset,
            lambda message: answer_message(message, by=by),
            action="bulk_answered",
            title="Mark as answered",
            question="These messages leave the waiting list. Nothing is mailed to their senders.",
            done="Marked as answered.",
        )

    @admin.action(description="Mark as spam", permissions=["step"])
    def bulk_spam(
        self, request: HttpRequest, queryset: QuerySet[ContactMessage]
    ) -> HttpResponse | None:
        """Put many away."""
        return self._in_bulk(
            request,
            queryset,
            mark_spam,
            action="bulk_spam",
            title="Mark as spam",
            question=(
                "These messages leave the waiting list and are deleted 24 months after they came. "
                "A privacy request is never spam, however it is worded."
            ),
            done="Marked as spam.",
        )

    def _in_bulk(
        self,
        request: HttpRequest,
        queryset: QuerySet[ContactMessage],
        run: Callable[[ContactMessage], object],
        *,
        action: str,
        title: str,
        question: str,
        done: str,
    ) -> HttpResponse | None:
        """Ask, then do with each of them that still waits what would be done with one."""
        chosen = ContactMessage.objects.waiting().filter(pk__in=queryset.values("pk"))
        if not chosen.exists():
            self.message_user(request, "None of these messages waits.", messages.WARNING)
            return None
        if "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": title,
                "opts": self.opts,
                "chosen": chosen,
                "action": action,
                "question": question,
                "checkbox": ACTION_CHECKBOX_NAME,
            }
            page = "admin/contact/contactmessage/in_bulk.html"
            return TemplateResponse(request, page, context)
        count = 0
        for message in chosen:
            try:
                run(message)
            except WrongState:
                continue
            self.log_change(request, message, done)
            count += 1
        noun = "message" if count == 1 else "messages"
        self.message_user(request, f"{done} {count} {noun}.", messages.SUCCESS)
        return None

    @admin.action(description="Export as CSV", permissions=["export"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[ContactMessage]) -> HttpResponse:
        """Hand over a file, and write down of whom."""
        with transaction.atomic():
            for message in queryset:
                self.log_change(request, message, "Exported as CSV.")
        return HttpResponse(
            messages_as_csv(queryset),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="messages.csv"'},
        )

    @admin.display(description="department", ordering="topic")
    def department(self, message: ContactMessage) -> str:
        """Return whom it is for, as people call them."""
        return message.department

    @admin.display(description="age", ordering="-received_at")
    def age(self, message: ContactMessage) -> str:
        """Return how long ago the message came in."""
        return timesince(message.received_at)

    @admin.display(description="assigned to", ordering="assigned_to__username")
    def handler(self, message: ContactMessage) -> str:
        """Name who is to answer, and who is just doing it."""
        assigned = str(message.assigned_to or "–")
        if not message.being_answered:
            return assigned
        return f"{assigned} ({message.being_answered_by} is answering)"

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


@admin.register(CannedAnswer)
class CannedAnswerAdmin(EditStampMixin[CannedAnswer], admin.ModelAdmin[CannedAnswer]):
    """Answers that are needed often."""

    list_display = ("title",)
    search_fields = ("title", "text")
    fieldsets: ClassVar = [
        (
            None,
            {
                "fields": ("title", "text"),
                "description": (
                    "[name] and [reference] are filled in by themselves. Anything else in brackets, "
                    "such as [date of delivery], has to be filled in before the reply can be sent."
                ),
            },
        )
    ]
