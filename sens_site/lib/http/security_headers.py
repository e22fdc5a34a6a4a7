"""Security headers that are always the same and that Django does not set itself."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sens_site.lib.http.csp import is_page, lets_scripts_run

# What a script could ask of a visitor's device, switched off for us and for frames. Features that
# browsers keep to https origins and prompt for anyway are left out: each name is sent every time.
PERMISSIONS_POLICY = "camera=(),geolocation=(),microphone=()"
# What a browser tells of a visitor by itself, to the scripts of those who ask for it.
WITH_SCRIPTS = f"browsing-topics=(),{PERMISSIONS_POLICY}"

# They speak of windows and of links, which a stylesheet or a feed has not.
ONLY_FOR_PAGES = ("Cross-Origin-Opener-Policy", "Referrer-Policy")


class SecurityHeadersMiddleware:
    """Add what Django does not, and what it does too late."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_page(response):
            policy = WITH_SCRIPTS if lets_scripts_run(response) else PERMISSIONS_POLICY
            response.headers.setdefault("Permissions-Policy", policy)
            # Django's own middleware does not see the pages that refuse a request early.
            response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        else:
            for name in ONLY_FOR_PAGES:
                response.headers.pop(name, None)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
