"""Bad input and faults become calm pages, in debug mode as in production.

Law 9: bad input gets a clear page and never a 500; a database that is locked, full or down is a
503 with Retry-After.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.http import parse_header_parameters
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

RETRY_AFTER_SECONDS = 30
READABLE_CHARSETS = frozenset({"", "utf-8", "utf8", "us-ascii", "ascii"})
KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
STAFF_PREFIX = "/admin/"
PAGED_STATUSES = frozenset({400, 403, 404, 405, 411, 413, 415, 429, 500, 503})


def refusal(request: HttpRequest) -> int | None:
    """Return the status with which to refuse a request before anything reads it, or None."""
    if request.method not in KNOWN_METHODS:
        return 405
    if "\x00" in request.path:
        return 400
    if not is_readable((request.content_params or {}).get("charset", "")):
        return 415
    chunked = request.headers.get("Transfer-Encoding", "")
    if chunked and not request.META.get("CONTENT_LENGTH"):
        return 411  # it would arrive empty, and be taken for a form with nothing in it
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 400
    if length > most_bytes(request.path):
        return 413
    return None


def most_bytes(path: str) -> int:
    """Return how many bytes a request to an address may bring."""
    for prefix, larger in settings.REQUEST_MAX_BYTES_BELOW.items():
        if path.startswith(prefix):
            return int(larger)
    if path.startswith(STAFF_PREFIX):
        return int(settings.REQUEST_MAX_BYTES_STAFF)
    if path in settings.PATHS_WITH_PHOTOS:
        return int(settings.REQUEST_MAX_BYTES_PHOTOS)
    return int(settings.REQUEST_MAX_BYTES)


def is_readable(charset: str) -> bool:
    """Tell whether text in a charset is in a form that every browser sends."""
    return charset.strip('"').lower() in READABLE_CHARSETS


def with_known_charset(application: Application) -> Application:
    """Put a name that is no codec in the place of a charset that no page of ours reads.

    Django decodes the query of a request by the charset of its body, before any middleware can
    refuse it; `zip` and `idna` are codecs, and fail there. Without a codec it reads UTF-8, and
    `FaultMiddleware` refuses the request in the site's look.
    """

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        kind, parameters = parse_header_parameters(environ.get("CONTENT_TYPE") or "")
        if not is_readable(parameters.get("charset", "")):
            environ["CONTENT_TYPE"] = f"{kind}; charset=none"
        return application(environ, start_response)

    return wrapped


def status_of(exception: Exception) -> int | None:
    """Return the status for an exception of a view, or None for one that is a mistake of ours."""
    if isinstance(exception, OperationalError | InterfaceError):
        return 503
    if isinstance(exception, Http404):
        return 404
    if isinstance(exception, PermissionDenied):
        return 403
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return 413
    if isinstance(
        exception, BadRequest | SuspiciousOperation | MultiPartParserError | UnreadablePostError
    ):
        return 400
    return None


def is_bare(response: HttpResponse) -> bool:
    """Tell whether a refusal has no page of ours: Django's decorators answer with empty ones."""
    return (
        response.status_code in PAGED_STATUSES
        and not response.streaming
        and response.headers.get("Content-Type", "text/html").startswith(
            ("text/html", "text/plain")
        )
        and not response.content.lstrip()[:14].lower().startswith(b"<!doctype html")
    )


def leave_unlogged(response: HttpResponse, *, when: bool = True) -> None:
    """Let Django write no line about a status that says by itself all there is to say."""
    response._has_been_logged = when  # type: ignore[attr-defined]  # noqa: SLF001 - Django's own mark


class FaultMiddleware:
    """Refuse what no view could read, and give every refusal a page that can be read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.error_page = import_string("sens_site.errors.error_page")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        status = refusal(request)
        if status is not None:
            return self.page(request, status)
        response = self.get_response(request)
        if not is_bare(response):
            return response
        page = self.page(request, response.status_code)
        for name, value in response.headers.items():
            if name not in ("Content-Type", "Content-Length"):
                page.headers[name] = value
        page.cookies = response.cookies
        # Django marks what it has logged; a page that stands for it must not be logged again.
        leave_unlogged(page, when=getattr(response, "_has_been_logged", False))
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django asks here for exceptions of views; those of middleware reach handler500."""
        status = status_of(exception)
        if status == 503:
            logger.error("The database cannot be used.", exc_info=exception)
        return None if status is None else self.page(request, status)

    def page(self, request: HttpRequest, status: int) -> HttpResponse:
        """Return the page for a status, with the header that belongs to it."""
        page: HttpResponse = self.error_page(request, status)
        if status == 405:
            page.headers["Allow"] = ", ".join(sorted(KNOWN_METHODS))
        if status == 503:
            page.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return page
