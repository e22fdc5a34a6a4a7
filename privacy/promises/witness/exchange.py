"""One request and its answer, as rules see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError

from privacy.promises.visitor import Answer
from privacy.promises.witness.url_map import Route

PREFIXES = ("__Host-", "__Secure-")


def plain_name(cookie: str) -> str:
    """Return a cookie's name without what binds it to an encrypted site."""
    for prefix in PREFIXES:
        cookie = cookie.removeprefix(prefix)
    return cookie


@dataclass(frozen=True, slots=True)
class Exchange:
    """Who asked for what, what the browser brought, and what it got."""

    who: str
    method: str
    route: Route | None
    answer: Answer
    brought: frozenset[str]
    """The names of the cookies that came with the request, without prefix."""
    sent: Mapping[str, Any] = field(default_factory=dict)
    signed_in_as: str = ""
    """Who else they are to the site: somebody whose log-in they have filled in."""
    wrote: frozenset[str] = frozenset()
    """The tables into which something was written meanwhile, each with the kind of statement."""

    @property
    def path(self) -> str:
        """The address, without what stands after the question mark."""
        return self.answer.path.partition("?")[0]

    @property
    def is_first_visit(self) -> bool:
        """Tell whether nobody has decided or done anything: a look, with an empty browser."""
        return self.method in ("GET", "HEAD", "OPTIONS") and not self.brought

    @property
    def has_answered(self) -> bool:
        """Tell whether the browser carries an answer about cookies, which may be a yes."""
        return "cookie_consent" in self.brought

    @property
    def is_signed_in(self) -> bool:
        """Tell whether the browser carries a session."""
        return "session" in self.brought

    @property
    def said(self) -> str:
        """How it is called in a report: by its pattern, as an address may be a secret."""
        shown = self.route.pattern if self.route else "an unknown address"
        return f"{self.method} /{shown.lstrip('/')} by {self.who} ({self.answer.status})"


def is_foreign(address: str) -> bool:
    """Tell whether an address names another origin, however it is spelled."""
    return _names_another(address, settings.SITE_ORIGIN.lower())


@lru_cache(maxsize=20_000)
def _names_another(address: str, own: str) -> bool:
    """Tell it of an address and an origin: most pages name the same ones."""
    text = "".join(address.split()).replace("\\", "/").lower()
    if text.startswith(("data:", "blob:", "about:", "#")) or not text:
        return False
    if text == own or text.startswith((f"{own}/", f"{own}?", f"{own}#")):
        return False
    scheme, colon, _ = text.partition(":")
    return text.startswith("//") or (bool(colon) and scheme.isalpha() and "/" not in scheme)


def is_of_the_world(error: BaseException) -> bool:
    """Tell whether an error says that the check could not look: a lock, a full or silent database.

    A table or a column that is missing is the site's own fault, though SQLite names it alike.
    """
    if isinstance(error, OperationalError):
        return "no such" not in str(error)
    return isinstance(error, InterfaceError | OSError | MemoryError)
