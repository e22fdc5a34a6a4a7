"""What one visitor has allowed: read from the consent cookie, the browser's signal and what the
account of a person who is logged in has refused.

The cookie has django-cookie-consent's name and format. Its own reading compares versions as
strings with `>=`, so that `analytics=z` would count as consent for ever; here a grant counts only
when its version equals the one that is offered, and anything else is a question still open.
"""  # noqa: D205 - one sentence

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import cast

from cookie_consent.util import dict_to_cookie_str, parse_cookie_str
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from privacy.consent.grants import DECLINED, Grant
from privacy.consent.offer.building import Offer, OfferedGroup, Question
from privacy.consent.offer.current import current_offer
from privacy.consent.offer.parts import Service
from privacy.consent.refusals import Refusal, Refusals, refusals_of

MAX_COOKIE_LENGTH = 1024


class State(StrEnum):
    """How one group stands. The values are the letters of a state key."""

    GRANTED = "g"
    OVERRIDDEN = "o"  # granted by an explicit choice against the browser's signal
    DECLINED = "d"
    SIGNALLED = "q"  # off because of the browser's signal
    REFUSED = "p"  # off because the person has refused it, on this device or another
    UNDECIDED = "u"
    CHANGED = "c"  # was granted once; what is offered has changed since


GRANTING = frozenset({State.GRANTED, State.OVERRIDDEN})
DECLINING = frozenset({State.DECLINED, State.SIGNALLED, State.REFUSED})


@dataclass(frozen=True, eq=False)
class ConsentDecision:
    """One visitor's decision about every group. Banner, tags, CSP and caching read only this."""

    states: Mapping[str, State]
    services: frozenset[str]
    gpc: bool
    offer: Offer
    stored: Mapping[str, str]
    refusals: Refusals = ()

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
    def refused(self) -> frozenset[str]:
        """The groups that are off because the account of the person refuses them."""
        return self._keys(frozenset({State.REFUSED}))

    @cached_property
    def held_back(self) -> tuple[tuple[OfferedGroup, State], ...]:
        """The groups that are off whatever the cookie says, each with its state, which is why."""
        why = (State.SIGNALLED, State.REFUSED)
        return tuple(
            (o, self.states[o.key]) for o in self.offer.groups if self.states[o.key] in why
        )

    @cached_property
    def once_granted(self) -> frozenset[str]:
        """The groups that the cookie grants, or granted when it was written."""
        held = ((o, Grant.read(self.stored.get(o.key, ""))) for o in self.offer.groups)
        return frozenset(o.key for o, grant in held if grant and o.has_offered(grant.version))

    @cached_property
    def changed(self) -> tuple[OfferedGroup, ...]:
        """The groups that are asked about again because they have changed."""
        return tuple(o for o in self.offer.groups if self.states[o.key] is State.CHANGED)

    @cached_property
    def question(self) -> Question:
        """What the banner asks: about the groups that are not decided, and no others."""
        return Question(tuple(o for o in self.offer.groups if o.key in self.undecided))

    def running(self, offered: OfferedGroup) -> frozenset[str]:
        """The services of a group that are granted."""
        return self.services.intersection(offered.service_keys)

    @cached_property
    def answered(self) -> bool:
        """Tell whether nothing is left to ask."""
        return not self.undecided

    @cached_property
    def key(self) -> str:
        """A short name: equal for all visitors who see the same pages."""
        states = "".join(f"{self.states[o.key]}{self._part_of(o)}" for o in self.offer.groups)
        return f"{self.offer.stamp}{int(self.gpc)}{states}"

    def _part_of(self, offered: OfferedGroup) -> str:
        """The services granted, where they are some of the group's and not all."""
        some = [key for key in offered.service_keys if key in self.services]
        return "" if len(some) in (0, len(offered.services)) else f"({'.'.join(some)})"

    @cached_property
    def services_granted(self) -> tuple[Service, ...]:
        """The services that the visitor allows, in the catalogue's order."""
        return tuple(s for o in self.offer.groups for s in o.services if s.key in self.services)


def read_cookie(raw: str) -> dict[str, str]:
    """Return the groups and versions in a cookie; nothing where it is not as we write it."""
    if not raw or len(raw) > MAX_COOKIE_LENGTH:
        return {}
    stored = parse_cookie_str(raw)
    return stored if dict_to_cookie_str(stored) == raw else {}


def _state(
    offered: OfferedGroup, entry: str, *, gpc: bool, refusal: Refusal | None
) -> tuple[State, tuple[str, ...]]:
    """Return how a group stands, and the keys of the services granted in it."""
    grant = Grant.read(entry)
    services = grant.services(offered) if grant and offered.accepts(grant.version) else ()
    if refusal and not (grant and grant.after == refusal.count == refusal.allowed_after):
        return State.REFUSED, ()
    if grant and services and grant.override:
        return State.OVERRIDDEN, services
    if gpc and offered.gpc_covered:
        return State.SIGNALLED, ()
    if services:
        return State.GRANTED, services
    if entry == DECLINED:
        return State.DECLINED, ()
    return (State.CHANGED if grant and grant.version in offered.earlier else State.UNDECIDED), ()


@lru_cache(maxsize=2048)
def _decide(offer: Offer, raw: str, gpc: bool, refusals: Refusals) -> ConsentDecision:
    stored = read_cookie(raw)
    refused = {refusal.group: refusal for refusal in refusals}
    states: dict[str, State] = {}
    services: list[str] = []
    for offered in offer.groups:
        key = offered.key
        state, granted = _state(offered, stored.get(key, ""), gpc=gpc, refusal=refused.get(key))
        states[key] = state
        services += granted
    return ConsentDecision(
        states=states,
        services=frozenset(services),
        gpc=gpc,
        offer=offer,
        stored=stored,
        refusals=refusals,
    )


def decide(raw: str, *, gpc: bool, refusals: Refusals = ()) -> ConsentDecision:
    """Return the decision that a cookie's value, the browser's signal and an account express."""
    return _decide(current_offer(), raw if len(raw) <= MAX_COOKIE_LENGTH else "", gpc, refusals)


def state_key(cookie_value: str, gpc: bool) -> str:
    """Name the consent state of a request, for those who keep pages by it."""
    return decide(cookie_value, gpc=gpc).key


def signals_opt_out(header: str | None) -> bool:
    """Tell whether a `Sec-GPC` header asks not to sell or share (w3c/gpc: one value of "1")."""
    return header is not None and any(value.strip() == "1" for value in header.split(","))


def decision_of(request: HttpRequest, refusals: Refusals | None = None) -> ConsentDecision:
    """Return the decision that a request carries; with refusals, that of whoever refuses these."""
    return decide(
        request.COOKIES.get(settings.COOKIE_CONSENT_NAME, ""),
        gpc=signals_opt_out(request.headers.get("Sec-GPC")),
        refusals=refusals_of(request) if refusals is None else refusals,
    )


def decision_when_asked(request: HttpRequest) -> ConsentDecision:
    """Return the decision that a request carries, made once something of it is asked for.

    With a session it depends on the person, and not every answer needs to know who that is.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return decision_of(request)
    return cast("ConsentDecision", SimpleLazyObject(lambda: decision_of(request)))
