"""What a browser really stores and asks for, against what the catalogue says it may.

Pure rules first; `privacy.consent.browser_audit` drives the browser.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import combinations
from urllib.parse import unquote, urlencode, urlsplit

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.utils.regex_helper import normalize

from privacy.consent.offer.building import Offer
from privacy.consent.offer.parts import COOKIE, Service, StoredItem
from sens_site.lib.http.third_parties import lets_third_parties_in

SPARE_DAYS = 1
SECRET_LENGTH = 16
"""A part of an address that is at least as long counts as a secret where nobody is let in."""
CLICK_IDS = (
    *("gclid", "gbraid", "wbraid", "dclid", "gad_source", "gad_campaignid", "_gl", "srsltid"),
    *("fbclid", "li_fat_id", "msclkid", "ttclid", "twclid", "yclid", "igshid", "mc_eid"),
)
"""By which advertising networks recognize a click, as far as they are known; an audit adds each to
the addresses that it opens. Written down apart from the catalogue, which it is to find wanting."""


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


@dataclass(frozen=True, slots=True)
class Sent:
    """What another site was sent: the address asked for, the Referer, and what was posted."""

    url: str
    referer: str = ""
    body: str = ""

    @property
    def text(self) -> str:
        """All of it, as it reads once it is unpacked."""
        return unquote(unquote(f"{self.url}\n{self.referer}\n{self.body}"))


@dataclass
class Seen:
    """What a browser held and asked for after a walk."""

    pages: int = 0
    cookies: set[SeenCookie] = field(default_factory=set)
    storage: set[str] = field(default_factory=set)
    requested: set[str] = field(default_factory=set)
    sent: set[Sent] = field(default_factory=set)
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


def is_welcoming(path: str) -> bool:
    """Tell whether the view of an address lets third parties in."""
    try:
        return lets_third_parties_in(resolve(urlsplit(path).path).func)
    except Resolver404:
        return False


def unlinked_pages() -> tuple[str, ...]:
    """Return an address for each page that lets nobody in, linked or not, without the desk.

    Where an address holds a number or a secret, "sample" stands for it: the page then says that
    it knows no such thing. Those of real secrets are given to the audit by who makes them.
    """

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for entry in patterns:
            for shape, names in normalize(str(entry.pattern.regex.pattern)):
                path = before + shape % dict.fromkeys(names, "sample")
                if isinstance(entry, URLResolver):
                    yield from walk(entry.url_patterns, path)
                else:
                    yield path

    paths = dict.fromkeys(walk(get_resolver().url_patterns, "/"))
    return tuple(
        path
        for path in paths
        if path.endswith("/") and not path.startswith("/admin/") and not is_welcoming(path)
    )


def with_click_ids(path: str) -> str:
    """Return an address as an advertisement, or a careless mail, would lead to it."""
    marks = {name: f"mark-of-{name}" for name in (*CLICK_IDS, "token")}
    return f"{path}?{urlencode(marks)}"


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
            if not any(i.kind != COOKIE and not i.foreign and _is_item(i, key) for i in items)
        ),
        *_origin_faults(seen, services, own),
        *_told_faults(seen, services, own),
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
        for origin in sorted(named - (declared if is_welcoming(path) else set())):
            yield f"{path} permits {origin}"


def _told_faults(seen: Seen, services: tuple[Service, ...], own: str) -> Iterator[str]:
    """Name who was told of a page that lets nobody in, or of a click that was not granted."""
    granted = {name for service in services for name in service.click_ids}
    quiet = [path for path in seen.permitted if not is_welcoming(path)]
    secrets = {
        part
        for path in quiet
        for part in urlsplit(path).path.split("/")
        if len(part) >= SECRET_LENGTH
    }
    found = set()
    for sent in seen.sent:
        who, text = origin_of(sent.url), sent.text
        for path in re.findall(re.escape(own) + r"(/[^\s?#&\"']*)", text):
            if not is_welcoming(path):
                found.add(f"{who} was told of {path}")
        for name in (*CLICK_IDS, "token"):
            if f"mark-of-{name}" in text and name not in granted:
                found.add(f"{who} was told the {name} of an address")
        found |= {f"{who} was told the secret {part}" for part in secrets if part in text}
    yield from sorted(found)


def silent_services(seen: dict[str, Seen], offer: Offer) -> list[str]:
    """Return the services that were granted in some state and whose origins no page permitted."""
    permitted = {o for s in seen.values() for named in s.permitted.values() for o in named}
    return [
        service.name
        for service in offer.services_of(offer.by_key)
        if not {o for origins in service.origins.values() for o in origins} <= permitted
    ]
