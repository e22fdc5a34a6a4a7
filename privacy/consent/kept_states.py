"""The consent states whose pages are worth making before anybody asks for them.

Of each kind of visitor the ones that the forms of this site make: nobody who has answered yet, and
everybody who has answered all that is asked, with and without the browser's signal. A state that
is not among them is answered by the site itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from cookie_consent.util import dict_to_cookie_str

from privacy.consent.decision import decide
from privacy.consent.grants import DECLINED, Grant
from privacy.consent.offer.building import Offer, OfferedGroup
from privacy.consent.offer.current import current_offer
from privacy.consent.withdrawal import owners_of_cookies
from sens_site.lib.canonical_json import digest_of

MOST_GROUPS_MIXED = 2
"""Beyond these, who answers the groups differently is left to the site: there are too many ways."""


@dataclass(frozen=True, slots=True)
class KeptState:
    """One consent state. `cookie` is the consent cookie's value, empty where there is no cookie.

    `name` stands for both, and tells neither. `services` are the ones allowed, whose cookies a
    browser may bring beside it.
    """

    cookie: str
    gpc: bool
    services: frozenset[str]

    @property
    def name(self) -> str:
        return digest_of([self.cookie, self.gpc])[:10]


def kept_states() -> Iterator[KeptState]:
    """Yield the states by today's offer, those without an answer first."""
    offer = current_offer()
    for gpc in (False, True):
        yield KeptState("", gpc, frozenset())
    for gpc in (False, True):
        for cookie in _answers(offer, gpc):
            yield KeptState(cookie, gpc, decide(cookie, gpc=gpc).services)


def _answers(offer: Offer, gpc: bool) -> Iterator[str]:
    entries = [(DECLINED, str(_yes(offered, gpc))) for offered in offer.groups]
    every = product(*entries) if len(entries) <= MOST_GROUPS_MIXED else zip(*entries, strict=True)
    for answer in every:
        if answer:
            keys = (offered.key for offered in offer.groups)
            yield dict_to_cookie_str(dict(zip(keys, answer, strict=True)))


def _yes(offered: OfferedGroup, gpc: bool) -> Grant:
    return Grant.of(offered, offered.service_keys, after=0, override=gpc and offered.gpc_covered)


def patterns_of_cookies() -> dict[frozenset[str], str]:
    """Return regular expressions for the names of cookies, by the services whose they are.

    A browser may bring them where one of these is allowed; else the answer has to delete them.
    """
    found: dict[frozenset[str], list[str]] = {}
    offered = {service for o in current_offer().groups for service in o.service_keys}
    for item, owners in owners_of_cookies():
        if owners & offered:
            more = "[^=; ]*" if item.prefix else ""
            found.setdefault(owners, []).append(re.escape(item.name) + more)
    return {owners: "|".join(sorted(set(names))) for owners, names in found.items()}
