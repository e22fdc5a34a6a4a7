"""Pages of the desk itself: the set-up of a new site, for its owner, and how mail comes to staff."""

import secrets
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from accounts.models import User
from accounts.services import choose_mail
from accounts.staff_mail import matters_of
from outbox.job_runs import MAIL_ARRIVED, note_done
from sens_site.context import render_without_request

CODE = "set_up_mail"
ATTEMPTS = 5
"""How many guesses a mail allows: six digits are for a typo and not for a lock."""


def set_up(request: HttpRequest) -> HttpResponse:
    """Show what is done and what is not."""
    _must_be_owner(request)
    return TemplateResponse(request, "admin/set_up_page.html", _context(request, "Set-up"))


def mail_to_oneself(request: HttpRequest) -> HttpResponse:
    """Send a mail with a code, and take the code back."""
    _must_be_owner(request)
    sent = wrong = False
    if request.method == "POST" and "send" in request.POST:
        request.session[CODE] = [f"{secrets.randbelow(10**6):06}", ATTEMPTS]
        code_mail(request.user, request.session[CODE][0]).send()
        sent = True
    elif request.method == "POST":
        if _is_the_code(request):
            note_done(MAIL_ARRIVED)
            messages.success(request, "The mail has arrived.")
            return HttpResponseRedirect(reverse("admin:set_up"), status=303)
        wrong = True
    context = {**_context(request, "Mail that arrives"), "sent": sent, "wrong": wrong}
    context["address"] = request.user.email  # type: ignore[union-attr]  # of an owner
    status = 422 if wrong else 200
    return TemplateResponse(request, "admin/set_up_mail.html", context, status=status)


def _is_the_code(request: HttpRequest) -> bool:
    code, left = request.session.pop(CODE, ["", 0])
    if code and constant_time_compare(request.POST.get("code", "").strip(), code):
        return True
    if left > 1:
        request.session[CODE] = [code, left - 1]
    return False


def code_mail(person: Any, code: str) -> EmailMessage:
    body = render_without_request("accounts/set_up_mail.txt", {"code": code})
    return EmailMessage("A mail of your website to you", body, to=[person.email])


def how_mail_comes(request: HttpRequest) -> HttpResponse:
    """Let a colleague choose between at once and once a day."""
    person = User.objects.get(username=request.user.get_username())
    if request.method == "POST":
        choose_mail(person, daily=request.POST.get("mail") == "daily")
        messages.success(request, "This is how mail comes to you from now on.")
        return HttpResponseRedirect(reverse("admin:staff_mail"), status=303)
    more = {"person": person, "matters": matters_of(person)}
    context = {**_context(request, "Mail to you"), **more}
    return TemplateResponse(request, "admin/staff_mail.html", context)


def _must_be_owner(request: HttpRequest) -> None:
    if not request.user.is_superuser:
        raise PermissionDenied


def _context(request: HttpRequest, title: str) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": title}
