"""The catalogue: which groups a visitor decides about, and what stands behind each.

Code decides and the admin shows. A field marked `cosmetic` may change without asking anybody
again; every other field is material, because a visitor may have decided by it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

COSMETIC = {"cosmetic": True}
ADDED = {"added": True}
"""A material field that came later. Where it is left out, a version is named as it was before."""

NECESSARY = "necessary"
PREFERENCES = "preferences"
ANALYTICS = "analytics"
MARKETING = "marketing"
SOCIAL = "social"

MAX_LIFE_DAYS = 395
"""Thirteen months: the longest life that supervisors accept for a tracker."""

COOKIE = "cookie"


@dataclass(frozen=True, slots=True)
class StoredItem:
    """A cookie or a storage key. With `prefix`, `name` is the beginning of its name.

    `life_days` 0 means until the browser is closed, unless `life_minutes` says how long an item
    lives that does not last a day. `on_parent` says that a script sets the cookie
    for the parent domain, so that a withdrawal has to look there too. `foreign` is the domain of
    a cookie that another site sets for itself and that we therefore cannot delete.
    """

    name: str
    purpose: str
    life_days: int
    prefix: bool = False
    kind: str = COOKIE
    path: str = "/"
    on_parent: bool = False
    foreign: str = ""
    life_minutes: int = field(default=0, metadata=ADDED)

    @property
    def shown_name(self) -> str:
        """The name as a visitor reads it; a star stands for what a service appends."""
        return f"{self.name}*" if self.prefix else self.name

    @property
    def life(self) -> str:
        days = self.life_days
        if self.life_minutes:
            return f"{self.life_minutes} minutes"
        if days == 0:
            return "Until you close the browser"
        return "1 day" if days == 1 else f"{days} days"


@dataclass(frozen=True, slots=True)
class Embed:
    """Something of a third party inside our page. `{}` stands for its reference in both addresses.

    `link` is where a visitor can see the same without our loading anything.
    """

    frame: str
    link: str
    reference: str


@dataclass(frozen=True, slots=True)
class Service:
    """What one recipient does for us, and everything the browser may do for it.

    `origins` are the sources that the Content-Security-Policy names, by directive, once the group
    is granted. `identifier` is the pattern of the account number by which staff switch the service
    on; an own service has none and is always on. `nobodys` is a number of that pattern that belongs
    to nobody: rehearsals and tests switch the service on with it. `loader` is the static script
    that loads it.
    """

    key: str
    name: str = field(metadata=COSMETIC)
    purpose: str
    recipient: str
    country: str
    retention: str
    items: tuple[StoredItem, ...] = ()
    origins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gpc_covered: bool = False
    identifier: str = field(default="", metadata=COSMETIC)
    identifier_hint: str = field(default="", metadata=COSMETIC)
    nobodys: str = field(default="", metadata=COSMETIC)
    loader: str = field(default="", metadata=COSMETIC)
    consent_parameters: tuple[str, ...] = ()
    embed: Embed | None = field(default=None, metadata=COSMETIC)


@dataclass(frozen=True, slots=True)
class Group:
    """What a visitor says yes or no to. A required group is not asked about.

    `claims` are the beginnings of the ids of the policy's claims that speak about the group: when
    their sentences change in substance, the group is asked about again.
    """

    key: str
    name: str = field(metadata=COSMETIC)
    purpose: str
    services: tuple[Service, ...]
    required: bool = False
    claims: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[StoredItem, ...]:
        """All that any service of the group may store."""
        return tuple(item for service in self.services for item in service.items)

    @property
    def gpc_covered(self) -> bool:
        """Tell whether an opt-out preference signal speaks about this group."""
        return any(service.gpc_covered for service in self.services)


def material(part: Any) -> Any:
    """Return the material fields of a part of the catalogue as plain data in a stable order."""
    if is_dataclass(part):
        return {
            f.name: material(getattr(part, f.name))
            for f in fields(part)
            if not f.metadata.get("cosmetic")
            and not (f.metadata.get("added") and getattr(part, f.name) == f.default)
        }
    if isinstance(part, Mapping):
        return {key: material(part[key]) for key in sorted(part)}
    if isinstance(part, tuple | list):
        return [material(element) for element in part]
    return part


def optional(groups: tuple[Group, ...]) -> Iterator[Group]:
    return (group for group in groups if not group.required)
