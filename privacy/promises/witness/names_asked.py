"""Addresses with the names after the question mark for which their views ask: no link acts (law 3)."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from privacy.promises.visitor import Site, Visitor
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import MEMBER, SUPERUSER, undone
from privacy.promises.witness.filling import typed

DESK = "/admin/"
MOST_OF_A_NAME = 6
"""At how many addresses one name after the question mark is tried, of all that ask for it."""
DJANGOS_OWN = frozenset({
    "_changelist_filters", "_facets", "_popup", "_to_field", "all", "app_label", "e", "o", "p", "q",
    "term",
})  # fmt: skip
"""What every list of the desk asks for."""
NAMES = "names asked for"
MOST_VALUES = 3
"""How many values of one name are tried: one made up, and what it was compared with."""


@dataclass
class NamesAsked:
    """Opens an address again as a link would that somebody was sent."""

    site: Site
    people: Mapping[str, Canary]
    send: Callable[..., Any]
    counts: Counter[str]
    _asked: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __call__(
        self, who: str, visitor: Visitor, address: str, asked: Mapping[str, set[str]]
    ) -> None:
        """Open it with each name for which its view has asked: a customer everywhere, staff at the desk."""
        if who not in (MEMBER, SUPERUSER) or (who == SUPERUSER) != address.startswith(DESK):
            return
        bare = address.partition("?")[0]
        for name in sorted(set(asked) - DJANGOS_OWN):
            self._asked[who, name] += 1
            if self._asked[who, name] > MOST_OF_A_NAME:
                continue
            self.counts[NAMES] += 1
            said = [typed(name, "number", self.people[who])]
            for value in said:
                query = urlencode({name: value})
                with undone(visitor), self.site.hearing_what_is_asked() as compared:
                    self.send(who, visitor, "GET", f"{bare}?{query}")
                said += sorted(compared.get(name, set()) - {*said, ""})[: MOST_VALUES - len(said)]
