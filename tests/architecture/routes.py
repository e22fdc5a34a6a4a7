"""Every address that the resolver knows, with an address to try for each."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from pages.navigation import FIXED, walk
from tests.factories.people import make_person, make_staff

# What stands for each kind of converter. 1 and "privacy" exist, so that views get past the look-up.
SAMPLES = {"int": "1", "slug": "privacy", "str": "sample", "path": "sample", "uuid": "0" * 8}
SAMPLES["uuid"] = "00000000-0000-4000-8000-000000000000"
DEFAULT_SAMPLE = "2020-07-17"  # our own converters stand for dates
# One pattern takes the addresses of all pages that code does not lead to.
PAGES = tuple(node.path for node in walk() if node.content and node.path not in FIXED)


@dataclass(frozen=True)
class Route:
    """One pattern of the resolver, and one address that it matches."""

    pattern: str
    path: str
    name: str
    view: Callable[..., Any]

    @property
    def is_admin(self) -> bool:
        """Whether this is a page of the staff's site."""
        return self.pattern.startswith("admin/")


def _sample(pattern: Any) -> str:
    if isinstance(pattern, RoutePattern):
        return re.sub(
            r"<(?:(\w+):)?\w+>",
            lambda match: SAMPLES.get(match[1] or "str", DEFAULT_SAMPLE),
            str(pattern),
        )
    text = re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)", "sample", str(pattern))
    return text.strip("^$").replace("\\Z", "").replace("\\", "").replace("/?", "/")


def _walk(patterns: list[Any], shape: str, path: str, names: str) -> Iterator[Route]:
    for entry in patterns:
        here, there = shape + str(entry.pattern), path + _sample(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{names}{entry.namespace}:" if entry.namespace else names
            yield from _walk(entry.url_patterns, here, there, inner)
        elif isinstance(entry, URLPattern):
            name = names + (entry.name or "")
            addresses = PAGES if name == "pages:page" else ("/" + there,)
            yield from (Route(here, address, name, entry.callback) for address in addresses)


@lru_cache
def all_routes() -> tuple[Route, ...]:
    """Return every route, once."""
    return tuple(_walk(get_resolver().url_patterns, "", "", ""))


def public_routes() -> tuple[Route, ...]:
    """Return the routes outside the admin."""
    return tuple(route for route in all_routes() if not route.is_admin)


WHO = ("visitor", "customer", "staff")
Thing = TypeVar("Thing")


def log_in_as(client: Any, who: str) -> None:
    """Sign a client in as one of `WHO`."""
    if who != "visitor":
        client.force_login(make_person() if who == "customer" else make_staff())


def dealt(who: str, kinds: Mapping[str, Sequence[Thing]]) -> Iterator[tuple[Route, Thing]]:
    """Deal things out to the routes: of two kinds to each from a visitor, of one from others.

    Together they bring things of up to four kinds to a route. A route of the admin turns all but
    staff away at one door: it gets those of two kinds from staff, of one from others. Neighbours
    get different things. What each route makes of each thing is asked by the exhaustive suite.
    """
    begin = {"visitor": 0, "customer": 2, "staff": 3}[who]
    for place, route in enumerate(all_routes()):
        hands = [things[(place + begin) % len(things)] for things in kinds.values()]
        many = 2 if who == ("staff" if route.is_admin else "visitor") else 1
        yield from ((route, hands[(place + begin + n) % len(hands)]) for n in range(many))


def asked_with(method: str, who: str) -> tuple[Route, ...]:
    """Return the routes that somebody asks with a method: with GET all, with another one in three.

    What else only reads is answered by what answers GET, or by none. Each route is asked with each
    of these by one person, and by each person with one of these; by all with all in the exhaustive
    suite.
    """
    if method == "get":
        return all_routes()
    turn = WHO.index(who) + ("head", "options", "trace").index(method)
    return all_routes()[turn % 3 :: 3]


def each(kinds: Mapping[str, Sequence[Thing]]) -> Iterator[tuple[Route, Thing]]:
    """Give everything to every route."""
    things = [thing for some in kinds.values() for thing in some]
    yield from ((route, thing) for route in all_routes() for thing in things)
