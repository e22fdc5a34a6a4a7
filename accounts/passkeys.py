"""Passkeys: an addition to password and code, on pages of its own.

The browser's dialog needs a challenge that is remembered. It is made when a button is pressed and
never when a page is read (laws 1, 3 and 4): the first POST is answered with the page that asks the
browser, and that page, the only one with a script of ours, sends the second POST.
"""

import json
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal.auth import (
    WebAuthn,
    begin_authentication,
    begin_registration,
)
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login, remove_authenticator
from django import forms
from django.contrib.auth.decorators import login_required
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import SEE_OTHER, AuthenticatedRequest, SeeOther, password_asked_again
from accounts.forms import AccountForm
from sens_site.errors import error_page
from sens_site.lib.cache.own_page import own_page
from sens_site.lib.http.csp import run_scripts
from sens_site.lib.http.done_notice import with_notice
from sens_site.lib.http.rate_limit import allow
from sens_site.lib.http.safe_next import stays_here

NAME_MAX = 40
CREATE, GET = "create", "get"
STARTS_A_MINUTE = 20

require_form_methods = require_http_methods(["GET", "HEAD", "POST"])


class RefusedError(Exception):
    """What came is no good answer to the challenge."""


class NameForm(AccountForm):
    """What the person calls the passkey, to tell several apart."""

    submit_label = "Continue"
    name = forms.CharField(
        label="Name of the passkey", max_length=NAME_MAX, help_text="Like “My laptop”."
    )


@require_safe
@login_required
def passkeys(request: AuthenticatedRequest) -> HttpResponse:
    return own_page(
        request, "accounts/passkeys.html", {"passkeys": _passkeys(request).order_by("pk")}
    )


@require_form_methods
@password_asked_again
def add(request: AuthenticatedRequest) -> HttpResponse:
    form = NameForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return own_page(request, "accounts/passkey_add.html", {"form": form}, status=status)
    if "credential" not in request.POST:
        options = begin_registration(request.user, passwordless=True)
        return _ask_browser(request, CREATE, options, name=form.cleaned_data["name"])
    try:
        credential = _accepted(AddWebAuthnForm(request.POST, user=request.user))
    except RefusedError:
        return render(request, "accounts/passkey_refused.html", status=422)
    with transaction.atomic():
        WebAuthn.add(request.user, form.cleaned_data["name"], credential)
        get_adapter().send_notification_mail("mfa/email/webauthn_added", request.user)
    return SeeOther(with_notice(reverse("accounts:passkeys"), "added"))


@require_form_methods
@password_asked_again
def remove(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    passkey = get_object_or_404(_passkeys(request), pk=pk)
    if request.method != "POST":
        return render(request, "accounts/passkey_remove.html", {"passkey": passkey.wrap()})
    with transaction.atomic():
        remove_authenticator(request, passkey)
    return SeeOther(with_notice(reverse("accounts:passkeys"), "removed"))


@require_form_methods
def log_in(request: HttpRequest) -> HttpResponse:
    """Log in without a password. The device has made sure of its owner, by finger, face or PIN."""
    if request.method != "POST":
        return render(request, "accounts/passkey_login.html")
    if request.user.is_authenticated:
        return SeeOther(reverse("accounts:profile"))
    if "credential" not in request.POST:
        if not allow(request, scope="passkey", limit=STARTS_A_MINUTE, window_seconds=60):
            return error_page(request, 429, reason="Wait a minute, then try again.")
        return _ask_browser(request, GET, begin_authentication())
    try:
        passkey = _accepted(LoginWebAuthnForm(request.POST))
    except RefusedError:
        return render(request, "accounts/passkey_refused.html", status=422)
    target = request.GET.get("next", "")
    login = Login(user=passkey.user, redirect_url=target if stays_here(target) else None)
    response: HttpResponse = perform_passwordless_login(request, passkey, login)
    response.status_code = SEE_OTHER
    return response


def _passkeys(request: HttpRequest) -> Any:
    return Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN)


def _ask_browser(
    request: HttpRequest, act: str, options: dict[str, Any], *, name: str = ""
) -> HttpResponse:
    context = {"act": act, "options": json.dumps(options), "name": name}
    response = render(request, "accounts/passkey_ask.html", context)
    run_scripts(response)
    return response


def _accepted(form: forms.Form) -> Any:
    """Return what the answer of the browser stands for."""
    try:
        if form.is_valid():
            return form.cleaned_data["credential"]
    except DatabaseError:
        raise
    except Exception as error:
        raise RefusedError from error
    raise RefusedError
