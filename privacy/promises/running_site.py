"""The running site as a check sees it: real handler, real settings, real database.

A check that has to act (post a form, delete an account) does so inside `rehearsal()`, whose
database changes are rolled back: the mails it causes lie in the outbox of that transaction and
are gone with it.
"""

import logging
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cached_property
from http.cookies import SimpleCookie
from io import BytesIO
from time import monotonic
from typing import Any
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import transaction
from django.http import HttpResponse
from django.urls import resolve

from privacy.datamap.ledger import rehearsing
from privacy.promises.after_commit import as_if_committed
from privacy.promises.heard_query import HeardQuery
from privacy.promises.page_reader import Page
from privacy.promises.unseen_words import Sheets, as_seen
from privacy.promises.visitor import Answer, SetCookie, Visitor, address_of_nobody, set_by
from privacy.promises.witness import front_door
from privacy.promises.witness.cast import set_visitors_traffic_aside
from privacy.promises.witness.walk import Walk
from sens_site.lib.cache.content_stamp import KEY, generation, stamp_of_today
from sens_site.lib.cache.fragment_cache import fragments_as_before
from sens_site.lib.cache.rehearsal_cache import RehearsalCache, in_place_of_the_shared_cache

__all__ = ["NO_SUCH_PAGE", "Answer", "RunningSite", "Visitor"]

FORM = "application/x-www-form-urlencoded"
NO_SUCH_PAGE = "/no-such-page/"
NO_HEADERS: Mapping[str, str] = {}
# How many pages of one kind a crawl opens: of a thousand news, sixty show how they are made.
MOST_OF_A_KIND = 60

_asking: ContextVar[bool] = ContextVar("a check is asking", default=False)


class _Quiet(logging.Filter):
    """Keeps out of the log what checks provoke: people watch it, and none of it has happened."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR or not _asking.get()


for _name in ("django.request", "privacy.datamap.erasure", "privacy.datamap.retention"):
    logging.getLogger(_name).addFilter(_Quiet())


@dataclass(eq=False)
class RunningSite:
    """The door through which checks look at the site. `pages` and `walk` are made once and kept.

    It has a shared cache of its own, and each rehearsal a fresh one: the limits that visitors have
    used up are none of a check's, nor the other way round.
    """

    entrances: tuple[str, ...] = ("/",)
    most_pages: int = 1000
    routes: frozenset[str] | None = None
    """The names of the routes to which looks at all addresses go; all of them but in tests."""
    _cache: RehearsalCache = field(default_factory=RehearsalCache)
    _walked: Walk | None = None
    _asked: dict[str, set[str]] | None = None
    _sheets: Sheets = field(default_factory=dict)
    _stamp_stands_until: float = 0.0

    @property
    def walk(self) -> Walk:
        """What came of walking to every address, by everybody. Done once, if it breaks off too."""
        if self._walked is None:
            self._walked = Walk(self, self.routes)
            try:
                self._walked.run()
            except Exception as error:  # noqa: BLE001 - told to the checks, which say what it means
                self._walked.broken_off = error
        return self._walked

    def _open_door(self) -> None:
        _ = self._handler

    @cached_property
    def _handler(self) -> WSGIHandler:
        # A server process has read what is offered today before it answers: its door does so.
        # Where it gives no answer, the walk says so; other checks do not speak of it.
        with suppress(Exception):
            self.at_the_front_door("/")
        return WSGIHandler()

    @cached_property
    def pages(self) -> tuple[Answer, ...]:
        """Every page that a first-time visitor reaches by links, and an error page, as answered.

        Each is opened without cookies. Addresses that lead to a log-in are in `closed`.
        """
        return tuple(self._reached[0])

    @property
    def closed(self) -> tuple[Answer, ...]:
        """What a visitor's links lead to and does not open: redirects and refusals."""
        return tuple(self._reached[1])

    @cached_property
    def _reached(self) -> tuple[list[Answer], list[Answer]]:
        waiting, seen = deque(self.entrances), set(self.entrances)
        kinds: Counter[str] = Counter()
        opened: list[Answer] = []
        closed: list[Answer] = []
        while waiting and len(opened) < self.most_pages:
            answer = self.get(waiting.popleft())
            if answer.status != 200:
                closed.append(answer)
                continue
            if not answer.is_page:
                continue
            opened.append(answer)
            for path in (_path_here(link, answer.path) for link in answer.page.links):
                if path and path not in seen:
                    seen.add(path)
                    kinds[resolve(path).route] += 1
                    if kinds[resolve(path).route] <= MOST_OF_A_KIND:
                        waiting.append(path)
        return [*opened, self.get(NO_SUCH_PAGE)], closed

    def leads_to(self, path: str) -> bool:
        """Tell whether a look at all addresses is to go there."""
        return self.routes is None or resolve(path).view_name in self.routes

    def visitor(self, *, cookies: Mapping[str, str] | None = None, **headers: str) -> Visitor:
        """Return a new browser."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Visitor(self, dict(cookies or {}), named)

    def get(self, path: str, **headers: str) -> Answer:
        """Open an address as a first-time visitor."""
        return self.visitor().get(path, **headers)

    def send(
        self, method: str, path: str, *, body: str, headers: Mapping[str, str], address: str
    ) -> Answer:
        """Send one request through the real handler and return the answer."""
        self._look_at_the_stamp()
        token = _asking.set(True)
        request = WSGIRequest(_environ(method, path, body, headers, address))
        if self._asked is not None:
            vars(request)["GET"] = HeardQuery(request.META["QUERY_STRING"], self._asked)
        try:
            with in_place_of_the_shared_cache(self._cache), as_if_committed():
                response = self._handler.get_response(request)
            try:
                return replace(_answer(path, response), reader=self._as_seen)
            finally:
                # Not response.close(): its signal would close the connection of the rehearsal.
                for closer in vars(response)["_resource_closers"]:
                    closer()
        finally:
            _asking.reset(token)

    def _as_seen(self, text: str) -> Page:
        return as_seen(text, self._sheets, self._sheet)

    def _sheet(self, path: str) -> str:
        """Return a style sheet as it is served, or nothing."""
        answer = self.get(path)
        return answer.text if answer.status == 200 else ""

    def _look_at_the_stamp(self) -> None:
        """Have what another process has published count: within a second, as at a server."""
        now = monotonic()
        if self._cache.get(KEY) == generation()[0] and now < self._stamp_stands_until:
            return
        stamp_of_today()
        self._stamp_stands_until = now + 1
        stamp = generation()[0]
        if self._cache.get(KEY) != stamp:  # what is noted there passes the recorder, and its rules
            self._cache.set(KEY, stamp)

    def at_the_front_door(self, path: str, headers: Mapping[str, str] = NO_HEADERS) -> Answer:
        """Open an address as a server asks for it: with the pages that are kept ready."""
        environ = _environ("GET", path, "", headers, address_of_nobody())
        # What fails in the database fails for this request alone.
        with in_place_of_the_shared_cache(self._cache), transaction.atomic():
            answer = front_door.ask(path, environ)
            if answer.status >= 500:
                transaction.set_rollback(True)
            return answer

    @contextmanager
    def hearing_what_is_asked(self) -> Iterator[dict[str, set[str]]]:
        """Give the names after the question mark of an address that views ask for, there or not.

        With each name stands with what its value was compared: what a view waits for.
        """
        self._asked = {}
        try:
            yield self._asked
        finally:
            self._asked = None

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Act for real and leave nothing behind: the database is rolled back at the end.

        With it go the parts of pages that were made of what it held; those of before stand again.
        """
        self._open_door()  # a rehearsal acts by what is offered today, before its first request too
        token = _asking.set(True)
        usual, self._cache = self._cache, RehearsalCache()
        self._cache.set(KEY, generation()[0])
        try:
            with (
                fragments_as_before(),
                rehearsing(),
                quick_passwords(),
                _private_files_elsewhere(),
                in_place_of_the_shared_cache(self._cache),
                transaction.atomic(),
            ):
                try:
                    set_visitors_traffic_aside()
                    yield
                finally:
                    transaction.set_rollback(True)
        finally:
            self._cache = usual
            _asking.reset(token)


@contextmanager
def _private_files_elsewhere() -> Iterator[None]:
    """Keep files that a rehearsal makes out of the folders of the site: no rollback finds them."""
    usual = settings.PRIVATE_ROOT, settings.MEDIA_ROOT, settings.STORAGES
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        settings.PRIVATE_ROOT = settings.MEDIA_ROOT = folder
        over = {"below": settings.STORAGES["documents"], "location": f"{folder}/documents"}
        overlay = {"BACKEND": "sens_site.lib.overlay_storage.OverlayStorage", "OPTIONS": over}
        settings.STORAGES = {**settings.STORAGES, "documents": overlay}
        try:
            yield
        finally:
            settings.PRIVATE_ROOT, settings.MEDIA_ROOT, settings.STORAGES = usual


@contextmanager
def quick_passwords() -> Iterator[None]:
    """Hash passwords of people who do not exist, and are gone in a moment, at little cost.

    The settings of the site's own hasher stay what they are for everything else.
    """
    hasher: Any = get_hasher("default")
    if not isinstance(hasher, Argon2PasswordHasher):
        yield
        return
    own = vars(hasher)
    usual = dict(own)
    own.update(time_cost=1, memory_cost=8, parallelism=1)
    try:
        yield
    finally:
        own.clear()
        own.update(usual)


def _path_here(href: str, page: str) -> str:
    """Return the path that a link on a page of ours leads to, or nothing for another site's."""
    target = urlsplit(urljoin(settings.SITE_ORIGIN + page, href))
    if f"{target.scheme}://{target.netloc}" != settings.SITE_ORIGIN:
        return ""
    return "" if target.path.startswith(settings.STATIC_URL) else target.path


def _environ(
    method: str, path: str, body: str, headers: Mapping[str, str], client: str
) -> dict[str, Any]:
    """Write a request as a server hands it to a WSGI application (PEP 3333)."""
    sent, origin = body.encode(), urlsplit(settings.SITE_ORIGIN)
    proxies: dict[str, str] = {}
    if settings.TRUSTED_PROXY_COUNT:
        hops = [client, *["192.0.2.1"] * (settings.TRUSTED_PROXY_COUNT - 1)]
        proxies = {
            "HTTP_X_FORWARDED_FOR": ", ".join(hops),
            "HTTP_X_FORWARDED_PROTO": origin.scheme,
        }
    address, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(address).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": origin.hostname,
        "SERVER_PORT": str(origin.port or (443 if settings.SITE_IS_HTTPS else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": client,
        "HTTP_HOST": origin.netloc,
        "CONTENT_TYPE": FORM if sent else "",
        "CONTENT_LENGTH": str(len(sent)) if sent else "",
        "wsgi.url_scheme": origin.scheme,
        "wsgi.input": BytesIO(sent),
        "wsgi.errors": sys.stderr,
        **proxies,
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
    }


def _answer(path: str, response: Any) -> Answer:
    body = (
        b"".join(response.streaming_content)
        if response.streaming
        else HttpResponse.getvalue(response)
    )
    cookies = _cookies(response)
    return Answer(
        path=path,
        status=response.status_code,
        headers=dict(response.items()),
        set_cookies={one.name: one.value for one in cookies},
        text=body.decode(response.charset or "utf-8", "replace"),
        lives={one.name: one.attributes.get("max-age", "") for one in cookies},
        cookies=cookies,
        body=body,
    )


def _cookies(response: Any) -> tuple[SetCookie, ...]:
    """Return what an answer sets, by Django's own means or by a header of its own."""
    told = response.cookies
    if response.has_header("Set-Cookie"):
        told = SimpleCookie(response.headers["Set-Cookie"])
        told.update(response.cookies)
    return set_by(told)
