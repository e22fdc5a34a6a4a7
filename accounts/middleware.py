"""Middleware of the accounts room."""

from collections.abc import Callable
from datetime import datetime

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.services import note_use


class LastUseMiddleware:
    """Notes when something was last sent from a session. Reading a page writes nothing (law 3)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST":
            session = request.session
            last: datetime | None = getattr(session, "last_used_at", None)
            if last is not None and session.session_key:
                note_use(session_key=session.session_key, last=last)
        return response


class StaffSecondFactorMiddleware:
    """Lets staff into the admin only with a second factor, where the settings ask for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            settings.STAFF_MFA_REQUIRED
            and request.path.startswith(reverse("admin:index"))
            and settings.SESSION_COOKIE_NAME in request.COOKIES
            and request.user.is_authenticated
            and request.user.is_staff
            and not is_mfa_enabled(request.user)
        ):
            return HttpResponseRedirect(reverse("mfa_index"))
        return self.get_response(request)
