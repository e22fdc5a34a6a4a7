"""The running site as a check sees it: real handler, real settings, real database.

A check that has to act (post a form, delete an account) does so inside `rehearsal()`, whose
database changes are rolled back: the mails it causes lie in the outbox of that transaction and
are gone with it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AbstractBaseUser
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import transaction
from django.http import HttpResponse

from privacy.datamap.ledger import rehearsing
from sens_site.lib.stamp import stamp_of_today

FORM = "application/x-www-form-urlencoded"
# An address that belongs to nobody (RFC 5737), so that a check is nobody's rate limit.
CHECKER_ADDRESS = "192.0.2.77"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site answered."""

    path: str
    status: int
    headers: Mapping[str, str]
    set_cookies: Mapping[str, str]
    text: str

    def header(self, name: str) -> str:
        """Return a header, or an empty string."""
        return {key.lower(): value for key, value in self.headers.items()}.get(name.lower(), "")


@dataclass
class Visitor:
    """A browser without script: keeps the cookies it is given and sends them back."""

    site: "RunningSite"
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        """Open an address."""
        return self._send("GET", path, "", headers)

    def post(self, path: str, data: Mapping[str, Any], **headers: str) -> Answer:
        """Send a form from a page of this site."""
        provenance = {"Origin": settings.SITE_ORIGIN, "Sec-Fetch-Site": "same-origin"}
        return self._send("POST", path, urlencode(data, doseq=True), {**provenance, **headers})

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
        answer = self.site.send(method, path, body=body, headers=sent)
        for name, value in answer.set_cookies.items():
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer


class RunningSite:
    """The door through which checks look at the site."""

    @cached_property
    def _handler(self) -> WSGIHandler:
        return WSGIHandler()

    def visitor(self, *, cookies: Mapping[str, str] | None = None, **headers: str) -> Visitor:
        """Return a new browser."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Visitor(self, dict(cookies or {}), named)

    def get(self, path: str, **headers: str) -> Answer:
        """Open an address as a first-time visitor."""
        return self.visitor().get(path, **headers)

    def send(self, method: str, path: str, *, body: str, headers: Mapping[str, str]) -> Answer:
        """Send one request through the real handler and return the answer."""
        stamp_of_today()  # what another process has published counts from here on
        response = self._handler.get_response(WSGIRequest(_environ(method, path, body, headers)))
        try:
            return _answer(path, response)
        finally:
            # Not response.close(): its signal would close the connection of the rehearsal.
            for closer in vars(response)["_resource_closers"]:
                closer()

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Act for real and leave nothing behind: the database is rolled back at the end."""
        with rehearsing(), transaction.atomic():
            try:
                yield
            finally:
                transaction.set_rollback(True)


def _environ(method: str, path: str, body: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """Write a request as a server hands it to a WSGI application (PEP 3333)."""
    sent, origin = body.encode(), urlsplit(settings.SITE_ORIGIN)
    address, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(address).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": origin.hostname,
        "SERVER_PORT": str(origin.port or (443 if settings.SITE_IS_HTTPS else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": CHECKER_ADDRESS,
        "HTTP_HOST": origin.netloc,
        "CONTENT_TYPE": FORM if sent else "",
        "CONTENT_LENGTH": str(len(sent)) if sent else "",
        "wsgi.url_scheme": origin.scheme,
        "wsgi.input": BytesIO(sent),
        "wsgi.errors": BytesIO(),
        **({"HTTP_X_FORWARDED_PROTO": origin.scheme} if settings.TRUSTED_PROXY_COUNT else {}),
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
        set_cookies={name: morsel.value for name, morsel in response.cookies.items()},
        text=body.decode(response.charset or "utf-8", "replace"),
    )
