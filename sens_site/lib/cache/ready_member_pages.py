"""Pages that look the same to everybody who is signed in, given out before Django is entered.

Such a page is drawn by `alike_for_members`, for nobody. What all middleware has made of it is kept
here with its headers, by address and by the state of the member, which one query tells anew for
each request: a session that has been ended anywhere ends here too. In doubt a request is passed on.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.http.cookie import parse_cookie

from sens_site.lib.cache.content_stamp import Generation, generation
from sens_site.lib.cache.member_page_cache import DRAWN_FOR
from sens_site.lib.http.accept_encoding import accepted_encodings
from sens_site.lib.http.cache_control import NO_STORE
from sens_site.lib.http.request_metrics import VIEW
from sens_site.lib.metrics import KEPT, REQUESTS

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Application = Callable[[Environ, Any], Iterable[bytes]]
StateOf = Callable[[Mapping[str, str], bool], str | None]
Place = tuple[str, ...]

MOST_PAGES = 256
PLACE = "site.place"
"""Where `environ` says by what an answer for a member is found."""
MAX_COOKIE_HEADER = 4096
# What makes Django look at more of a request than its address.
WITH_MORE = ("QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, and under which state of the content it was made."""

    generation: Generation
    headers: Headers
    body: bytes
    view: str


class ReadyMemberPages:
    """The wrapper. One per worker process; safe for its threads."""

    def __init__(
        self,
        application: Application,
        *,
        state_of: StateOf,
        session_cookie: str,
        keep: bool = True,
    ) -> None:
        self.application = application
        self.state_of = state_of
        self.session_cookie = session_cookie
        self.keep = keep
        self._answers: OrderedDict[tuple[Place, str], Answer] = OrderedDict()
        self._places: set[Place] = set()
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start: Any) -> Iterable[bytes]:
        place = self.place_of(environ) if self.keep else None
        if place is None:
            return self.application(environ, start)
        environ[PLACE] = place
        # Only an address that has shown such a page is worth the query.
        state = self._state(environ) if place in self._places else None
        if state is not None:
            held = self._answers.get((place, state))
            if held is not None and held.generation == generation():
                REQUESTS.labels(held.view, "200", KEPT).inc()
                start("200 OK", list(held.headers))
                return [held.body]
        return self._pass_on(place, state, environ, start)

    def place_of(self, environ: Environ) -> Place | None:
        """Return by what an answer is found, or None for a request that is always passed on."""
        cookies = environ.get("HTTP_COOKIE", "")
        gpc = environ.get("HTTP_SEC_GPC", "")
        proto = environ.get("HTTP_X_FORWARDED_PROTO", "")
        if (
            environ["REQUEST_METHOD"] != "GET"
            or self.session_cookie not in cookies
            or len(cookies) > MAX_COOKIE_HEADER
            or any(environ.get(name) for name in WITH_MORE)
            or gpc not in ("", "1")
            or proto not in ("", "http", "https")
        ):
            return None
        packed = "gzip" in accepted_encodings(environ.get("HTTP_ACCEPT_ENCODING", ""))
        return (
            environ.get("PATH_INFO", ""),
            environ.get("HTTP_HOST", ""),
            environ.get("wsgi.url_scheme", ""),
            proto,
            gpc,
            "gzip" if packed else "",
        )

    def forget(self) -> None:
        """Drop all that is kept."""
        with self._lock:
            self._answers.clear()
            self._places.clear()

    def _state(self, environ: Environ) -> str | None:
        cookies = parse_cookie(environ["HTTP_COOKIE"])
        if not cookies.get(self.session_cookie):
            return None
        give_connection_back()
        try:
            return self.state_of(cookies, environ.get("HTTP_SEC_GPC") == "1")
        except (DatabaseError, InterfaceError):
            return None  # Django meets the same, and says so
        finally:
            give_connection_back()

    def _pass_on(
        self, place: Place, state: str | None, environ: Environ, start: Any
    ) -> Iterable[bytes]:
        before = generation()
        answer: list[tuple[str, Headers]] = []

        def remember(status: str, headers: Headers, exc_info: Any = None) -> Callable[..., Any]:
            answer[:] = [(status, list(headers))]
            start(status, headers)
            return lambda data: None

        result = self.application(environ, remember)
        drawn_for = environ.get(DRAWN_FOR)
        status, headers = answer[0]
        if drawn_for is None or not may_keep(status, headers):
            return result
        with self._lock:
            if len(self._places) >= MOST_PAGES:
                self._places.clear()
            self._places.add(place)
        if drawn_for != state:
            return result
        try:
            body = b"".join(result)
        finally:
            getattr(result, "close", lambda: None)()
        with self._lock:
            if before == generation():
                view = environ.get(VIEW, "")
                self._answers[place, state] = Answer(before, headers, body, view)
                self._answers.move_to_end((place, state))
                while len(self._answers) > MOST_PAGES:
                    self._answers.popitem(last=False)
        return [body]


def give_connection_back() -> None:
    """Do what Django does before and after each request, which has not begun here."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def may_keep(status: str, headers: Headers) -> bool:
    """Tell whether an answer says nothing but a page that caches may not store."""
    fields = [(name.lower(), value) for name, value in headers]
    return (
        status.startswith("200 ")
        and ("cache-control", NO_STORE) in fields
        and not {"set-cookie", "clear-site-data"} & {name for name, _ in fields}
    )
