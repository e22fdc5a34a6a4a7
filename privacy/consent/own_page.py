"""Forced consent is no consent: a choice counts only when it was made on a page of this site.

The site-wide check lets a request through that names no site at all and carries no session, as it
has no authority to borrow. A choice needs no authority to do harm, so here silence is refused.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse


def own_referer(request: HttpRequest) -> str:
    """Return path and query of the page of this site that led here, or nothing."""
    try:
        referer = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    if f"{referer.scheme}://{referer.netloc}" != f"{request.scheme}://{request.get_host()}":
        return ""
    return urlunsplit(("", "", referer.path or "/", referer.query, ""))


def comes_from_own_page(request: HttpRequest) -> bool:
    """Tell whether the browser says that a page of this site sent the request."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    own = f"{request.scheme}://{request.get_host()}"
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin == own
    return own_referer(request) != ""


def from_own_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse a request that no page of this site sent."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not comes_from_own_page(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapper
