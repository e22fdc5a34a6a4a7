"""Template context that every page has. Costs no query by itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from sens_site.lib.company import COMPANY


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the company's facts, the site's origin and what is known of the visitor.

    `has_session` and `signed_in` look at the session only when the request carries its cookie, so
    that a page for everybody never touches one. `signed_in` is asked when a template uses it.
    """
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES

    def signed_in() -> bool:
        user = getattr(request, "user", None)
        return has_session and user is not None and user.is_authenticated

    return {
        "company": COMPANY,
        "site_origin": settings.SITE_ORIGIN,
        "consent": getattr(request, "consent", None),
        "has_session": has_session,
        "signed_in": signed_in,
    }
