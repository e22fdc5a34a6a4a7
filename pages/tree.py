"""The navigation tree as visitors see it now: the shipped one, as staff have arranged it.

Built with one query, and kept in this process until the content changes or a time comes at which a
page appears or goes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

from django.db import Error as DatabaseFault
from django.db.models import Min
from django.utils import timezone

from pages.models import Page, PageRevision, Redirect
from pages.navigation import HOME, OLD_ADDRESSES, Node, trails_below, walk
from sens_site.lib.cache.content_stamp import changes_by_the_clock
from sens_site.lib.cache.fragment_cache import fragment
from sens_site.lib.texts import Text

Key = str | int
"""Of a page: the address with which it was shipped, or the number of its row."""
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Tree:
    """All pages that can be seen. `until` is when the next one appears or goes."""

    home: Node
    trails: dict[str, tuple[Node, ...]]
    until: datetime | None = None
    number: int = field(default_factory=lambda: next(_numbers))
    """Names this state, for what is drawn from it and kept."""

    @property
    def menu(self) -> tuple[Node, ...]:
        """The top entries."""
        return tuple(node for node in self.home.children if node.in_menu)

    def walk(self) -> Iterator[Node]:
        """Yield all nodes, parents first."""
        return walk(self.home)

    def trail_to(self, path: str) -> tuple[Node, ...]:
        """Return the nodes from Home to the nearest known ancestor-or-self of `path`."""
        while path not in self.trails:
            path = path.rstrip("/").rpartition("/")[0] + "/"
        return self.trails[path]


@dataclass(slots=True)
class _Place:
    node: Node
    parent: Key
    order: tuple[int, int]
    seen: bool = True
    children: list[Key] = field(default_factory=list)


SHIPPED = Tree(HOME, dict(trails_below(HOME)))
"""What stands in for the tree while the database gives none: an error page has a menu, too."""
_last = SHIPPED


def live_tree() -> Tree:
    """Return the tree of this moment."""
    global _last  # noqa: PLW0603 - one value a process
    try:
        tree = fragment("tree", _build)
        if tree.until is not None and tree.until <= timezone.now():
            tree = _build()
        _last = tree
    except DatabaseFault:
        return _last
    return tree


def known_tree() -> Tree:
    """Return the last tree without asking for anything, for a page that says what went wrong."""
    return _last


def redirects() -> dict[str, str]:
    """Return the addresses that lead elsewhere, each with where. Those of staff come first."""
    try:
        return fragment(
            "redirects",
            lambda: {**OLD_ADDRESSES, **dict(Redirect.objects.values_list("old", "new"))},
        )
    except DatabaseFault:
        return OLD_ADDRESSES


@changes_by_the_clock
def times_of_pages() -> Iterator[datetime]:
    """Yield when what pages show changes by itself."""
    now = timezone.now()
    planned = PageRevision.objects.planned(now).values_list("publish_at", flat=True)
    ending = Page.objects.filter(expires_at__gt=now).values_list("expires_at", flat=True)
    yield from filter(None, (*planned, *ending))


def _build() -> Tree:
    now = timezone.now()
    rows = list(
        Page.objects.annotate(first=Min("revisions__publish_at")).values(
            "pk", "path", "shipped", "label", "parent", "parent__shipped", "position", "in_menu",
            "hidden", "expires_at", "first",
        )
    )  # fmt: skip
    places = _shipped_places({row["path"] for row in rows if not row["shipped"]})
    for row in rows:
        _arrange(places, row, now)
    for key in places:
        if key != HOME.path:
            places[_parent_of(key, places)].children.append(key)
    home = _node(HOME.path, places)
    times = [row[name] for row in rows for name in ("first", "expires_at")]
    until = min((time for time in times if time and time > now), default=None)
    return Tree(home, dict(trails_below(home)), until)


def _shipped_places(taken: set[str]) -> dict[Key, _Place]:
    """Return where everything stands as shipped. A page of staff keeps an address that it has."""
    places: dict[Key, _Place] = {HOME.path: _Place(HOME, HOME.path, (0, 0))}
    for node in walk():
        for index, child in enumerate(node.children):
            seen = child.path not in taken
            places[child.path] = _Place(child, node.path, (1, index), seen)
    return places


def _arrange(places: dict[Key, _Place], row: dict[str, Any], now: datetime) -> None:
    key: Key = row["shipped"] or row["pk"]
    if row["shipped"]:
        if key not in places:
            return  # its file is gone
        place = places[key]
        place.seen = True
    else:
        first = row["first"]
        node = Node(row["path"], row["label"])
        place = places[key] = _Place(node, HOME.path, (0, 0), first is not None and first <= now)
    if row["position"] is not None:
        place.parent = row["parent__shipped"] or row["parent"]
        place.order = (0, row["position"])
    place.seen = place.seen and not row["hidden"]
    place.seen = place.seen and (row["expires_at"] is None or row["expires_at"] > now)
    place.node = replace(
        place.node,
        path=row["path"],
        label=row["label"] or place.node.label,
        in_menu=place.node.in_menu if row["in_menu"] is None else row["in_menu"],
    )


def _parent_of(key: Key, places: dict[Key, _Place]) -> Key:
    """Return the page above; Home where that is gone or stands below this very page.

    The file of a page that staff put elsewhere may be moved or removed in the content folder later.
    """
    above, passed = places[key].parent, {key}
    while above in places and above not in passed:
        if above == HOME.path:
            return places[key].parent
        passed.add(above)
        above = places[above].parent
    return HOME.path


def _node(key: Key, places: dict[Key, _Place]) -> Node:
    place = places[key]
    seen = (one for one in place.children if places[one].seen)
    below = sorted(seen, key=lambda one: places[one].order)
    return replace(place.node, children=tuple(_node(one, places) for one in below))


def cards(nodes: Iterable[Node], texts: Mapping[str, Text]) -> list[dict[str, Any]]:
    """Return pages as they stand below another one, each with what it is about."""
    return [
        {"node": one, "about": texts[one.path].description if one.content else one.about}
        for one in nodes
    ]
