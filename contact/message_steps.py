"""What staff can do with a message in the admin: a page that asks, and a POST that acts.

All actions take one way: right, state, question, service, a line in the admin's log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from contact import services
from contact.forms import AnswerForm
from contact.models import ContactMessage, State

RIGHT = "contact.change_contactmessage"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done with a message."""

    slug: str
    label: str
    from_state: State
    question: str
    done: str
    run: Callable[[HttpRequest, ContactMessage, dict[str, Any]], ContactMessage]
    form: type[forms.Form] = forms.Form


def _answer(request: HttpRequest, message: ContactMessage, data: dict[str, Any]) -> ContactMessage:
    by = cast(AbstractBaseUser, request.user)  # the admin lets nobody else in
    return services.answer_message(message, by=by, note=data["note"])


def _spam(request: HttpRequest, message: ContactMessage, data: dict[str, Any]) -> ContactMessage:
    return services.mark_spam(message)


def _deliver(request: HttpRequest, message: ContactMessage, data: dict[str, Any]) -> ContactMessage:
    return services.release_from_quarantine(message)


ACTIONS = (
    Action(
        slug="answer",
        label="Answered",
        from_state=State.WAITING,
        question="Say how this message was answered. It leaves the waiting list.",
        done="Marked as answered.",
        run=_answer,
        form=AnswerForm,
    ),
    Action(
        slug="spam",
        label="Mark as spam",
        from_state=State.WAITING,
        question=(
            "The message leaves the waiting list and is deleted 24 months after it came. "
            "A privacy request is never spam, however it is worded."
        ),
        done="Marked as spam.",
        run=_spam,
    ),
    Action(
        slug="deliver",
        label="Not spam: deliver",
        from_state=State.SPAM,
        question=(
            "The message goes to the waiting list. If it was held when it came, it is mailed "
            "to the webmaster now."
        ),
        done="Put on the waiting list.",
        run=_deliver,
    ),
)


def offered(request: HttpRequest, message: ContactMessage) -> list[dict[str, str]]:
    """Return label and address of what this person may do with this message now."""
    if not request.user.has_perm(RIGHT):
        return []
    return [
        {"label": action.label, "url": _url(action.slug, message)}
        for action in ACTIONS
        if action.from_state == message.state
    ]


def page_of(action: Action, desk: ModelAdmin[ContactMessage]) -> Callable[..., HttpResponse]:
    """Return the view of an action: GET asks, POST acts."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm(RIGHT):
            raise PermissionDenied
        message = get_object_or_404(ContactMessage, pk=pk)
        if message.state != action.from_state:
            return show(request, message, status=409)
        form = action.form(request.POST if request.method == "POST" else None)
        if not form.is_bound:
            return show(request, message, form, status=200)
        if not form.is_valid():
            return show(request, message, form, status=422)
        try:
            action.run(request, message, form.cleaned_data)
        except services.WrongState:
            return show(request, message, status=409)
        desk.log_change(request, message, action.done)
        messages.success(request, f"{message}: {action.done}")
        return HttpResponseRedirect(_url("change", message), status=303)

    def show(
        request: HttpRequest,
        message: ContactMessage,
        form: forms.Form | None = None,
        *,
        status: int,
    ) -> HttpResponse:
        context = {
            **desk.admin_site.each_context(request),
            "title": f"{action.label}: {message}",
            "opts": desk.opts,
            "message": message,
            "action": action,
            "form": form,
            "back": _url("change", message),
        }
        return TemplateResponse(request, "contact/admin/action.html", context, status=status)

    return page


def _url(name: str, message: ContactMessage) -> str:
    return reverse(f"admin:contact_contactmessage_{name}", args=[message.pk])
