"""What ends with a consent: the browser forgets in the same answer, and so do we.

A cookie of a service that is not allowed may also be left over: its consent has run out, was given
up in another tab, or is overtaken by the browser's signal. The next answer to whoever brings it
deletes it, whatever was asked for.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from http.cookies import Morsel

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from privacy.consent.decision import decide
from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.parts import COOKIE, Service, StoredItem, optional
from sens_site.lib.http.database_wait import at_once

CACHE, STORAGE = '"cache"', '"storage"'
LONG_AGO = "Thu, 01 Jan 1970 00:00:00 GMT"
logger = logging.getLogger(__name__)

Forget = Callable[[HttpRequest, HttpResponse], None]
_forgetting: dict[str, list[Forget]] = {}


def on_withdrawal(service_key: str) -> Callable[[Forget], Forget]:
    """Have a function of a room forget what it holds when a visitor takes back a service's consent.

    It is called in the request of the refusal, when the service was allowed or the browser still
    brings a cookie of it. A database that is locked keeps no refusal from holding: what the
    function could not delete then is left to its retention rule.
    """

    def register(forget: Forget) -> Forget:
        _forgetting.setdefault(service_key, []).append(forget)
        return forget

    return register


def forget_rows(request: HttpRequest, response: HttpResponse, services: Iterable[str]) -> None:
    """Ask the rooms to forget what they hold of a visitor for some services."""
    for key in services:
        for forget in _forgetting.get(key, ()):
            try:
                with at_once():
                    forget(request, response)
            except (OperationalError, InterfaceError):
                logger.warning("What %s holds could not be deleted at once.", key)


@cache
def _erasable() -> tuple[tuple[Service, StoredItem], ...]:
    """The cookies that a site can delete of those that a visitor decides about."""
    services = (s for group in optional(GROUPS) for s in group.services)
    return tuple((s, i) for s in services for i in s.items if i.kind == COOKIE and not i.foreign)


@cache
def _beginnings() -> tuple[str, ...]:
    return tuple(item.name for _, item in _erasable())


def _matches(item: StoredItem, name: str) -> bool:
    return name.startswith(item.name) if item.prefix else name == item.name


def owners_of_cookies() -> Iterator[tuple[StoredItem, frozenset[str]]]:
    """Yield each cookie that a visitor decides about, with the services that use it."""
    for _, item in _erasable():
        yield item, frozenset(s.key for s, other in _erasable() if _matches(other, item.name))


def may_be_left_over(names: Iterable[str]) -> bool:
    """Tell whether a browser brings any cookie that a visitor decides about, allowed or not."""
    return any(name.startswith(_beginnings()) for name in names)


def left_over(
    names: Iterable[str], allowed: frozenset[str]
) -> list[tuple[Service, str, StoredItem]]:
    """Return the cookies among those that a browser brings that belong to no service allowed.

    A cookie that several services use stays as long as one of them is allowed.
    """
    found = []
    for name in names:
        if not name.startswith(_beginnings()):
            continue
        owners = [(service, item) for service, item in _erasable() if _matches(item, name)]
        if not any(service.key in allowed for service, _ in owners):
            found += [(service, name, item) for service, item in owners]
    return found


def has_left_over(names: Iterable[str], cookie_value: str, gpc: bool) -> bool:
    """Tell whether a browser brings a cookie that the answer has to delete: asked at each request.

    A server without a session to look at asks it, so an account's refusals are not in it: those
    concern requests with a session, which it never answers.
    """
    return bool(left_over(names, decide(cookie_value, gpc=gpc).services))


def _domains(request: HttpRequest) -> Iterator[str]:
    """The domains that a script on this host can set a cookie for; first the host alone."""
    yield ""
    host = request.get_host().partition(":")[0].rstrip(".")
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit():
        return
    for start in range(len(labels) - 1):
        yield ".".join(labels[start:])


def _deletion(name: str, item: StoredItem, domain: str) -> "Morsel[str]":
    morsel: Morsel[str] = Morsel()
    morsel.set(name, "", "")
    morsel.update({"path": item.path, "max-age": "0", "expires": LONG_AGO})
    if name.startswith("__"):
        morsel["secure"] = True  # browsers heed no __Host- or __Secure- cookie without it
    if domain:
        morsel["domain"] = domain
    return morsel


def forget(
    request: HttpRequest, response: HttpResponse, allowed: frozenset[str]
) -> dict[str, Service]:
    """Delete what the browser has sent of services that are not allowed, here and on the parents.

    Returns those services by their keys.
    """
    found = left_over(request.COOKIES, allowed)
    for _, name, item in found:
        # No browser takes a __Host- cookie for a domain.
        for domain in [""] if name.startswith("__Host-") else _domains(request):
            # A response's cookies are kept by name; one name for several domains needs keys of
            # their own.
            response.cookies[f"{name} {domain}"] = _deletion(name, item, domain)
    return {service.key: service for service, _, _ in found}


def stores_more_than_cookies(services: Iterable[Service]) -> bool:
    """Tell whether some services keep anything for us in the browser that is no cookie."""
    items = (item for service in services for item in service.items)
    return any(item.kind != COOKIE and not item.foreign for item in items)


def clear_site_data(response: HttpResponse, *kinds: str) -> None:
    """Have the browser empty what it holds of this origin. Cookies are not touched by it."""
    response.headers["Clear-Site-Data"] = ", ".join(kinds)
