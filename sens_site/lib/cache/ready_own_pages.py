"""A person's own pages without the way through all middleware, which costs more than most of them.

What `own_page` draws for a person who only looks gets the same headers each time: they follow from
the address, from the consent state and from nothing of the person. So they are kept here, as Django
has once made them, and with them the view. For each later request one query tells who asks (the
session may have ended meanwhile), the view is asked with all its own guards, and whatever it answers
but such a page is thrown away: then Django is asked, as it is for every other request and in doubt.
Nothing that is kept has come from a person, and no page of a person is kept.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.handlers.wsgi import WSGIRequest, get_script_name
from django.http import HttpResponse
from django.urls import ResolverMatch, set_script_prefix

from sens_site.lib.cache.content_stamp import Generation, generation
from sens_site.lib.cache.own_page import DRAWN, Drawn
from sens_site.lib.cache.ready_member_pages import (
    PLACE,
    Application,
    Environ,
    Headers,
    Place,
    give_connection_back,
    may_keep,
)
from sens_site.lib.http.request_metrics import OTHERS, VIEW
from sens_site.lib.metrics import MADE, REQUEST_SECONDS, REQUESTS

MOST_PLACES = 256
LENGTH = "Content-Length"
MIDDLEWARE = (
    # What these write is kept, and follows from the address and the consent state.
    "sens_site.lib.http.cache_control.CacheControlMiddleware",
    "sens_site.lib.http.request_metrics.RequestMetricsMiddleware",  # counted here as there
    "sens_site.lib.http.csp.ContentSecurityPolicyMiddleware",
    "sens_site.lib.http.security_headers.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # A static file is no own page.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # A page that is read waits for no lock.
    "sens_site.lib.http.database_wait.DatabaseWaitMiddleware",
    # Whatever is refused, or goes wrong here, is left to Django.
    "sens_site.lib.http.faults.FaultMiddleware",
    # Who asks is told by `introduce`; a session that something was put into is left to Django.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Only what is sent can be forged, and this is a page that is read.
    "sens_site.lib.http.same_origin.SameOriginMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Whoever has a message waiting is not introduced.
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # These look at what is sent, or at the desk, where no page is an own page.
    "accounts.middleware.LastUseMiddleware",
    "accounts.middleware.StaffSecondFactorMiddleware",
    "accounts.middleware.SessionEndedMiddleware",
    # Whose cookie has to be corrected or deleted is not introduced.
    "privacy.consent.middleware.ConsentMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)
"""Those of which it has been asked what they do to such a request. With any other one, or in another
order, every page takes the whole way: one that keeps somebody out may not be passed by."""

Introduce = Callable[[Any], str | None]
Ask = Callable[[Callable[..., Any], Any], Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What answers at a place in one consent state, and what is around it."""

    generation: Generation
    match: ResolverMatch
    own_headers: dict[str, str]
    headers: Headers


class ReadyOwnPages:
    """The wrapper. One per worker process; safe for its threads.

    `introduce` gives a request what it needs of the person who asks and names the consent state, or
    None for whoever is to be answered by Django; `ask` calls a view with it.
    """

    def __init__(
        self, application: Application, *, introduce: Introduce, ask: Ask, keep: bool = True
    ) -> None:
        self.application = application
        self.introduce = introduce
        self.ask = ask
        self.keep = keep
        self._known: dict[Place, dict[str, Known]] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start: Any) -> Iterable[bytes]:
        place: Place | None = environ.get(PLACE) if self.keep else None
        if place is None:
            return self.application(environ, start)
        states = self._known.get(place)
        if states is not None:
            begun = time.perf_counter()
            answer = self._answer(states, environ)
            if answer is not None:
                known, body = answer
                self._count(known.match, environ, time.perf_counter() - begun)
                start("200 OK", [*known.headers, (LENGTH, str(len(body)))])
                return [body]
        return self._pass_on(place, environ, start)

    def forget(self) -> None:
        """Drop all that is kept."""
        with self._lock:
            self._known.clear()

    def _answer(self, states: dict[str, Known], environ: Environ) -> tuple[Known, bytes] | None:
        """Have the page drawn for whoever asks; None where anything is not as usual."""
        give_connection_back()
        try:
            set_script_prefix(get_script_name(environ))
            request = WSGIRequest(environ)
            state = self.introduce(request)
            known = None if state is None else states.get(state)
            if known is None or known.generation != generation():
                return None
            request.resolver_match = known.match
            response = self.ask(known.match.func, request)
            usual = DRAWN in environ and _is_plain(response, known, request)
        except Exception:  # noqa: BLE001 - Django meets the same, writes it down and answers it
            return None
        finally:
            environ.pop(DRAWN, None)
            give_connection_back()
        return (known, response.content) if usual else None

    def _count(self, match: ResolverMatch, environ: Environ, seconds: float) -> None:
        room = match.namespaces[0] if match.namespaces else OTHERS
        environ[VIEW] = match.view_name
        REQUESTS.labels(match.view_name, "200", MADE).inc()
        REQUEST_SECONDS.labels(room).observe(seconds)

    def _pass_on(self, place: Place, environ: Environ, start: Any) -> Iterable[bytes]:
        before = generation()
        answer: list[tuple[str, Headers]] = []

        def remember(status: str, headers: Headers, exc_info: Any = None) -> Callable[..., Any]:
            answer[:] = [(status, list(headers))]
            return start(status, headers)  # type: ignore[no-any-return]  # the server's own

        result = self.application(environ, remember)
        drawn: Drawn | None = environ.get(DRAWN)
        status, headers = answer[0]
        if drawn is not None and may_keep(status, headers):
            around = [(name, value) for name, value in headers if name != LENGTH]
            known = Known(before, drawn.match, drawn.headers, around)
            with self._lock:
                if len(self._known) >= MOST_PLACES:
                    self._known.clear()
                self._known.setdefault(place, {})[drawn.state] = known
        return result


def _is_plain(response: HttpResponse, known: Known, request: Any) -> bool:
    """Tell whether a page asks for no other headers than those that are kept, and for no cookie."""
    return (
        response.status_code == 200
        and dict(response.headers) == known.own_headers
        and not response.cookies
        and not request.session.modified
    )
