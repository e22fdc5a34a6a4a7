"""By what the inbox can be narrowed."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest

from contact import departments
from contact.models import ContactMessage, ContactMessageQuerySet, State


class InboxFilter(admin.SimpleListFilter):
    """The tabs of the inbox. Without a choice it shows what has to be answered.

    A search without a choice goes through all: who looks for words does not know what became of them.
    """

    title = "inbox"
    parameter_name = "inbox"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        """Return all tabs but the first."""
        return [
            ("mine", "Assigned to me"),
            ("late", "Waiting for five days or more"),
            ("reminders", "To be remembered"),
            ("answered", "Answered"),
            ("held", "Held as suspected spam"),
            ("spam", "Spam and held"),
            ("all", "All"),
        ]

    def choices(self, changelist: Any) -> Any:
        """Name the tab that is shown without a choice for what it is."""
        first, *others = super().choices(changelist)
        name = "Search: all" if changelist.query else "Waiting"
        return [{**first, "display": name}, *others]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ContactMessage]
    ) -> QuerySet[ContactMessage]:
        """Return the messages under the tab. An unknown one shows those that wait."""
        inbox = cast(ContactMessageQuerySet, queryset)
        tabs: dict[str | None, Callable[[], QuerySet[ContactMessage]]] = {
            "mine": lambda: inbox.waiting().filter(assigned_to=request.user.pk),
            "late": inbox.late,
            "reminders": inbox.to_remember,
            "answered": inbox.answered,
            "held": inbox.held,
            "spam": lambda: inbox.filter(state=State.SPAM),
            "all": inbox.all,
        }
        if request.GET.get(SEARCH_VAR):
            tabs[None] = inbox.all
        return tabs.get(self.value(), inbox.waiting)()


class DepartmentFilter(admin.SimpleListFilter):
    """Whom messages are for: the departments as they are today."""

    title = parameter_name = "department"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        """Return the webmaster and every department with a form."""
        return departments.topics()

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ContactMessage]
    ) -> QuerySet[ContactMessage]:
        """Return the messages of the chosen one, also of one that is no more."""
        return queryset.filter(topic=self.value()) if self.value() else queryset
