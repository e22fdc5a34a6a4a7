"""Counts every answer that Django makes, by its view. Pages kept ready are counted where they are."""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse

from sens_site.lib.http.types import SiteRequest
from sens_site.lib.metrics import MADE, REQUEST_SECONDS, REQUESTS
from sens_site.lib.tracing import traced

VIEW = "site.view"
"""Where the name of the view stands in `environ`, for whoever keeps the page."""
STATIC, REFUSED, OTHERS = "static", "refused", "site"


def names_of(request: SiteRequest) -> tuple[str, str]:
    """Return the name of the view, and of the room that it belongs to.

    The names are those of the code. No part of an address is one of them, or every visitor could
    make new ones.
    """
    match = request.resolver_match
    if match is None:  # nothing has asked which view it is for
        name = STATIC if request.path.startswith(settings.STATIC_URL) else REFUSED
        return name, name
    return match.view_name, match.namespaces[0] if match.namespaces else OTHERS


class RequestMetricsMiddleware:
    """Stands outside of all that may answer."""

    def __init__(self, get_response: Callable[[SiteRequest], HttpResponse]) -> None:
        self.get_response = traced(get_response) if settings.TRACES_TO else get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = self.get_response(request)
        view, room = names_of(request)
        request.environ[VIEW] = view
        REQUESTS.labels(view, str(response.status_code), MADE).inc()
        REQUEST_SECONDS.labels(room).observe(time.perf_counter() - begun)
        return response
