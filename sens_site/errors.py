"""Error pages in the site's look. None of them needs the database, the session or the user.

The one for an address without a page offers near ones where the database tells them at once.

Each says what happened, whether something was stored, and what to do next; none blames anybody.
"""

import logging
import sys
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils.html import format_html

from sens_site.context import site
from sens_site.lib.cache.fragment_cache import drawn_once
from sens_site.lib.http.faults import RETRY_AFTER_SECONDS, STAFF_PREFIX
from sens_site.lib.http.nearest_pages import Pages, nearest_pages

logger = logging.getLogger(__name__)

# Status: heading, what happened, what to do.
TEXTS = {
    400: (
        "That request could not be read",
        "What your browser sent is damaged or incomplete. Nothing was stored.",
        "Go back, reload the page and try again.",
    ),
    403: (
        "That is not allowed here",
        "You may not see this page, or may not do this on it. Nothing was changed.",
        "If you have an account with more rights, log in with that one.",
    ),
    404: (
        "Page not found",
        "There is no page at this address. It may have moved, or the address may be incomplete.",
        "If you typed the address, check it. If you followed a link, please tell us where it was.",
    ),
    405: (
        "That cannot be done at this address",
        "This page exists, but not for what was just tried. Nothing was changed.",
        "Open the page from the menu and start again from there.",
    ),
    411: (
        "That came without its length",
        "What was sent did not say how long it is, so none of it was read. Nothing was stored.",
        "Go back, reload the page and send the form again.",
    ),
    413: (
        "That is too much to send at once",
        "What was sent is larger than this site takes. Nothing was stored.",
        "Go back, shorten it and send it again, or ask us for another way.",
    ),
    415: (
        "That cannot be read",
        "What was sent is in a form that this site does not read. Nothing was stored.",
        "Go back, reload the page and send the form as the page offers it.",
    ),
    429: (
        "Too many attempts",
        "This was tried very often in a short time, so we have paused it to keep accounts safe.",
        "Wait a few minutes before you try again.",
    ),
    500: (
        "Something went wrong on our side",
        "This is our mistake and not yours. What you were doing may not have been stored.",
        "Try again in a few minutes. If it happens again, call us.",
    ),
    503: (
        "The site is busy",
        "We cannot reach our records at the moment. What you sent was not stored.",
        "Wait half a minute and try again. If you filled in a form, go back to find it as it was.",
    ),
}
WITHOUT_QUESTIONS = (500, 503)  # the cookie banner could not take an answer
OTHER_SITE = (
    "Your browser says that this was sent from another site, or does not say from where. "
    "To protect you, we did not act on it."
)
LAST_RESORT = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    "<h1>{title}</h1><p>{happened}</p><p>{advice}</p></html>"
)


def error_page(
    request: HttpRequest, status: int, *, reason: str = "", nearest: Pages = ()
) -> HttpResponse:
    """Return the page for a status. `reason` is said instead of what usually happened.

    `nearest` are pages that may have been meant.
    """
    title, happened, advice = TEXTS[status]
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    texts = {"title": title, "happened": reason or happened, "advice": advice}
    context = {
        **site(request),
        **texts,
        # Whoever has a session is offered the way to it; to look into it would need the database.
        "signed_in": has_session,
        "has_session": False,
        "request": request,
        "status": status,
        "nearest": nearest,
    }
    if has_session or status in WITHOUT_QUESTIONS:  # what an account refuses is in the database
        context["consent"] = None
    try:
        html = _drawn(request, context)
    except Exception:
        # Whatever broke the site may break its frame too, and this page is the last one.
        logger.exception("The error page could not be drawn.")
        html = format_html(LAST_RESORT, **texts)
    return HttpResponse(html, status=status)


def _drawn(request: HttpRequest, context: dict[str, Any]) -> str:
    """Draw the page; that of the desk once, as it says the same at every address there.

    It is drawn without the request, so that nothing of a person can be kept with it.
    """
    at_the_desk = context["consent"] is None and request.path.startswith(STAFF_PREFIX)
    if not at_the_desk or context["nearest"]:
        return render_to_string("errors/error.html", context)
    key = "error at the desk", context["status"], context["happened"], context["signed_in"]
    alike = {**context, "request": None, "done": ""}
    return drawn_once(key, lambda: render_to_string("errors/error.html", alike))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400."""
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    return error_page(request, 403)


def forbidden_origin(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a request that may come from another site."""
    return error_page(request, 403, reason=OTHER_SITE)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    reads = request.method in ("GET", "HEAD")
    return error_page(request, 404, nearest=nearest_pages(request.path) if reads else ())


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 where the database failed outside of a view."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    return error_page(request, 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer 503 and say when to come back."""
    response = error_page(request, 503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def no_such_page(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer whatever no other address has taken, in debug mode as in production.

    Stands last in the URLs. As it takes every address, Django's own APPEND_SLASH never acts, and
    this does it: for a page that exists under the same address with a slash.
    """
    lacks_slash = request.method in ("GET", "HEAD") and not request.path_info.endswith("/")
    if lacks_slash and resolve(request.path_info + "/").func is not no_such_page:
        return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
    return not_found(request)


def leads_somewhere(path: str) -> bool:
    """Tell whether a view of ours answers at an address, be it by leading elsewhere."""
    return resolve(path).func is not no_such_page
