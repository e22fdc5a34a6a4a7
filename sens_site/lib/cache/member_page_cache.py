"""Pages that look the same to everybody who is signed in, kept in this process.

Such a page differs from the one for strangers in its links to the account and to log out, and in
nothing that belongs to a person. It is drawn once, for a member who is nobody: a user without
name and number, and no session. So a template that asks for more draws nothing, and a view that
asks for more fails, before anything personal could be kept.
"""

import gzip
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from sens_site.lib.cache.fragment_cache import fragment
from sens_site.lib.http.accept_encoding import accepted_encodings

PersonalNotice = Callable[[HttpRequest], bool]
MESSAGES = "_messages"
DRAWN_FOR = "site.drawn_for"
"""Where it stands in `environ` for which consent state of members an answer is: see `ready_member_pages`."""
_personal_notices: list[PersonalNotice] = []


class Nobody:
    """The member for whom kept pages are drawn: signed in, and nothing else."""

    is_authenticated = True
    is_anonymous = False
    is_active = True
    is_staff = False


class NoSession:
    """Stands where the session was: whatever a view wants of it, it may not have."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("A page that is alike for members may not look at the session.")


@dataclass(frozen=True, slots=True)
class MemberPage:
    """A page as bytes, plain and gzipped, with the headers that its view gave it."""

    body: bytes
    gzipped: bytes
    headers: dict[str, str]

    def response(self, request: HttpRequest) -> HttpResponse:
        """Return the page in the best form that the browser takes."""
        if "gzip" in accepted_encodings(request.headers.get("Accept-Encoding", "")):
            return HttpResponse(self.gzipped, headers={**self.headers, "Content-Encoding": "gzip"})
        return HttpResponse(self.body, headers=self.headers)


def personal_notice(asks: PersonalNotice) -> PersonalNotice:
    """Register what tells whether a page has something to say to this very person.

    Asked on every page of a signed-in visitor, so it may cost no query.
    """
    _personal_notices.append(asks)
    return asks


def alike_for_members(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Declare that a view shows every member the same, unless a notice waits for one of them."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.DEBUG or not is_plain_request(request):
            return view(request, *args, **kwargs)
        state = getattr(getattr(request, "consent", None), "key", "")
        page = fragment(
            ("member", request.path, state), lambda: _draw(view, request, *args, **kwargs)
        )
        if page is None:
            return view(request, *args, **kwargs)
        request.META[DRAWN_FOR] = state
        return page.response(request)

    return wrapper


def is_plain_request(request: HttpRequest) -> bool:
    """Tell whether a member only looks at an address, and nothing is to be said to this very one."""
    return (
        request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME in request.COOKIES
        and not request.META.get("QUERY_STRING")
        and request.user.is_authenticated
        and MESSAGES not in request.session
        and not waits_for_notice(request)
    )


def waits_for_notice(request: HttpRequest) -> bool:
    """Tell whether something is to be said to this very person."""
    return any(asks(request) for asks in _personal_notices)


def of_nobody(request: HttpRequest) -> HttpRequest:
    """Make a request that of a member who is nobody, who looks at a page."""
    anybody: Any = request
    anybody.method = "GET"
    anybody.user, anybody.session = Nobody(), NoSession()
    vars(anybody)["_messages"] = ()
    return request


def _draw(
    view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any
) -> MemberPage | None:
    """Draw the page for nobody; None where it is not a plain page."""
    response = view(of_nobody(copy(request)), *args, **kwargs)
    if response.status_code != 200 or response.cookies or response.streaming:
        return None
    headers = dict(response.headers)
    body = response.content
    return MemberPage(body, gzip.compress(body, mtime=0), headers)
