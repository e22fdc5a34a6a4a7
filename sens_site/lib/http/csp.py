"""The Content-Security-Policy header: denied by default, written in code, never read from a query.

The names are those of Django 6 (`SECURE_CSP`, `_csp_config`), so that the emitting
half of this module can be deleted on the day the project moves there.
"""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sens_site.lib.http.types import Policy

NONE = "'none'"
SELF = "'self'"

BASE_POLICY: dict[str, tuple[str, ...]] = {
    "default-src": (NONE,),
    "base-uri": (NONE,),
    # No script of ours asks for anything, but a browser fetches robots.txt for its tools by this.
    "connect-src": (SELF,),
    "form-action": (SELF,),
    "frame-ancestors": (NONE,),
    "img-src": (SELF,),
    "script-src": (SELF,),
    "style-src": (SELF,),
}
FILE_POLICY: dict[str, tuple[str, ...]] = {"default-src": (NONE,), "frame-ancestors": (NONE,)}
"""For what is no page: a stylesheet, a feed. It loads nothing, even where it is opened as one."""


def serialise(policy: Policy) -> str:
    """Write a policy as a header value. The order is the mapping's, so the bytes are stable."""
    return "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in policy.items())


def extended(
    policy: Policy, additions: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return `policy` with more sources, dropping 'none' from a directive that gains one."""
    result = dict(policy)
    for directive, sources in additions.items():
        present = tuple(s for s in result.get(directive, ()) if s != NONE)
        result[directive] = present + tuple(s for s in sources if s not in present)
    return result


class ContentSecurityPolicyMiddleware:
    """Put the header on every response, error pages included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        usual = settings.SECURE_CSP if is_page else FILE_POLICY
        policy = getattr(response, "_csp_config", usual)
        response.headers.setdefault("Content-Security-Policy", serialise(policy))
        return response
