"""Whether a browser keeps cookies at all: asked once, after the first act that needs one.

Without this a log-in leads back to the log-in, and an answer to the banner back to the banner. A
request that carries any cookie has shown it already, and takes no step more.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from sens_site.lib.http.safe_next import HOME, stays_here


def by_way_of_check(request: HttpRequest, target: str) -> str:
    """Return where to send a browser that has just been given a cookie."""
    if request.COOKIES:
        return target
    return f"{reverse('consent:kept')}?{urlencode({'next': target})}"


@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """Lead on a browser that has brought its cookie back; tell the others what that means."""
    asked = request.GET.get("next", "")
    target = asked if stays_here(asked) else HOME
    if request.COOKIES:
        return HttpResponseRedirect(target)
    response = render(request, "privacy/consent/no_cookies.html")
    response.headers["X-Robots-Tag"] = "noindex"
    return response
