"""The second factor: forms and pages for an authenticator app and recovery codes."""

from typing import Any, cast

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base_forms
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm
from allauth.mfa.totp.forms import DeactivateTOTPForm
from allauth.mfa.totp.internal.auth import generate_totp_secret, validate_totp_code
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import AuthenticatedRequest, password_asked_again
from accounts.forms import AccountForm
from accounts.models import User
from sens_site.lib.cache.own_page import own_page
from sens_site.lib.forms.text_guard import limit_length

CODE_MAX = 40
SEAL_SECONDS = 900


class CodeFieldMixin(AccountForm):
    """Our words for the field that takes a code."""

    code_label = "Code"
    code_hint = "Six digits from your authenticator app, or one of your recovery codes."

    def prepare_fields(self) -> None:
        """Let phones offer the code and show digits."""
        code = self.fields["code"]
        code.label, code.help_text = self.code_label, self.code_hint
        limit_length(code, CODE_MAX)
        code.widget.attrs |= {"autocomplete": "one-time-code", "inputmode": "numeric"}
        super().prepare_fields()


class CodeForm(CodeFieldMixin, base_forms.AuthenticateForm):
    submit_label = "Log in"


class ReauthenticateByCodeForm(CodeFieldMixin, base_forms.ReauthenticateForm):
    """A code instead of the password, before something that matters."""

    submit_label = "Continue"


class ActivateAppForm(CodeFieldMixin):
    """The first code of a new authenticator app.

    The app's secret is not kept in the session, as showing the page must write nothing (law 3). It
    travels in the page, where it is shown anyway, signed for this person and for 15 minutes.
    """

    submit_label = "Turn on"
    code_hint = "Six digits that the app shows now."
    code = forms.CharField()
    sealed = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.expired = False
        self.secret = self._opened() if self.is_bound else generate_totp_secret()
        self.initial["sealed"] = self._seal(self.secret)
        if self.expired:
            self.data = {**cast("QueryDict", self.data).dict(), "sealed": self.initial["sealed"]}

    @property
    def grouped_secret(self) -> str:
        """The secret in groups of four, as people type it. Apps ignore the spaces."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))

    @property
    def _salt(self) -> str:
        return f"accounts.second_factor.{self.user.pk}"

    def _seal(self, secret: str) -> str:
        return signing.dumps(secret, salt=self._salt)

    def _opened(self) -> str:
        try:
            secret: str = signing.loads(
                self.data.get("sealed", ""), salt=self._salt, max_age=SEAL_SECONDS
            )
        except signing.BadSignature:
            self.expired = True
            return generate_totp_secret()
        return secret

    def clean_code(self) -> str:
        if self.expired:
            raise forms.ValidationError(
                "This page was open for too long. Scan the new picture and enter its code"
            )
        forget_attempts = check_rate_limit(self.user, error_key="rate_limited")
        code: str = self.cleaned_data["code"]
        if not validate_totp_code(self.secret, code):
            raise get_adapter().validation_error("incorrect_code")
        forget_attempts()
        return code


class DeactivateAppForm(AccountForm, DeactivateTOTPForm):
    submit_label = "Turn off"


class NewRecoveryCodesForm(AccountForm, GenerateRecoveryCodesForm):
    submit_label = "Make new codes"


def _authenticators(user: User) -> dict[str, Any]:
    return {row.type: row.wrap() for row in Authenticator.objects.filter(user=user)}


def _unused_codes(user: User) -> list[str]:
    codes = _authenticators(user).get(Authenticator.Type.RECOVERY_CODES)
    unused: list[str] = codes.get_unused_codes() if codes else []
    if not unused:
        raise Http404
    return unused


@require_safe
@login_required
def overview(request: AuthenticatedRequest) -> HttpResponse:
    found = _authenticators(request.user)
    codes = found.get(Authenticator.Type.RECOVERY_CODES)
    return own_page(
        request,
        "mfa/index.html",
        {
            "required": settings.STAFF_MFA_REQUIRED and request.user.is_staff,
            "app": found.get(Authenticator.Type.TOTP),
            "codes_left": len(codes.get_unused_codes()) if codes else 0,
        },
    )


@require_safe
@password_asked_again
def recovery_codes(request: AuthenticatedRequest) -> HttpResponse:
    """Show the codes that are left. Unlike allauth's view, this writes nothing."""
    codes = _unused_codes(request.user)
    return render(request, "mfa/recovery_codes/index.html", {"codes": codes})


@require_safe
@password_asked_again
def recovery_codes_file(request: AuthenticatedRequest) -> HttpResponse:
    head = f"Recovery codes of {request.user.username} for {settings.SITE_ORIGIN}\n\n"
    text = head + "".join(f"{code}\n" for code in _unused_codes(request.user))
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{settings.COMPANY.slug}-recovery-codes.txt"'
    )
    return response
