"""What somebody has typed is kept when it cannot be taken for a reason that is not theirs."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sens_site.lib.http.faults import RETRY_AFTER_SECONDS

logger = logging.getLogger(__name__)

DATABASE_FAULTS = (OperationalError, InterfaceError)
BUSY = (
    "This is not sent yet: the site is busy. What you typed is kept below, but for passwords. "
    "Send it again in a moment, or call us at {phone}."
)


def unchecked(form: forms.BaseForm, message: str) -> None:
    """Let a form show what was typed with one message and no other.

    Checking it would look up, hash and count once more.
    """
    form._errors, form.cleaned_data = ErrorDict(), {}  # type: ignore[attr-defined]  # noqa: SLF001 - as if it had been checked
    form.add_error(None, message)


def busy(form: forms.BaseForm, error: Exception, message: str = BUSY) -> None:
    """Say in the form that the database cannot be used, and in the log why."""
    logger.error("What was sent could not be stored; its sender was told.", exc_info=error)
    unchecked(form, message.format(phone=settings.COMPANY.phone))


def come_back(response: HttpResponse) -> HttpResponse:
    """Make a response a 503 that says when to try again."""
    response.status_code = 503
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def typed_is_kept(
    form_of: Callable[[Any], forms.BaseForm], template: str, *, message: str = BUSY
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Answer a POST that meets a locked, full or absent database by its own form, as typed.

    Without this the middleware answers, with a 503 that knows nothing of forms.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except DATABASE_FAULTS as error:
                if request.method != "POST":
                    raise
                form = form_of(request)
                busy(form, error, message)
                return come_back(render(request, template, {"form": form}))

        return wrapper

    return decorate
