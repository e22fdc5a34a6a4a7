"""From a choice to what follows from it. Pure: reads no clock, no database and no request."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from privacy.consent.choice import Choice
from privacy.consent.decision import ConsentDecision, State
from privacy.consent.grants import DECLINED, Grant
from privacy.consent.offer.building import OfferedGroup

SWITCHED_OFF = frozenset({State.SIGNALLED, State.REFUSED})


@dataclass(frozen=True)
class Outcome:
    """What a choice comes to. `entries` is what the cookie says of each group from now on.

    An entry is empty where a group was not decided before and is not now.
    """

    before: ConsentDecision
    choice: Choice
    entries: Mapping[str, str]

    @cached_property
    def cookie(self) -> dict[str, str]:
        """What the consent cookie holds from now on, in the catalogue's order."""
        return {key: entry for key, entry in self.entries.items() if entry}

    @cached_property
    def grants(self) -> dict[str, Grant]:
        """What is granted from now on, by group."""
        after = {refusal.group: refusal.count for refusal in self.before.refusals}
        found = {o.key: (o, Grant.read(self.entries[o.key])) for o in self._groups}
        return {
            key: grant
            for key, (offered, grant) in found.items()
            if grant is not None
            and offered.accepts(grant.version)
            and grant.services(offered)
            and (grant.override or not self._is_covered(offered))
            and grant.after == after.get(key, grant.after)
        }

    def _is_covered(self, offered: OfferedGroup) -> bool:
        return self.before.gpc and offered.gpc_covered

    @property
    def _groups(self) -> tuple[OfferedGroup, ...]:
        return self.before.offer.groups

    @cached_property
    def granted(self) -> tuple[str, ...]:
        """The groups granted, in the catalogue's order."""
        return tuple(self.grants)

    @cached_property
    def declined(self) -> tuple[str, ...]:
        """The groups that are refused, now or before."""
        return tuple(key for key, entry in self.entries.items() if entry == DECLINED)

    @cached_property
    def refused(self) -> frozenset[str]:
        """The groups that this very choice refuses; under the signal, those that it covers too."""
        decided = self.choice.answers.keys() | self.before.signalled
        return frozenset(key for key in self.declined if key in decided)

    @cached_property
    def services(self) -> frozenset[str]:
        """The services granted."""
        by_key = self.before.offer.by_key
        return frozenset(s for key, g in self.grants.items() for s in g.services(by_key[key]))

    @cached_property
    def allows_more(self) -> bool:
        """Tell whether the choice allows a service that may not run already."""
        return not self.services <= self.before.services

    @cached_property
    def overridden(self) -> tuple[str, ...]:
        """The groups granted against the browser's signal."""
        return tuple(key for key in self.granted if self.grants[key].override)

    @cached_property
    def held_back(self) -> frozenset[str]:
        """The groups to which the choice says yes, and which stay off all the same."""
        allowed = {key for key, services in self.choice.answers.items() if services}
        return frozenset(allowed - self.grants.keys())

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """The groups whose consent is taken back, wholly or for some of their services."""
        ended = self.before.services - self.services
        return self.before.once_granted.intersection(self.declined) | frozenset(
            o.key for o in self._groups if ended.intersection(o.service_keys)
        )

    @cached_property
    def ended(self) -> frozenset[str]:
        """The services whose consent is taken back."""
        by_key = self.before.offer.by_key
        taken = (s for key in self.withdrawn for s in by_key[key].service_keys)
        return frozenset(taken) - self.services

    @cached_property
    def asks_again(self) -> tuple[OfferedGroup, ...]:
        """The groups that have to be asked about once more before their yes can count."""
        if not _grants_nothing_new(self.choice):
            return ()
        return tuple(
            o
            for o in self._groups
            if o.key in self.choice.unclear
            or not (_wanted(self.choice, self.before, o) or frozenset()) <= self.before.services
        )

    @cached_property
    def changes_nothing(self) -> bool:
        """Tell whether the same was already decided, be it under other words."""
        stored = self.before.stored
        return all(
            self._is_same(o, stored.get(o.key, ""), self.entries[o.key]) for o in self._groups
        )

    @staticmethod
    def _is_same(offered: OfferedGroup, old: str, new: str) -> bool:
        before, after = Grant.read(old), Grant.read(new)
        if before is None or after is None or not offered.accepts(before.version):
            return old == new
        return replace(before, version=after.version) == after

    def receipt_is_due(self, *, holds_one: bool) -> bool:
        """Tell whether a receipt is to be written: for a grant, or for taking one back.

        Whoever refuses and has allowed nothing before leaves none.
        """
        if self.granted:
            return not (self.changes_nothing and holds_one)
        return bool(self.withdrawn) or (holds_one and not self.changes_nothing)


def _grants_nothing_new(choice: Choice) -> bool:
    """Tell whether a form can only refuse, because what it says of the rest is to be asked again."""
    return choice.stale or bool(choice.unclear)


def outcome_of(choice: Choice, before: ConsentDecision) -> Outcome:
    """Return what a choice comes to.

    With the browser's opt-out signal, "Accept all" leaves out the groups that the signal covers,
    and so it does with what the person's account refuses; only a yes to that very group overrides
    either, and the grant then says so. A form that is out of date, or answers a group in two ways,
    grants nothing new.
    """
    entries = {o.key: _entry(choice, before, o) for o in before.offer.groups}
    return Outcome(before=before, choice=choice, entries=entries)


def _refusals(before: ConsentDecision, offered: OfferedGroup) -> int:
    """Return how many times the person's account has refused a group."""
    return next((r.count for r in before.refusals if r.group == offered.key), 0)


def _wanted(
    choice: Choice, before: ConsentDecision, offered: OfferedGroup
) -> frozenset[str] | None:
    """Return the services of a group that a choice allows; None where it leaves the group alone."""
    answer = choice.answers.get(offered.key)
    held_back = (before.gpc and offered.gpc_covered) or _refusals(before, offered)
    if answer and held_back and not choice.explicit:
        return before.running(offered)  # what runs all the same was allowed by name
    return answer


def _entry(choice: Choice, before: ConsentDecision, offered: OfferedGroup) -> str:
    """Return what the cookie says of a group from now on."""
    stored = before.stored.get(offered.key, "")
    held = Grant.read(stored)
    stands = stored if held or stored == DECLINED else ""
    wanted, running = _wanted(choice, before, offered), before.running(offered)
    if _grants_nothing_new(choice):
        if wanted is None or (wanted and running <= wanted):
            return stands
        left = running & wanted
        if held is None or not left:
            return DECLINED
        return str(Grant.of(offered, left, after=held.after, override=held.override))
    if wanted is None:
        return DECLINED if before.states[offered.key] in SWITCHED_OFF else stands
    if not wanted:
        return DECLINED
    after, covered = _refusals(before, offered), before.gpc and offered.gpc_covered
    return str(Grant.of(offered, wanted, after=after, override=covered))
