"""Every address of the site, as its resolver knows it."""

import secrets
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.urls import URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

ADMIN = "admin/"
ROWS_OF_EACH = 2
NO_ROW = 1


@dataclass(frozen=True)
class Route:
    """One pattern, and the address that it alone matches where it asks for nothing."""

    pattern: str
    name: str
    view: Callable[..., Any]
    path: str

    @property
    def is_admin(self) -> bool:
        """Tell whether it is on the staff's site."""
        return self.pattern.startswith(ADMIN)

    @property
    def shown_name(self) -> str:
        """What it is called in a report."""
        return self.name or f"/{self.pattern}"


def all_routes() -> tuple[Route, ...]:
    """Return each route once, in the order in which they are tried."""
    found = {route.pattern: route for route in reversed(tuple(_routes()))}
    return tuple(reversed(found.values()))


def _routes() -> Iterator[Route]:
    yield from _below(get_resolver().url_patterns, "", "/", "")


def _below(entries: list[Any], shape: str, path: str, names: str) -> Iterator[Route]:
    for entry in entries:
        here = shape + str(entry.pattern).removeprefix("^" if shape else "")  # as `resolve` joins
        piece = _without_values(entry.pattern)
        there = path + piece if path and piece is not None else ""
        if isinstance(entry, URLResolver):
            inner = f"{names}{entry.namespace}:" if entry.namespace else names
            yield from _below(entry.url_patterns, here, there, inner)
        else:
            name = names + entry.name if entry.name else ""
            yield Route(here, name, entry.callback, there)


def _without_values(pattern: Any) -> str | None:
    """Return the piece of an address that a pattern matches, or None where it asks for values."""
    if pattern.converters or pattern.regex.groups:
        return None
    if isinstance(pattern, RoutePattern):
        return str(pattern)
    return normalize(pattern.regex.pattern)[0][0].lstrip("/")


def addresses_of_rows(routes: tuple[Route, ...]) -> Iterator[str]:
    """Yield the addresses of the newest rows of each model on the staff's site."""
    for route in routes:
        before, _, rest = route.pattern.partition("<")
        place = before.removeprefix(ADMIN).strip("/").split("/")
        if not route.is_admin or not rest or "<" in rest or len(place) != 2:
            continue
        model = apps.get_model(place[0], place[1])
        newest = model._base_manager.order_by("-pk").values_list("pk", flat=True)
        for pk in tuple(newest[:ROWS_OF_EACH]) or (NO_ROW,):
            yield f"/{before}{pk}{rest.partition('>')[2]}"


def beside(routes: Collection[Route]) -> dict[str, list[tuple[str, str]]]:
    """Return by each pattern with a value those that only go on from it, with what is added.

    To the file of a document that was taken back nothing leads any more, and its address is known all
    the same, from the page of the document.
    """
    public = [one.pattern for one in routes if not one.is_admin and "<" in one.pattern]
    found: dict[str, list[tuple[str, str]]] = {}
    for before in public:
        for after in public if before.endswith("/") else ():
            rest = after.removeprefix(before)
            if rest and rest != after and "<" not in rest:
                found.setdefault(before, []).append((after, rest))
    return found


def some_of(
    addresses: Collection[str], done: Collection[str], newest: Collection[str], most: int
) -> list[str]:
    """Return addresses of a route that have still to be opened, as many as are left of the most.

    Where there are more, the first of all is one of a newest row: that is the walk's own, and behind
    it are pages to which nothing else leads, such as the photo that came with a message. The others
    are whichever it may be.
    """
    fresh = [address for address in addresses if address not in done]
    opened = len(addresses) - len(fresh)
    left = max(most - opened, 0)
    if len(fresh) <= left:
        return fresh
    own = [address for address in fresh if address in newest][: 0 if opened else min(left, 1)]
    others = [address for address in fresh if address not in own]
    return own + secrets.SystemRandom().sample(others, left - len(own))
