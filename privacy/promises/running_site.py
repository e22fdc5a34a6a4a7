"""The running site as a check sees it: real handler, real settings, real database.

A check that has to act (post a form, delete an account) does so inside `rehearsal()`, whose
database changes are rolled back: the mails it causes lie in the outbox of that transaction and
are gone with it.
"""

import logging
import secrets
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode, urljoin, urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AbstractBaseUser
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import transaction
from django.http import HttpResponse
from django.urls import resolve

from privacy.datamap.ledger import rehearsing
from privacy.promises.page_reader import Page, hidden_in, permitted_origins, read
from sens_site.lib.cache.content_stamp import stamp_of_today
from sens_site.lib.cache.fragment_cache import forget_fragments

FORM = "application/x-www-form-urlencoded"
NO_SUCH_PAGE = "/no-such-page/"
# How many pages of one kind a crawl opens: of a thousand news, sixty show how they are made.
MOST_OF_A_KIND = 60

_asking: ContextVar[bool] = ContextVar("a check is asking", default=False)


class _Quiet(logging.Filter):
    """Keeps out of the log what checks provoke: people watch it, and none of it has happened."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR or not _asking.get()


for _name in ("django.request", "privacy.datamap.erasure", "privacy.datamap.retention"):
    logging.getLogger(_name).addFilter(_Quiet())


@dataclass(frozen=True)
class Answer:
    """What the site answered."""

    path: str
    status: int
    headers: Mapping[str, str]
    set_cookies: Mapping[str, str]
    text: str
    lives: Mapping[str, str] = field(default_factory=dict)
    """For how many seconds each cookie is to be kept."""

    def header(self, name: str) -> str:
        """Return a header, or an empty string."""
        return {key.lower(): value for key, value in self.headers.items()}.get(name.lower(), "")

    @cached_property
    def page(self) -> Page:
        """The page that the answer is."""
        return read(self.text)

    @property
    def is_page(self) -> bool:
        """Tell whether the answer is HTML."""
        return self.header("Content-Type").startswith("text/html")

    @property
    def permitted(self) -> dict[str, list[str]]:
        """The other origins that its Content-Security-Policy allows, by directive."""
        return permitted_origins(self.header("Content-Security-Policy"))


def address_of_nobody() -> str:
    """Return an address from the range for documents (RFC 3849): a check is nobody's rate limit."""
    return f"2001:db8:{secrets.randbelow(0x10000):x}:{secrets.randbelow(0x10000):x}::1"


@dataclass
class Visitor:
    """A browser without script: keeps the cookies it is given and sends them back."""

    site: "RunningSite"
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    address: str = field(default_factory=address_of_nobody)

    def get(self, path: str, **headers: str) -> Answer:
        """Open an address."""
        return self._send("GET", path, "", headers)

    def post(self, path: str, data: Mapping[str, Any], **headers: str) -> Answer:
        """Send a form from a page of this site."""
        provenance = {"Origin": settings.SITE_ORIGIN, "Sec-Fetch-Site": "same-origin"}
        return self._send("POST", path, urlencode(data, doseq=True), {**provenance, **headers})

    def fill_in(self, path: str, data: Mapping[str, Any]) -> Answer:
        """Open a page, and send its form with what the page itself put in."""
        forms = [one for action in (path, "") for one in self.get(path).page.forms(action)]
        return self.post(path, {**(hidden_in(forms[0]) if forms else {}), **data})

    def sign_in(self, user: AbstractBaseUser) -> None:
        """Open a session for a user, as after a log-in."""
        store = import_module(settings.SESSION_ENGINE).SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.save()
        self.cookies[settings.SESSION_COOKIE_NAME] = store.session_key

    def _send(self, method: str, path: str, body: str, headers: Mapping[str, str]) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {**self.headers, **sent}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.site.send(method, path, body=body, headers=sent, address=self.address)
        for name, value in answer.set_cookies.items():
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer


@dataclass(eq=False)
class RunningSite:
    """The door through which checks look at the site. `pages` is made once and kept."""

    entrances: tuple[str, ...] = ("/",)
    most_pages: int = 1000

    @cached_property
    def _handler(self) -> WSGIHandler:
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
        stamp_of_today()  # what another process has published counts from here on
        token = _asking.set(True)
        request = WSGIRequest(_environ(method, path, body, headers, address))
        try:
            response = self._handler.get_response(request)
            try:
                return _answer(path, response)
            finally:
                # Not response.close(): its signal would close the connection of the rehearsal.
                for closer in vars(response)["_resource_closers"]:
                    closer()
        finally:
            _asking.reset(token)

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Act for real and leave nothing behind: the database is rolled back at the end."""
        token = _asking.set(True)
        try:
            with rehearsing(), transaction.atomic():
                try:
                    yield
                finally:
                    transaction.set_rollback(True)
        finally:
            _asking.reset(token)
            # Parts of pages that were made from what is now rolled back.
            forget_fragments()


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
        "wsgi.errors": BytesIO(),
        **proxies,
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
    }


def _answer(path: str, response: Any) -> Answer:
    body = (
        b"".join(response.streaming_content)
        if response.streaming
        else HttpResponse.getvalue(response)
    )
    return Answer(
        path=path,
        status=response.status_code,
        headers=dict(response.items()),
        set_cookies={morsel.key: morsel.value for morsel in response.cookies.values()},
        text=body.decode(response.charset or "utf-8", "replace"),
        lives={morsel.key: str(morsel["max-age"]) for morsel in response.cookies.values()},
    )
