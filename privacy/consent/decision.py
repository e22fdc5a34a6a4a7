"""What one visitor has allowed: read from the consent cookie and the browser's signal alone.

The cookie has django-cookie-consent's name and format. Its own reading compares versions as
strings with `>=`, so that `analytics=z` would count as consent for ever; here a grant counts only
when its version equals the one that is offered, and anything else is a question still open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from cookie_consent.util import dict_to_cookie_str, parse_cookie_str
from django.conf import settings
from django.http import HttpRequest

from privacy.consent.offer.building import Offer, OfferedGroup
from privacy.consent.offer.current import current_offer

MAX_COOKIE_LENGTH = 1024
DECLINED = "-1"
OVERRIDE = "!"
"""Follows the version of a grant that was given in spite of the browser's opt-out signal."""


class State(StrEnum):
    """How one group stands. The values are the letters of a state key."""

    GRANTED = "g"
    OVERRIDDEN = "o"  # granted by an explicit choice against the browser's signal
    DECLINED = "d"
    SIGNALLED = "q"  # off because of the browser's signal
    UNDECIDED = "u"
    CHANGED = "c"  # was granted once; what is offered has changed since


GRANTING = frozenset({State.GRANTED, State.OVERRIDDEN})
DECLINING = frozenset({State.DECLINED, State.SIGNALLED})


@dataclass(frozen=True, eq=False)
class ConsentDecision:
    """One visitor's decision about every group. Banner, tags, CSP and caching read only this."""

    states: Mapping[str, State]
    gpc: bool
    offer: Offer
    stored: Mapping[str, str]

    def _keys(self, wanted: frozenset[State]) -> frozenset[str]:
        return frozenset(key for key, state in self.states.items() if state in wanted)

    @cached_property
    def granted(self) -> frozenset[str]:
        """The groups that the visitor allows."""
        return self._keys(GRANTING)

    @cached_property
    def declined(self) -> frozenset[str]:
        """The groups that the visitor, or the visitor's browser, refuses."""
        return self._keys(DECLINING)

    @cached_property
    def undecided(self) -> frozenset[str]:
        """The groups that are still to be asked about."""
        return self._keys(frozenset({State.UNDECIDED, State.CHANGED}))

    @cached_property
    def signalled(self) -> frozenset[str]:
        """The groups that are off because of the browser's signal."""
        return self._keys(frozenset({State.SIGNALLED}))

    @cached_property
    def once_granted(self) -> frozenset[str]:
        """The groups that the cookie grants, or granted when it was written."""
        return frozenset(k for k in self.states if self.stored.get(k, DECLINED) != DECLINED)

    @cached_property
    def changed(self) -> tuple[OfferedGroup, ...]:
        """The groups that are asked about again because they have changed."""
        return tuple(o for o in self.offer.groups if self.states[o.key] is State.CHANGED)

    @cached_property
    def rows(self) -> tuple[tuple[OfferedGroup, State], ...]:
        """The groups with how each stands, for the page on which a visitor decides."""
        return tuple((offered, self.states[offered.key]) for offered in self.offer.groups)

    @cached_property
    def answered(self) -> bool:
        """Tell whether nothing is left to ask."""
        return not self.undecided

    @cached_property
    def key(self) -> str:
        """A short name: equal for all visitors who see the same pages."""
        return f"{self.offer.stamp}{int(self.gpc)}{''.join(self.states.values())}"


def read_cookie(raw: str) -> dict[str, str]:
    """Return the groups and versions in a cookie; nothing where it is not as we write it."""
    if not raw or len(raw) > MAX_COOKIE_LENGTH:
        return {}
    stored = parse_cookie_str(raw)
    return stored if dict_to_cookie_str(stored) == raw else {}


def write_cookie(grants: Mapping[str, str], offer: Offer) -> dict[str, str]:
    """Return what the cookie holds for a decision about every group.

    The order is the catalogue's and there is no time and no number in it, so that all who decide
    alike carry the same value.
    """
    return {offered.key: grants.get(offered.key, DECLINED) for offered in offer.groups}


def _state(offered: OfferedGroup, stored: str | None, *, gpc: bool) -> State:
    version, override, rest = (stored or "").partition(OVERRIDE)
    granted = offered.accepts(version) and not rest
    if granted and override:
        return State.OVERRIDDEN
    if gpc and offered.gpc_covered:
        return State.SIGNALLED
    if granted:
        return State.GRANTED
    if stored == DECLINED:
        return State.DECLINED
    return State.CHANGED if version in offered.earlier else State.UNDECIDED


@lru_cache(maxsize=2048)
def _decide(offer: Offer, raw: str, gpc: bool) -> ConsentDecision:
    stored = read_cookie(raw)
    states = {o.key: _state(o, stored.get(o.key), gpc=gpc) for o in offer.groups}
    return ConsentDecision(states=states, gpc=gpc, offer=offer, stored=stored)


def decide(raw: str, *, gpc: bool) -> ConsentDecision:
    """Return the decision that a cookie's value and the browser's signal express."""
    return _decide(current_offer(), raw if len(raw) <= MAX_COOKIE_LENGTH else "", gpc)


def state_key(cookie_value: str, gpc: bool) -> str:
    """Name the consent state of a request, for those who keep pages by it."""
    return decide(cookie_value, gpc=gpc).key


def signals_opt_out(header: str | None) -> bool:
    """Tell whether a `Sec-GPC` header asks not to sell or share (w3c/gpc: one value of "1")."""
    return header is not None and any(value.strip() == "1" for value in header.split(","))


def decision_of(request: HttpRequest) -> ConsentDecision:
    """Return the decision that a request carries."""
    return decide(
        request.COOKIES.get(settings.COOKIE_CONSENT_NAME, ""),
        gpc=signals_opt_out(request.headers.get("Sec-GPC")),
    )
