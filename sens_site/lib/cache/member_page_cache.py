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
View = Callable[..., HttpResponse]
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


def alike_for_members(view: View) -> View:
    """Declare that a view shows every member the same, unless a notice waits for one of them."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page = _kept_page(view, request, *args, **kwargs)
        if page is None:
            return view(request, *args, **kwargs)
        request.META[DRAWN_FOR] = _consent_key(request)
        return page.response(request)

    return wrapper


def alike_for_members_by(**question: Callable[..., bool]) -> Callable[[View], View]:
    """Declare the same but for the answer to one question: a view shows one page for yes, one for no.

    The question is asked on each request, with what the view is asked with, and the view is told the
    answer by the question's name. A stranger's answer is the question's own affair.
    """
    ((name, asks),) = question.items()

    def decorator(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            told = {**kwargs, name: asks(request, *args, **kwargs)}
            page = _kept_page(view, request, *args, **told)
            return view(request, *args, **told) if page is None else page.response(request)

        return wrapper

    return decorator


def _kept_page(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> MemberPage | None:
    """Return the page of nobody; None where this request has to be answered by itself."""
    if settings.DEBUG or not is_plain_request(request):
        return None
    key = "member", request.path, _consent_key(request), *sorted(kwargs.items())
    return fragment(key, lambda: _draw(view, request, *args, **kwargs))


def _consent_key(request: HttpRequest) -> str:
    key: str = getattr(getattr(request, "consent", None), "key", "")
    return key


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


def _draw(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> MemberPage | None:
    """Draw the page for nobody; None where it is not a plain page."""
    response = view(of_nobody(copy(request)), *args, **kwargs)
    if response.status_code != 200 or response.cookies or response.streaming:
        return None
    headers = dict(response.headers)
    body = response.content
    return MemberPage(body, gzip.compress(body, mtime=0), headers)
