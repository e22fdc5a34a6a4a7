"""Template context that every page, and every mail, has. Costs no query by itself."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from sens_site.lib.http.done_notice import notice_in


def facts() -> dict[str, Any]:
    """Return what is true of the site whoever asks: whose it is, and where."""
    return {"company": settings.COMPANY, "site_origin": settings.SITE_ORIGIN}


def render_without_request(template: str, context: Mapping[str, Any]) -> SafeString:
    """Draw what is no answer to a request, and so passes no context processor: a mail, a file."""
    return render_to_string(template, {**facts(), **context})


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the company's facts, the site's origin and what is known of the visitor.

    `done` is what the page may say was done a moment ago (`sens_site.lib.http.done_notice`).
    `has_session` and `signed_in` look at the session only when the request carries its cookie, so
    that a page for everybody never touches one. `signed_in` is asked when a template uses it.
    """
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES

    def signed_in() -> bool:
        user = getattr(request, "user", None)
        return has_session and user is not None and user.is_authenticated

    return {
        **facts(),
        "consent": getattr(request, "consent", None),
        "done": lambda: notice_in(request),
        "has_session": has_session,
        "signed_in": signed_in,
    }
