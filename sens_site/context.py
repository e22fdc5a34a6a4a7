"""Template context that every page has. Costs no query."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from sens_site.lib.company import COMPANY


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the company's facts, the site's origin and the visitor's consent decision."""
    return {
        "company": COMPANY,
        "site_origin": settings.SITE_ORIGIN,
        "consent": getattr(request, "consent", None),
    }
