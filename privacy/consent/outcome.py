"""From a choice to what follows from it. Pure: reads no clock, no database and no request."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from privacy.consent.choice import Choice
from privacy.consent.decision import OVERRIDE, ConsentDecision, write_cookie
from privacy.consent.offer.building import OfferedGroup


@dataclass(frozen=True)
class Outcome:
    """What a choice comes to. `grants` are the versions granted, by group."""

    before: ConsentDecision
    choice: Choice
    grants: Mapping[str, str]

    @cached_property
    def cookie(self) -> dict[str, str]:
        """What the consent cookie holds from now on."""
        return write_cookie(self.grants, self.before.offer)

    @cached_property
    def granted(self) -> tuple[str, ...]:
        """The groups granted, in the catalogue's order."""
        return tuple(key for key in self.before.offer.by_key if key in self.grants)

    @cached_property
    def declined(self) -> tuple[str, ...]:
        """All other groups."""
        return tuple(key for key in self.before.offer.by_key if key not in self.grants)

    @cached_property
    def overridden(self) -> tuple[str, ...]:
        """The groups granted against the browser's signal."""
        return tuple(key for key in self.granted if self.grants[key].endswith(OVERRIDE))

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """The groups whose consent is taken back."""
        return self.before.once_granted - self.grants.keys()

    @cached_property
    def changes_nothing(self) -> bool:
        """Tell whether the same was already decided, be it under other words."""
        stored = self.before.stored
        return all(
            self._is_same(o, stored.get(o.key, ""), self.cookie[o.key]) for o in self._groups
        )

    @property
    def _groups(self) -> tuple[OfferedGroup, ...]:
        return self.before.offer.groups

    @staticmethod
    def _is_same(offered: OfferedGroup, old: str, new: str) -> bool:
        version, override, _ = old.partition(OVERRIDE)
        return old == new or (new == offered.version + override and offered.accepts(version))

    def receipt_is_due(self, *, holds_one: bool) -> bool:
        """Tell whether a receipt is to be written: for a grant, or for taking back what another
        receipt proves. The same choice once more needs none.
        """  # noqa: D205 - one sentence and its exception
        if self.granted:
            return not (holds_one and self.changes_nothing)
        return holds_one


def outcome_of(choice: Choice, before: ConsentDecision) -> Outcome:
    """Return what a choice comes to.

    With the browser's opt-out signal, "Accept all" leaves out the groups that the signal covers;
    only a yes to that very group overrides it, and the grant then says so.
    """
    grants = {}
    for offered in before.offer.groups:
        covered = before.gpc and offered.gpc_covered
        if choice.answers[offered.key] and (choice.explicit or not covered):
            grants[offered.key] = offered.version + (OVERRIDE if covered else "")
    return Outcome(before=before, choice=choice, grants=grants)
