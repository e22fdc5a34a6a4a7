"""What is offered to visitors now: the catalogue, less what staff have not switched on.

An offer is built once and then only read. Its groups have a version: a digest of everything
material that a visitor decides by. Versions are compared for equality and for nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from privacy.consent.offer.catalogue import GROUPS
from privacy.consent.offer.parts import Group, Service, material, optional
from sens_site.lib.canonical_json import digest_of

VERSION_LENGTH = 8


@dataclass(frozen=True)
class OfferedGroup:
    """A group with the services that are switched on.

    `equals` are the versions that staff have declared to differ from this one in wording alone,
    `earlier` the ones that differ in substance, and `changed` says how the last of them does.
    """

    group: Group
    services: tuple[Service, ...]
    gpc_covered: bool
    policy_words: tuple[str, ...] = ()
    equals: frozenset[str] = frozenset()
    earlier: frozenset[str] = frozenset()
    changed: str = ""

    @property
    def key(self) -> str:
        """The group's name in cookies and forms."""
        return self.group.key

    @cached_property
    def service_keys(self) -> tuple[str, ...]:
        """The names of its services, in the catalogue's order."""
        return tuple(service.key for service in self.services)

    @cached_property
    def material(self) -> dict[str, object]:
        """Everything that a visitor decides by."""
        content: dict[str, object] = material(replace(self.group, services=self.services))
        return {**content, "policy": list(self.policy_words)}

    @cached_property
    def version(self) -> str:
        """The digest that a grant carries."""
        return digest_of(self.material)[:VERSION_LENGTH]

    def accepts(self, version: str) -> bool:
        return version == self.version or version in self.equals

    def has_offered(self, version: str) -> bool:
        """Tell whether the group was offered in a version, now or earlier."""
        return self.accepts(version) or version in self.earlier


@dataclass(frozen=True)
class Question:
    """What a form asks about, and what it brings back of that (law 16)."""

    groups: tuple[OfferedGroup, ...]

    @cached_property
    def shown(self) -> str:
        """The groups in their versions, written as the consent cookie writes them."""
        return "|".join(f"{offered.key}={offered.version}" for offered in self.groups)

    @cached_property
    def names(self) -> str:
        """The groups by name, as a sentence names them."""
        names = [offered.group.name.lower() for offered in self.groups]
        return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


@dataclass(frozen=True, eq=False)
class Offer:
    """What is offered now. Compared by identity: one lives in a process at a time.

    `groups` are the ones in which a service runs: nobody is asked about nothing.
    """

    required: tuple[OfferedGroup, ...]
    groups: tuple[OfferedGroup, ...]
    identifiers: Mapping[str, str] = field(default_factory=dict)

    def services_of(self, keys: Iterable[str]) -> tuple[Service, ...]:
        """The services that are switched on in some groups, in the catalogue's order."""
        wanted = frozenset(keys)
        return tuple(s for o in self.groups if o.key in wanted for s in o.services)

    @cached_property
    def shown(self) -> str:
        """What a form brings back that asks about all of it."""
        return Question(self.groups).shown

    def question_of(self, key: str) -> Question:
        """Return what is asked about one group."""
        return Question((self.by_key[key],))

    @cached_property
    def by_key(self) -> dict[str, OfferedGroup]:
        return {offered.key: offered for offered in self.groups}

    @cached_property
    def stamp(self) -> str:
        """A short name of this offer, for the keys of kept pages."""
        versions = [
            (o.key, o.version, sorted(o.equals), sorted(o.earlier), o.changed) for o in self.groups
        ]
        return digest_of([versions, dict(self.identifiers)])[:VERSION_LENGTH]


def build_offer(
    identifiers: Mapping[str, str] | None = None,
    groups: tuple[Group, ...] = GROUPS,
    policy_words: Mapping[str, tuple[str, ...]] | None = None,
) -> Offer:
    """Build the offer in which the services with an identifier are switched on."""
    identifiers = dict(identifiers or {})
    words = policy_words or {}

    def offered(group: Group) -> OfferedGroup:
        services = tuple(s for s in group.services if not s.identifier or s.key in identifiers)
        return OfferedGroup(
            group=group,
            services=services,
            gpc_covered=any(service.gpc_covered for service in services),
            policy_words=words.get(group.key, ()),
        )

    return Offer(
        required=tuple(offered(group) for group in groups if group.required),
        groups=tuple(o for group in optional(groups) if (o := offered(group)).services),
        identifiers=identifiers,
    )
