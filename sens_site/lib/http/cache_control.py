"""What a cache may do with a response, decided in one place.

Law 4: an anonymous page is the same bytes for everyone in one consent state, and only the answer
to a request with no cookie may be `public`: one body for `Sec-GPC: 1` and one for all else, kept
apart by `Vary`. A view says that it is such a page with `@shared_page`; everything that says
nothing is `private, no-store`.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from sens_site.lib.cache.shared_dictionary import AVAILABLE, shared_dictionary
from sens_site.lib.http.done_notice import NAME as NOTICE
from sens_site.lib.http.types import SiteRequest, SiteResponse

# Told by each page, and so without blanks. Kept, and asked for anew before each use.
PUBLIC = "public,no-cache"
PRIVATE = "private,no-cache"
NO_STORE = "private, no-store"
READY_FLAG = "site.ready"
SPECULATION_RULES_PATH = "/speculation-rules.json"
VARY = ("Accept-Encoding", "Cookie", "Sec-GPC")


def shared_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Declare that a view's 200 depends on nothing but its address and the consent state.

    Such a view may not read the clock beyond the day, the session, the user or a random number
    unless the request carries a session cookie, in which case nothing of it is kept.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = cast("SiteResponse", view(request, *args, **kwargs))
        response._shared_page = True
        return response

    return wrapper


def is_shared(request: HttpRequest, response: HttpResponse) -> bool:
    """Tell whether this very response is the same for everyone in one consent state."""
    return (
        getattr(response, "_shared_page", False) is True
        and request.method in ("GET", "HEAD")
        and response.status_code == 200
        and not response.cookies
        and not response.streaming
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "Cache-Control" not in response.headers
        and NOTICE not in request.GET
    )


def is_html(response: HttpResponse) -> bool:
    """Tell whether a response is a page."""
    return response.headers.get("Content-Type", "").startswith("text/html")


def may_fetch_ahead(request: HttpRequest, response: HttpResponse) -> bool:
    """Tell whether a browser is told which pages it may fetch before they are asked for.

    What it fetches says where a visitor's pointer rests, so nobody is asked to who has said, by the
    signal, to be left alone. Browsers that save data or power fetch nothing ahead by themselves.
    """
    return settings.SPECULATION_RULES and is_html(response) and "Sec-GPC" not in request.headers


class CacheControlMiddleware:
    """Write `Cache-Control` and `Vary`, and tell the server in front which page it may keep.

    Stands outside every middleware that may set a cookie, so that it sees them all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        response = self.get_response(request)
        shared = is_shared(request, response)
        if shared:
            response.headers["Cache-Control"] = PRIVATE if request.COOKIES else PUBLIC
            request.environ[READY_FLAG] = True
            dictionary = shared_dictionary()
            if dictionary is not None and is_html(response):
                response.headers["Link"] = dictionary.link
                _vary_by(response, [*VARY, AVAILABLE])
            if may_fetch_ahead(request, response):
                response.headers["Speculation-Rules"] = f'"{SPECULATION_RULES_PATH}"'
        if "Cache-Control" in response.headers and not shared:
            return response  # a static file, or a view that says itself what holds for it
        response.headers.setdefault("Cache-Control", NO_STORE)
        _vary_by(response, VARY)
        return response


def _vary_by(response: HttpResponse, names: Sequence[str]) -> None:
    patch_vary_headers(response, names)
    response.headers["Vary"] = response.headers["Vary"].replace(", ", ",")
