"""What a browser really stores and asks for, against what the catalogue says it may.

Pure rules first; `privacy.consent.browser_audit` drives the browser.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import combinations
from urllib.parse import urlsplit

from privacy.consent.offer.building import Offer
from privacy.consent.offer.parts import COOKIE, Service, StoredItem

SPARE_DAYS = 1


@dataclass(frozen=True, slots=True)
class State:
    """One state of consent that the site is walked through in.

    `allowed` is None where the banner is left unanswered. `taken_back` says that everything was
    allowed first.
    """

    title: str
    allowed: tuple[str, ...] | None
    gpc: bool = False
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class SeenCookie:
    """One cookie in the browser. `days` is 0 where it ends with the browser."""

    name: str
    domain: str
    days: float


@dataclass
class Seen:
    """What a browser held and asked for after a walk."""

    pages: int = 0
    cookies: set[SeenCookie] = field(default_factory=set)
    storage: set[str] = field(default_factory=set)
    requested: set[str] = field(default_factory=set)
    permitted: dict[str, set[str]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)


def states_of(offer: Offer, *, few: bool = False) -> Iterator[State]:
    """Yield every state: unanswered, each answer, with the signal, taken back.

    `few` leaves out the answers that allow several groups but not all.
    """
    keys = tuple(offer.by_key)
    yield State("unanswered", None)
    for size in range(len(keys) + 1):
        if not few or size in (0, 1, len(keys)):
            for subset in combinations(keys, size):
                yield State(" + ".join(subset) or "everything refused", subset)
    uncovered = tuple(o.key for o in offer.groups if not o.gpc_covered)
    yield State("unanswered, with the signal", None, gpc=True)
    yield State("accept all, with the signal", uncovered, gpc=True)
    yield State("everything taken back", (), taken_back=True)


def origin_of(url: str) -> str:
    """Return the origin of an address, or its scheme where it has none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def _is_item(item: StoredItem, name: str) -> bool:
    return name.startswith(item.name) if item.prefix else name == item.name


def _may_be(item: StoredItem, cookie: SeenCookie) -> bool:
    domain = cookie.domain.lstrip(".")
    at_home = not item.foreign or domain == item.foreign or domain.endswith("." + item.foreign)
    return item.kind == COOKIE and _is_item(item, cookie.name) and at_home


def faults_in(seen: Seen, state: State, offer: Offer, own: str) -> list[str]:
    """Return everything that was seen and is not in the catalogue for this state."""
    services = offer.services_of(state.allowed or ())
    items = [i for o in offer.required for s in o.services for i in s.items]
    items += [i for s in services for i in s.items]
    return [
        *_cookie_faults(seen.cookies, items),
        *(
            f"the storage key {key!r} is not in the catalogue"
            for key in sorted(seen.storage)
            if not any(i.kind != COOKIE and _is_item(i, key) for i in items)
        ),
        *_origin_faults(seen, services, own),
        *seen.complaints,
    ]


def _cookie_faults(cookies: Iterable[SeenCookie], items: list[StoredItem]) -> Iterator[str]:
    for cookie in sorted(cookies, key=lambda c: (c.name, c.domain)):
        known = [item for item in items if _may_be(item, cookie)]
        if not known:
            yield f"the cookie {cookie.name} of {cookie.domain} is not in the catalogue"
        elif cookie.days > max(item.life_days for item in known) + SPARE_DAYS:
            yield f"the cookie {cookie.name} lives {cookie.days:.0f} days, longer than was said"


def _origin_faults(seen: Seen, services: tuple[Service, ...], own: str) -> Iterator[str]:
    declared = {o for s in services for origins in s.origins.values() for o in origins}
    for origin in sorted(seen.requested - {own, "data:", "blob:", "about:"}):
        if not any(fnmatchcase(origin, pattern) for pattern in declared):
            yield f"{origin} was asked for"
    for path, named in seen.permitted.items():
        for origin in sorted(named - declared):
            yield f"{path} permits {origin}"


def silent_services(seen: dict[str, Seen], offer: Offer) -> list[str]:
    """Return the services that were granted in some state and whose origins no page permitted."""
    permitted = {o for s in seen.values() for named in s.permitted.values() for o in named}
    return [
        service.name
        for service in offer.services_of(offer.by_key)
        if not {o for origins in service.origins.values() for o in origins} <= permitted
    ]
