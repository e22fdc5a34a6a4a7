"""Error pages in the site's look. None of them needs the database, the session or the user."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from sens_site.context import site

TITLES = {
    400: "That request could not be read",
    403: "That is not allowed here",
    404: "Page not found",
    405: "That cannot be done at this address",
    413: "That is too much to send at once",
    415: "That cannot be read",
    429: "Too many attempts",
    500: "Something went wrong on our side",
    503: "The site is busy",
}


def error_page(request: HttpRequest, status: int, *, reason: str = "") -> HttpResponse:
    """Return the page for a status. `reason` is shown to the visitor."""
    context = {
        **site(request),
        "signed_in": settings.SESSION_COOKIE_NAME in request.COOKIES,  # no query: it may be down
        "has_session": False,
        "request": request,
        "status": status,
        "title": TITLES[status],
        "reason": reason,
    }
    if status in (500, 503):
        context["consent"] = None
    return HttpResponse(render_to_string("errors/error.html", context), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400."""
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    return error_page(request, 403)


def forbidden_origin(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a request that may come from another site."""
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500."""
    return error_page(request, 500)
