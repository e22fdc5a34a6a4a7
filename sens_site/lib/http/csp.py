"""The Content-Security-Policy header: denied by default, written in code, never read from a query.

The names are those of Django 6 (`SECURE_CSP`, `_csp_config`), so that the emitting
half of this module can be deleted on the day the project moves there.
"""

from collections.abc import Callable, Mapping
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from sens_site.lib.http.types import Policy, SiteResponse

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
    "style-src": (SELF,),
}
"""A page of ours runs no script, unless it says that it does (`run_scripts`)."""
FILE_POLICY: dict[str, tuple[str, ...]] = {"default-src": (NONE,), "frame-ancestors": (NONE,)}
"""For what is no page: a stylesheet, a feed. It loads nothing, even where it is opened as one."""


def serialise(policy: Policy) -> str:
    """Write a policy as a header value. The order is the mapping's, so the bytes are stable."""
    return ";".join(f"{directive} {' '.join(sources)}" for directive, sources in policy.items())


def extended(
    policy: Policy, additions: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return `policy` with more sources, dropping 'none' from a directive that gains one."""
    result = dict(policy)
    for directive, sources in additions.items():
        present = tuple(s for s in result.get(directive, ()) if s != NONE)
        result[directive] = present + tuple(s for s in sources if s not in present)
    return result


def run_scripts(response: HttpResponseBase) -> None:
    """Let a page run scripts of ours; what is no page stays without."""
    if is_page(response):
        widen(response, "script-src")


def lets_scripts_run(response: HttpResponseBase) -> bool:
    """Tell whether a page runs any script at all."""
    return "script-src" in getattr(response, "_csp_config", ())


def is_page(response: HttpResponseBase) -> bool:
    """Tell whether a browser draws a response as a page."""
    return response.headers.get("Content-Type", "").startswith("text/html")


def widen(response: HttpResponseBase, directive: str) -> None:
    """Let a page have something of ours that pages have not, or stand in a frame of ours."""
    response = cast("SiteResponse", response)
    base = getattr(response, "_csp_config", settings.SECURE_CSP)
    response._csp_config = extended(base, {directive: (SELF,)})


class ContentSecurityPolicyMiddleware:
    """Put the header on every response, error pages included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        usual = settings.SECURE_CSP if is_page(response) else FILE_POLICY
        policy = getattr(response, "_csp_config", usual)
        response.headers.setdefault("Content-Security-Policy", serialise(policy))
        return response
