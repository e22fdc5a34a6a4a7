"""Types of requests, and the two guards that stand before personal pages."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from sens_site.lib.http.cache_control import shared_page

AnyView = Callable[..., Any]
SEE_OTHER = 303


class AuthenticatedRequest(HttpRequest):
    """A request behind `login_required`: its user is a person."""

    user: User


class SeeOther(HttpResponseRedirect):
    """A redirect that says: what you sent is done, now read this page."""

    status_code = SEE_OTHER


def page_for_everyone(view: AnyView) -> AnyView:
    """Mark a page as shared, unless its query says something (`next`): then it is one visitor's.

    allauth marks its pages as never to be cached and puts a clock into them; the site's own rule
    decides (`sens_site.lib.http.cache_control`).
    """
    shared = shared_page(view)

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or request.META.get("QUERY_STRING"):
            response: HttpResponse = view(request, *args, **kwargs)
            return response
        response = shared(request, *args, **kwargs)
        for header in ("Cache-Control", "Expires"):
            response.headers.pop(header, None)
        return response

    return wrapper


def has_just_proven(request: HttpRequest) -> bool:
    """Tell whether the person has shown who it is within the last minutes.

    allauth first looks for all ways in which somebody could, which are several queries. Who has a
    password has one; what is left to ask is when, and that the session knows.
    """
    user = request.user
    if not (user.is_authenticated and user.has_usable_password()):
        return did_recently_reauthenticate(request)
    proofs = [
        one
        for one in get_authentication_records(request, user)
        if one.get("reauthenticated")
        and one.get("method") in settings.ACCOUNT_REAUTHENTICATION_METHODS
    ]
    return (
        bool(proofs) and time.time() - proofs[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    )


def password_asked_again(view: AnyView) -> AnyView:
    """Let a request pass only within five minutes after the person has proven again who it is.

    allauth's own guard keeps a POST in the session, with all headers, and replays it after the
    password: a deletion would happen without a second look, and an address would be stored. Here
    nothing is kept. The person comes back to the page and decides there.
    """

    @login_required
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if has_just_proven(request):
            response: HttpResponse = view(request, *args, **kwargs)
            return response
        ways = get_adapter().get_reauthentication_methods(request.user)
        if not ways:  # a password was taken away, and there is no second factor
            return SeeOther(reverse("account_reset_password"))
        return SeeOther(f"{ways[0]['url']}?{urlencode({'next': request.path})}")

    return wrapper
