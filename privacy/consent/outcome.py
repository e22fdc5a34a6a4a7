"""From a choice to what follows from it. Pure: reads no clock, no database and no request."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from privacy.consent.choice import Choice
from privacy.consent.decision import ConsentDecision
from privacy.consent.grants import DECLINED, Grant
from privacy.consent.offer.building import OfferedGroup
from privacy.consent.refusals import Refusal


@dataclass(frozen=True)
class Outcome:
    """What a choice comes to. `grants` is what is granted from now on, by group."""

    before: ConsentDecision
    choice: Choice
    grants: Mapping[str, Grant]

    @cached_property
    def cookie(self) -> dict[str, str]:
        """What the consent cookie holds from now on, in the catalogue's order.

        A group that the form could not decide keeps its entry, if it has one that we write.
        """
        entries = {o.key: self._entry(o.key) for o in self._groups}
        return {key: entry for key, entry in entries.items() if entry}

    def _entry(self, key: str) -> str:
        if key in self.grants:
            return str(self.grants[key])
        if key in self.refused:
            return DECLINED
        entry = self.before.stored.get(key, "")
        return entry if entry == DECLINED or Grant.read(entry) else ""

    @property
    def _groups(self) -> tuple[OfferedGroup, ...]:
        return self.before.offer.groups

    @cached_property
    def refused(self) -> frozenset[str]:
        """The groups that the choice refuses; under the signal, those that it covers too."""
        choice, keys = self.choice, frozenset(self.before.offer.by_key)
        if choice.stale:
            return frozenset(key for key in choice.asked if not choice.answers[key])
        return keys - self.grants.keys()

    @cached_property
    def still_asked(self) -> tuple[OfferedGroup, ...]:
        """The groups to which a form that is out of date says yes, to be shown again as they are."""
        answers = self.choice.answers
        return tuple(
            o
            for o in self._groups
            if self.choice.stale and not answers[o.key] <= self.before.services
        )

    @cached_property
    def granted(self) -> tuple[str, ...]:
        """The groups granted, in the catalogue's order."""
        return tuple(key for key in self.before.offer.by_key if key in self.grants)

    @cached_property
    def declined(self) -> tuple[str, ...]:
        """All other groups."""
        return tuple(key for key in self.before.offer.by_key if key not in self.grants)

    @cached_property
    def services(self) -> frozenset[str]:
        """The services granted."""
        by_key = self.before.offer.by_key
        return frozenset(s for key, g in self.grants.items() for s in g.services(by_key[key]))

    @cached_property
    def overridden(self) -> tuple[str, ...]:
        """The groups granted against the browser's signal."""
        return tuple(key for key in self.granted if self.grants[key].override)

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """The groups whose consent is taken back, wholly or for some of their services."""
        return (self.before.once_granted - self.grants.keys()) | frozenset(
            key
            for key in self.grants
            if self.before.services.intersection(self.before.offer.by_key[key].service_keys)
            - self.services
        )

    @cached_property
    def changes_nothing(self) -> bool:
        """Tell whether the same was already decided, be it under other words."""
        stored = self.before.stored
        return all(
            self._is_same(o, stored.get(o.key, ""), self.cookie.get(o.key, ""))
            for o in self._groups
        )

    @staticmethod
    def _is_same(offered: OfferedGroup, old: str, new: str) -> bool:
        before, after = Grant.read(old), Grant.read(new)
        if before is None or after is None or not offered.accepts(before.version):
            return old == new
        return replace(before, version=after.version) == after

    def receipt_is_due(self, *, holds_one: bool) -> bool:
        """Tell whether a receipt is to be written: for a grant, or for taking back what another
        receipt proves. The same choice once more needs none.
        """  # noqa: D205 - one sentence and its exception
        if self.granted:
            return not (holds_one and self.changes_nothing)
        return holds_one


def outcome_of(choice: Choice, before: ConsentDecision) -> Outcome:
    """Return what a choice comes to.

    With the browser's opt-out signal, "Accept all" leaves out the groups that the signal covers,
    and so it does with what the person's account refuses; only a yes to that very group overrides
    either, and the grant then says so. A form that is out of date grants nothing new.
    """
    refusals = {refusal.group: refusal for refusal in before.refusals}
    grants = {}
    for offered in before.offer.groups:
        grant = _grant(choice, before, offered, refusals.get(offered.key))
        if grant is not None:
            grants[offered.key] = grant
    return Outcome(before=before, choice=choice, grants=grants)


def _grant(
    choice: Choice, before: ConsentDecision, offered: OfferedGroup, refusal: Refusal | None
) -> Grant | None:
    wanted = choice.answers[offered.key]
    if choice.stale:
        running = before.services.intersection(offered.service_keys)
        wanted = wanted & running if offered.key in choice.asked else running
    covered = before.gpc and offered.gpc_covered
    explicit = choice.explicit or choice.stale  # what stood before was said by name, where it must
    if not wanted or ((covered or refusal) and not explicit):
        return None
    return Grant.of(offered, wanted, after=refusal.count if refusal else 0, override=covered)
