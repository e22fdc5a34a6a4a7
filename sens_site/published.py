"""Which pages are published as files, for whom, and with which headers (ADR 26).

What may be kept is decided where it is decided for the pages kept in memory, by `ReadyPages`: here
stands only what is asked for. A page that it does not keep is not published.
"""

import io
import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError
from django.urls import reverse

from privacy.consent.kept_states import KeptState, kept_states, patterns_of_cookies
from privacy.consent.offer.current import stamp_and_offer
from sens_site.lib.cache.kept_page import Headers
from sens_site.lib.cache.page_cache import Environ
from sens_site.lib.cache.published_pages import PublishedPages
from sens_site.lib.cache.shared_dictionary import shared_dictionary
from sens_site.lib.deploy.nginx import Part
from sens_site.lib.deploy.nginx_published import Published, part
from sens_site.lib.public_pages import public_pages

LOOK_SECONDS = 0.25
WORK_SECONDS = 0.2
"""How long pages are drawn before the next look: withdrawing takes no longer than the two and a page."""
AGAIN_SECONDS = 5.0
HTML = "text/html; charset=utf-8"
logger = logging.getLogger(__name__)


class Drawn(NamedTuple):
    """A page in one state, with the headers that visitors get."""

    state: KeptState
    path: str
    headers: Headers
    body: bytes


def environ_of(path: str, state: KeptState) -> Environ:
    """Return the request of a visitor in a state, as the server in front hands it on."""
    scheme, host = urlsplit(settings.SITE_ORIGIN)[:2]
    environ: Environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "HTTP_HOST": host,
        "HTTP_X_FORWARDED_PROTO": scheme,
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": settings.SITE_HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if state.cookie:
        cookie: SimpleCookie = SimpleCookie({settings.COOKIE_CONSENT_NAME: state.cookie})
        environ["HTTP_COOKIE"] = cookie.output(attrs=[], header="").strip()
    if state.gpc:
        environ["HTTP_SEC_GPC"] = "1"
    return environ


def draw_pages() -> Iterator[Drawn | None]:
    """Draw every public page in every state; None for one that may not be kept."""
    # It loads the whole of the site, which a look at this module must not.
    from sens_site.wsgi import ready_pages  # noqa: PLC0415 - see above

    paths = list(dict.fromkeys(page.path for page in public_pages()))
    for state in kept_states():
        for path in paths:
            drawn = ready_pages.draw(environ_of(path, state))
            is_page = drawn is not None and dict(drawn[0]).get("Content-Type") == HTML
            yield Drawn(state, path, *drawn) if drawn is not None and is_page else None


def dictionary_pages() -> Iterator[bytes]:
    """Draw the pages of which the dictionary is made, as visitors get them who have said nothing.

    A page with a form, and one without: the furniture of all others. Their texts are their own.
    """
    from sens_site.wsgi import ready_pages  # noqa: PLC0415 - as above

    nobody = next(kept_states())
    for path in (reverse("contact:webmaster"), reverse("pages:home")):
        drawn = ready_pages.draw(environ_of(path, nobody))
        if drawn is not None:
            yield drawn[1]


def published_part() -> Part:
    """Return what nginx has to know of published pages: nothing where none are published.

    The pages are drawn for it, so it takes a site that is set up. What changes their headers (a policy
    in force, a third party switched on) makes them pages that this configuration finds nowhere.
    """
    if not settings.PUBLISHED_ROOT:
        return Part()
    stamp_and_offer()
    drawn = [page for page in draw_pages() if page is not None]
    return part(published({(page.state.name, page.path): page.headers for page in drawn}))


def published(answers: Mapping[tuple[str, str], Headers]) -> Published:
    """Return what nginx has to know: who is in which state, and the headers of each page in each."""
    return Published(
        root=settings.PUBLISHED_ROOT,
        consent_cookie=settings.COOKIE_CONSENT_NAME,
        states=tuple(kept_states()),
        cookies=patterns_of_cookies(),
        answers=answers,
        dictionary=shared_dictionary(),
    )


class Publisher:
    """Keeps the folder as the content is. `look` is called a few times a second, for ever."""

    def __init__(
        self,
        pages: PublishedPages,
        *,
        read_stamp: Callable[[], str],
        draw: Callable[[], Iterator[Drawn | None]] = draw_pages,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.pages = pages
        self.read_stamp = read_stamp
        self.draw = draw
        self.clock = clock
        self._stamp: str | None = None
        self._again_at = math.inf
        self._work: Iterator[None] = iter(())

    def look(self) -> None:
        """Withdraw what has changed, then draw for a moment."""
        stamp = self.read_stamp()
        if stamp != self._stamp or self.clock() >= self._again_at:
            self.pages.begin()
            self._stamp, self._again_at, self._work = stamp, math.inf, self._publish()
        self.pages.hold()
        until = self.clock() + WORK_SECONDS
        for _ in self._work:
            if self.clock() >= until:
                break

    def _publish(self) -> Iterator[None]:
        published = 0
        try:
            for drawn in self.draw():
                if drawn is not None:
                    self.pages.add(drawn.state.name, drawn.path, drawn.headers, drawn.body)
                    published += 1
                yield
        except DatabaseError:
            logger.warning("The public pages cannot be read; the site answers by itself.")
        self.pages.sweep()
        if not published:
            self._again_at = self.clock() + AGAIN_SECONDS
