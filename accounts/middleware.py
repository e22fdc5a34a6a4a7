"""Middleware of the accounts room."""

import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import get_resolver, get_script_prefix, get_urlconf, reverse

from accounts.services import note_use


def address_of(name: str) -> str:
    """Return the address of a page that takes no value. Each request asks; it is looked up once.

    Kept with the resolver, so that it goes with it.
    """
    kept: dict[tuple[str, str], str] = vars(get_resolver(get_urlconf())).setdefault("_kept", {})
    key = get_script_prefix(), name
    if key not in kept:
        kept[key] = reverse(name)
    return kept[key]


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
            and settings.SESSION_COOKIE_NAME in request.COOKIES
            and request.path.startswith(address_of("admin:index"))
            and request.user.is_authenticated
            and request.user.is_staff
            and not is_mfa_enabled(request.user)
        ):
            return HttpResponseRedirect(reverse("mfa_index"))
        return self.get_response(request)


NEVER_KEPT = re.compile(r"password|^(csrfmiddlewaretoken|code)$", re.IGNORECASE)
LOG_IN = ("account_login", "admin:login")
ONCE_MORE = ("account_reauthenticate", "mfa_reauthenticate")


class SessionEndedMiddleware:
    """Keeps what somebody has typed when the log-in, or its proof, has ended meanwhile.

    Django answers such a POST by a redirect to the log-in, which drops the text. Here it comes back
    in hidden fields, to be sent again after a log-in in another tab. Only a form of our own page is
    shown again: the button gives another site's form the provenance that it lacked. The admin's
    token goes with the log-in; a form that is sent again is judged by its origin, as all are.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "POST" or not isinstance(response, HttpResponseRedirect):
            return response
        asked = urlsplit(response.url)
        ended = asked.path in map(address_of, LOG_IN)
        if not (ended or asked.path in map(address_of, ONCE_MORE)) or "next=" not in asked.query:
            return response
        sent = [(name, value) for name, values in request.POST.lists() for value in values]
        kept = [(name, value) for name, value in sent if not NEVER_KEPT.search(name)]
        if not any(value for _, value in kept) or not comes_from_own_page(request):
            return response
        secrets = [
            value for name, value in sent if "csrf" not in name and (name, value) not in kept
        ]
        context = {
            "happened": "Your login has ended" if ended else "Your password is needed once more",
            "first": "Log in" if ended else "Show once more who you are",
            "log_in": reverse("account_login") if ended else asked.path,
            "here": request.get_full_path(),
            "multipart": request.content_type == "multipart/form-data",
            "kept": kept,
            "dropped": bool(secrets or request.FILES),
        }
        return render(request, "accounts/session_ended.html", context, status=403)


def comes_from_own_page(request: HttpRequest) -> bool:
    """Tell whether the browser itself says so. What says otherwise was refused before the view."""
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" or (site is None and "Origin" in request.headers)
