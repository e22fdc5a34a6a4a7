"""What one group's entry in the consent cookie says: a refusal, or a grant and what it covers.

    -1                     no
    8c1f2a90               yes to all services of the group as it is offered in that version
    8c1f2a90.google-ads    yes to these services alone
    8c1f2a90@2             yes from a person whose account had refused the group twice before
    8c1f2a90!              yes in spite of the browser's opt-out signal

The parts come in this order. There is no time and no number of a person in it, so that all who
decide alike carry the same.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from privacy.consent.offer.building import OfferedGroup

DECLINED = "-1"
OVERRIDE = "!"
MAX_REFUSALS = 9999

_GRANT = re.compile(
    r"(?P<version>[0-9a-z]{1,16})(?P<only>(?:\.[a-z0-9-]+)*)(?:@(?P<after>[1-9][0-9]{0,3}))?"
    r"(?P<override>!)?"
)


@dataclass(frozen=True, slots=True)
class Grant:
    """A yes. `only` are the keys of the services it covers, none where it covers all.

    `after` counts the refusals of the account that it overrides; 0 for everybody who has refused
    nothing, or is not logged in.
    """

    version: str
    only: tuple[str, ...] = ()
    after: int = 0
    override: bool = False

    @staticmethod
    def read(entry: str) -> "Grant | None":
        """Return what an entry grants; None for a refusal and for what we do not write."""
        return _read(entry)

    @classmethod
    def of(
        cls, offered: OfferedGroup, services: Iterable[str], *, after: int, override: bool
    ) -> Self:
        """Return the grant of some of a group's services, as the group is offered now."""
        wanted = frozenset(services)
        only = tuple(key for key in offered.service_keys if key in wanted)
        return cls(
            version=offered.version,
            only=() if len(only) == len(offered.service_keys) else only,
            after=after,
            override=override,
        )

    def __str__(self) -> str:
        only = "".join(f".{key}" for key in self.only)
        after = f"@{self.after}" if self.after else ""
        return f"{self.version}{only}{after}{OVERRIDE if self.override else ''}"

    def services(self, offered: OfferedGroup) -> tuple[str, ...]:
        """Return the keys of the services that the grant covers; empty where it names another."""
        if not self.only:
            return offered.service_keys
        known = tuple(key for key in offered.service_keys if key in self.only)
        return known if known == self.only and len(known) < len(offered.service_keys) else ()


@lru_cache(maxsize=256)
def _read(entry: str) -> Grant | None:
    found = _GRANT.fullmatch(entry)
    if found is None:
        return None
    return Grant(
        version=found["version"],
        only=tuple(found["only"].split(".")[1:]),
        after=int(found["after"] or 0),
        override=found["override"] is not None,
    )
