"""Faults that are nobody's business but ours become calm pages: 400, 413, 415 and 503.

Law 9: bad input gets a clear page and never a 500; a database that is locked, full or down is a
503 with Retry-After.
"""

from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

RETRY_AFTER_SECONDS = 30
READABLE_CHARSETS = frozenset({"", "utf-8", "utf8", "us-ascii", "ascii"})
KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
STAFF_PREFIX = "/admin/"


def refusal(request: HttpRequest) -> int | None:
    """Return the status with which to refuse a request before anything reads it, or None."""
    if request.method not in KNOWN_METHODS:
        return 405
    if "\x00" in request.path:
        return 400
    if request.content_params.get("charset", "").strip('"').lower() not in READABLE_CHARSETS:
        return 415
    limit = settings.REQUEST_MAX_BYTES
    if request.path.startswith(STAFF_PREFIX):
        limit = settings.REQUEST_MAX_BYTES_STAFF
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 400
    if length > limit:
        return 413
    return None


class FaultMiddleware:
    """Refuse what no view could read, and answer 503 where the database cannot be used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.error_page = import_string("sens_site.errors.error_page")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        status = refusal(request)
        if status is not None:
            return self.error_page(request, status)
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError):
            return self.unavailable(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django asks here for exceptions of views; those of middleware reach `__call__`."""
        if isinstance(exception, OperationalError | InterfaceError):
            return self.unavailable(request)
        return None

    def unavailable(self, request: HttpRequest) -> HttpResponse:
        """Return the 503 page."""
        response: HttpResponse = self.error_page(request, 503)
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
