"""Ready pages: an anonymous page is rendered once and then served as bytes, before Django.

A public page is the same for every visitor in one consent state (law 4). This WSGI wrapper keeps
such pages with their compressed forms and their ETag, and answers from them without entering
Django's handler. The danger is showing one visitor another's page, so what may be kept is one
small function, `may_keep`, and everything that is not plainly allowed is passed on.

Pages are dropped when the content stamp or the date changes. Both are looked at once a second.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django.http.cookie import parse_cookie
from django.utils.text import compress_string

from sens_site.lib.cache.kept_page import Headers, Page, best_encoding, make_page
from sens_site.lib.cache.shared_dictionary import SharedDictionary
from sens_site.lib.http.accept_encoding import accepted_encodings
from sens_site.lib.http.cache_control import PRIVATE, PUBLIC, READY_FLAG
from sens_site.lib.http.request_metrics import VIEW
from sens_site.lib.metrics import KEPT, REQUESTS

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[str, ...]

STAMP_SECONDS = 1.0
BUDGET_BYTES = 5_500_000
PLAIN_BUDGET_BYTES = 500_000
"""Beside that: the pages that were last asked for without compression, which takes 20 times as long."""
MAX_COOKIE_HEADER = 1024
COMPRESSIBLE = ("text/", "application/json", "application/atom+xml", "application/xml", "image/svg")
COMPRESS_FROM, COMPRESS_UP_TO = 400, 400_000


def may_keep(environ: Environ, status: str, headers: Headers) -> bool:
    """Tell whether a response may be shown to other visitors. When in doubt: no.

    `READY_FLAG` is set by `CacheControlMiddleware` alone, for a view that declared itself shared,
    on a request without a session. The rest is asked again here, from the bytes that go out.
    """
    names = [name.lower() for name, _ in headers]
    cache_control = [value for name, value in headers if name.lower() == "cache-control"]
    return (
        environ.get(READY_FLAG) is True
        and environ["REQUEST_METHOD"] == "GET"
        and status.startswith("200 ")
        and "set-cookie" not in names
        and "content-encoding" not in names
        and cache_control in ([PUBLIC], [PRIVATE])
    )


class ReadyPages:
    """The wrapper. One per worker process; safe for its threads."""

    def __init__(
        self,
        application: Application,
        *,
        consent_state: Callable[[str, bool], str | None],
        left_over: Callable[[Iterable[str], str, bool], bool],
        read_stamp: Callable[[], str],
        session_cookie: str,
        consent_cookie: str,
        dictionary: SharedDictionary | None = None,
        keep: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.application = application
        self.read_stamp = read_stamp
        self.dictionary = dictionary
        self.keep = keep
        self.clock = clock
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._plain: OrderedDict[str, bytes] = OrderedDict()
        self._size = self._plain_size = 0
        self._stamp = ""
        self._generation = 0
        self._looked_at = float("-inf")
        self._lock = threading.Lock()
        self._answers: dict[str, dict[str, int]] = {}
        self._told: dict[tuple[str, str], int] = {}
        self._telling = threading.Lock()
        self._looking = threading.Lock()

        @lru_cache(maxsize=512)
        def consent_of(cookie_header: str) -> tuple[str, tuple[str, ...]] | None:
            cookies = parse_cookie(cookie_header)
            if session_cookie in cookies:
                return None
            return cookies.pop(consent_cookie, ""), tuple(cookies)

        # Only the cookie is remembered, never its state: what a cookie allows may change.
        self._consent_of = consent_of
        self._consent_state = consent_state
        self._left_over = left_over

    def key_of(self, environ: Environ) -> Key | None:
        """Return what a kept page is found by, or None for a request that is always passed on.

        `consent_state` gives None where the answer has to change this visitor's cookie.
        """
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or environ.get("QUERY_STRING"):
            return None
        cookie_header = environ.get("HTTP_COOKIE", "")
        if len(cookie_header) > MAX_COOKIE_HEADER:
            return None
        gpc = environ.get("HTTP_SEC_GPC")
        found = self._consent_of(cookie_header)
        proto = environ.get("HTTP_X_FORWARDED_PROTO", "")
        if found is None or gpc not in (None, "1") or proto not in ("", "http", "https"):
            return None
        consent, others = found
        if others and self._left_over(others, consent, gpc == "1"):
            return None  # the answer deletes cookies, so it is made for this visitor
        consent_state = self._consent_state(consent, gpc == "1")
        if consent_state is None:
            return None
        # Only an answer to a request with no cookie at all may be public, so it is kept apart.
        return (
            environ.get("PATH_INFO", ""),
            "cookies" if cookie_header else "plain",
            gpc or "",
            consent_state,
            environ.get("HTTP_HOST", ""),
            environ.get("wsgi.url_scheme", ""),
            proto,
        )

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self._look_at_stamp()
        key = self.key_of(environ) if self.keep else None
        if key is not None:
            page = self._pages.get(key)
            if page is not None:
                return self._serve(page, page.answers, environ, start_response)
        return self._pass_on(key, environ, start_response)

    def _serve(
        self, page: Page, answers: dict[str, int], environ: Environ, start: StartResponse
    ) -> Iterable[bytes]:
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
        encoding = best_encoding(accepted)
        if "HTTP_AVAILABLE_DICTIONARY" in environ and self.dictionary is not None:
            encoding = self.dictionary.form_for(environ, page.bodies) or encoding
        if _is_fresh(environ, page.etags[encoding], page.last_modified):
            answers["304"] += 1  # no lock: to lose one of two at once is no harm
            start("304 Not Modified", list(page.unchanged[encoding]))
            return [b""]
        answers["200"] += 1
        start("200 OK", list(page.headers[encoding]))
        if environ["REQUEST_METHOD"] == "HEAD":
            return [b""]
        return [page.bodies[encoding] if encoding else self._plain_body(page)]

    def _plain_body(self, page: Page) -> bytes:
        """Return a page for a client that takes no compression, as machines and few people do."""
        name = page.etags[""]
        body = self._plain.get(name)
        if body is not None:
            return body
        body = page.plain()
        with self._lock:
            if name not in self._plain:
                self._plain[name] = body
                self._plain_size += len(body)
            while self._plain_size > PLAIN_BUDGET_BYTES:
                _, oldest = self._plain.popitem(last=False)
                self._plain_size -= len(oldest)
        return body

    def _pass_on(self, key: Key | None, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        generation = self._generation
        status, headers, result = self._ask(environ)
        if key is not None and self._may_keep(key, environ, status, headers):
            answers = self._answers.setdefault(environ.get(VIEW, ""), {"200": 0, "304": 0})
            page = make_page(headers, _read(result), answers, self.dictionary)
            self._keep(key, page, generation)
            # This answer was made, and has been counted as such.
            return self._serve(page, dict(answers), environ, start)
        return _compressed(result, status, headers, environ, start)

    def draw(self, environ: Environ) -> tuple[Headers, bytes] | None:
        """Make a page for those who keep it elsewhere; None where it may not be kept at all."""
        key = self.key_of(environ) if self.keep else None
        if key is None:
            return None
        status, headers, result = self._ask(environ)
        body = _read(result)
        return (headers, body) if self._may_keep(key, environ, status, headers) else None

    def _ask(self, environ: Environ) -> tuple[str, Headers, Iterable[bytes]]:
        answer: list[tuple[str, Headers]] = []

        def remember(status: str, headers: Headers, exc_info: Any = None) -> Callable[..., Any]:
            answer[:] = [(status, headers)]
            return lambda data: None

        result = self.application(environ, remember)
        return *answer[0], result

    def _may_keep(self, key: Key, environ: Environ, status: str, headers: Headers) -> bool:
        # The key is asked for again: what is offered may have changed while the page was made.
        return may_keep(environ, status, headers) and key == self.key_of(environ)

    def _keep(self, key: Key, page: Page, generation: int) -> None:
        with self._lock:
            # A page that was begun before the stamp changed may show what was there before.
            if generation != self._generation or key in self._pages:
                return
            self._pages[key] = page
            self._size += page.size
            while self._size > BUDGET_BYTES:
                _, oldest = self._pages.popitem(last=False)
                self._size -= oldest.size

    def _look_at_stamp(self) -> None:
        now = self.clock()
        if now - self._looked_at < STAMP_SECONDS or not self._looking.acquire(blocking=False):
            return
        try:
            self.tell_answers()
            stamp = self.read_stamp()
            if stamp != self._stamp:
                with self._lock:
                    self._pages.clear()
                    self._plain.clear()
                    self._size = self._plain_size = 0
                    self._stamp = stamp
                    self._generation += 1
        finally:
            self._looked_at = now
            self._looking.release()

    def tell_answers(self) -> None:
        """Add what was given out since the last time to what the machine's processes count.

        Once a second, and not with each answer: that would cost a kept page more than finding it.
        """
        if not self._telling.acquire(blocking=False):
            return
        try:
            for view, answers in list(self._answers.items()):
                for status, number in answers.items():
                    told = self._told.get((view, status), 0)
                    if number > told:
                        REQUESTS.labels(view, status, KEPT).inc(number - told)
                        self._told[view, status] = number
        finally:
            self._telling.release()


def _is_fresh(environ: Environ, etag: str, last_modified: str) -> bool:
    """Tell whether the client already has these bytes (RFC 9110, 13.2.2)."""
    wanted = environ.get("HTTP_IF_NONE_MATCH")
    if wanted is not None:
        return etag in [tag.strip().removeprefix("W/") for tag in wanted.split(",")]
    return bool(last_modified) and environ.get("HTTP_IF_MODIFIED_SINCE") == last_modified


def _read(result: Iterable[bytes]) -> bytes:
    try:
        return b"".join(result)
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()  # ends Django's request: signals, connections


def _compressed(
    result: Iterable[bytes], status: str, headers: Headers, environ: Environ, start: StartResponse
) -> Iterable[bytes]:
    """Send a response that is not kept, gzipped where that helps.

    Such a page may hold a person's data beside what that person typed, so its length is blurred
    by Django's random padding (BREACH).
    """
    fields = {name.lower(): value for name, value in headers}
    length = fields.get("content-length", "")
    compressible = (
        environ["REQUEST_METHOD"] != "HEAD"
        and not status.startswith(("204", "206", "304"))
        and "content-encoding" not in fields
        and fields.get("content-type", "").startswith(COMPRESSIBLE)
        and length.isdigit()
        and COMPRESS_FROM <= int(length) <= COMPRESS_UP_TO
        and "gzip" in accepted_encodings(environ.get("HTTP_ACCEPT_ENCODING", ""))
    )
    if not compressible:
        start(status, headers)
        return result
    body = compress_string(_read(result), max_random_bytes=100)
    kept = [(n, v) for n, v in headers if n.lower() not in ("content-length", "etag")]
    start(status, [*kept, ("Content-Encoding", "gzip"), ("Content-Length", str(len(body)))])
    return [body]
