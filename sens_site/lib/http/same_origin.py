"""Cross-site request forgery: decided by what the browser says of the request, not by a token.

A token in a form sets a cookie on the first visit and makes each page unique (laws 1 and 4).
Browsers send `Sec-Fetch-Site` on every request to a trustworthy origin and `Origin` on every
unsafe one, and no page can forge either. django-modern-csrf holds the algorithm; this subclass
closes the one door it leaves open.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from modern_csrf.middleware import ModernCsrfViewMiddleware

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
REASON_NO_PROVENANCE = "The request carries a session but does not say which site it comes from."


class SameOriginMiddleware(ModernCsrfViewMiddleware):
    """Refuse an unsafe request that another site may have started.

    A request with neither `Sec-Fetch-Site` nor `Origin` does not come from a current browser. It
    is let through when it carries no session, as then it has no authority to borrow; with a
    session it must at least name a page of ours as its `Referer`.
    """

    def process_view(
        self,
        request: HttpRequest,
        callback: Callable[..., HttpResponse],
        callback_args: tuple[Any, ...],
        callback_kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        exempt = getattr(callback, "csrf_exempt", False)
        enforced = not getattr(request, "_dont_enforce_csrf_checks", False)
        if (
            not exempt
            and enforced
            and request.method not in SAFE_METHODS
            and settings.SESSION_COOKIE_NAME in request.COOKIES
            and "HTTP_SEC_FETCH_SITE" not in request.META
            and "HTTP_ORIGIN" not in request.META
            and not self._referer_is_ours(request)
        ):
            return self._reject(request, REASON_NO_PROVENANCE)
        verdict: HttpResponse | None = super().process_view(  # type: ignore[no-untyped-call]  # modern_csrf has no types
            request, callback, callback_args, callback_kwargs
        )
        return verdict

    def _referer_is_ours(self, request: HttpRequest) -> bool:
        try:
            referer = urlsplit(request.META.get("HTTP_REFERER", ""))
        except ValueError:
            return False
        return (referer.scheme, referer.netloc) == (request.scheme, request.get_host())
