"""A browser without script, and what it is answered."""

import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from http.cookies import Morsel
from importlib import import_module
from typing import Any, Protocol
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AbstractBaseUser

from privacy.promises.page_reader import Page, hidden_in, permitted_origins, read


class Site(Protocol):
    """The door through which a browser comes."""

    def send(
        self, method: str, path: str, *, body: str, headers: Mapping[str, str], address: str
    ) -> "Answer":
        """Send one request."""

    def at_the_front_door(self, path: str, headers: Mapping[str, str] = ...) -> "Answer":
        """Open an address as a server asks for it."""

    def hearing_what_is_asked(self) -> AbstractContextManager[dict[str, set[str]]]:
        """Hear for what views ask after the question mark, and with what they compare it."""

    def rehearsal(self) -> AbstractContextManager[None]:
        """Act for real and leave nothing behind."""


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One cookie as an answer sets it, with what the browser is told of it."""

    name: str
    value: str
    attributes: Mapping[str, str]
    """Under the names of the standard (RFC 6265), in lower case; empty ones left out."""

    @property
    def seconds(self) -> int | None:
        """How long it is to be kept; None where the browser's end is its end."""
        told = self.attributes.get("max-age", "")
        if told:
            return int(told)
        return 0 if self.attributes.get("expires", "").startswith("Thu, 01 Jan 1970") else None

    @property
    def is_taken_back(self) -> bool:
        """Tell whether it deletes a cookie."""
        return not self.value and self.seconds == 0


def set_by(cookies: Mapping[str, Morsel[str]]) -> tuple[SetCookie, ...]:
    """Return what cookies tell a browser."""
    return tuple(
        SetCookie(one.key, one.value, {k: str(v) for k, v in one.items() if v != ""})
        for one in cookies.values()
    )


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
    cookies: tuple[SetCookie, ...] = ()
    """All that it sets or takes back, however it does."""
    body: bytes = field(default=b"", repr=False)
    """What was sent, of which `text` is the reading as words."""
    reader: Callable[[str], Page] = field(default=read, repr=False, compare=False)
    """Reads it as people see it: without the words that a style hides."""

    def header(self, name: str) -> str:
        """Return a header, or an empty string."""
        return self._by_lower_name.get(name.lower(), "")

    @cached_property
    def _by_lower_name(self) -> Mapping[str, str]:
        return {key.lower(): value for key, value in self.headers.items()}

    @cached_property
    def page(self) -> Page:
        """The page that the answer is."""
        return self.reader(self.text)

    @cached_property
    def shown(self) -> str:
        """What people read on it, in boxes too: no word that is hidden. Of a file, all of it."""
        if not self.is_page:
            return self.text
        boxes = [one for one in self.page.all("input") if one.get("type") != "hidden"]
        values = (one.get("value") for one in boxes if not one.unseen)
        return " ".join([(self.page.first("body") or self.page).text, *values])

    @property
    def is_page(self) -> bool:
        """Tell whether the answer is HTML."""
        return self.header("Content-Type").startswith("text/html")

    @property
    def permitted(self) -> dict[str, list[str]]:
        """The other origins that its Content-Security-Policy allows, by directive."""
        return permitted_origins(self.header("Content-Security-Policy"))


BY_EVERY_BROWSER = {"User-Agent": "Mozilla/5.0 (a check)", "Accept-Language": "en"}
"""What code of the site may take for granted."""


def address_of_nobody() -> str:
    """Return an address from the range for documents (RFC 3849): a check is nobody's rate limit."""
    return f"2001:db8:{secrets.randbelow(0x10000):x}:{secrets.randbelow(0x10000):x}::1"


@dataclass
class Visitor:
    """A browser without script: keeps the cookies it is given and sends them back."""

    site: Site
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    address: str = field(default_factory=address_of_nobody)

    def get(self, path: str, **headers: str) -> Answer:
        """Open an address."""
        return self._send("GET", path, "", headers)

    def post(self, path: str, data: Mapping[str, Any], **headers: str) -> Answer:
        """Send a form from a page of this site."""
        provenance = {"Origin": settings.SITE_ORIGIN, "Sec-Fetch-Site": "same-origin"}
        return self.post_saying({**provenance, **headers}, path, data)

    def post_saying(self, headers: Mapping[str, str], path: str, data: Mapping[str, Any]) -> Answer:
        """Send a form from a page of which the browser says this much."""
        return self._send("POST", path, urlencode(data, doseq=True), headers)

    def ask(self, method: str, path: str, data: Mapping[str, Any]) -> Answer:
        """Open an address, or send something to it, as a browser on a page of this site does."""
        if method == "POST":
            return self.post(path, data)
        return self._send(method, path, "", {})

    def fill_in(self, path: str, data: Mapping[str, Any]) -> Answer:
        """Open a page, and send its form with what the page itself put in."""
        page = self.get(path).page
        forms = [one for action in (path, "") for one in page.forms(action)]
        return self.post(path, {**(hidden_in(forms[0]) if forms else {}), **data})

    def sign_in(self, user: AbstractBaseUser, **also: Any) -> None:
        """Open a session for a user, as after a log-in. `also` is what else it is to hold."""
        store = import_module(settings.SESSION_ENGINE).SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.update(also)
        store.save()
        self.cookies[settings.SESSION_COOKIE_NAME] = store.session_key

    def get_at_the_front_door(self, path: str) -> Answer:
        """Open an address as a server asks for it, with the pages that are kept ready."""
        return self.site.at_the_front_door(path, self._sent({}))

    def _sent(self, headers: Mapping[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {**BY_EVERY_BROWSER, **self.headers, **named}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return sent

    def _send(self, method: str, path: str, body: str, headers: Mapping[str, str]) -> Answer:
        sent = self._sent(headers)
        answer = self.site.send(method, path, body=body, headers=sent, address=self.address)
        for name, value in answer.set_cookies.items():
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer
