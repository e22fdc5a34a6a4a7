"""What the cookies page asks about each group, and what is filled in."""

from dataclasses import dataclass, field
from functools import cached_property

from privacy.consent.choice import NO, ONLY, YES, service_field
from privacy.consent.decision import ConsentDecision, State
from privacy.consent.offer.building import OfferedGroup
from privacy.consent.offer.parts import Service
from privacy.consent.outcome import Outcome


@dataclass(frozen=True)
class Box:
    """One service of a group that has several, to be allowed by itself."""

    service: Service
    name: str
    ticked: bool


@dataclass(frozen=True)
class Row:
    """One group on the page. `problem` says why the answer to it could not be taken."""

    offered: OfferedGroup
    state: State
    answer: str
    ticked: frozenset[str] = field(default_factory=frozenset)
    problem: str = ""

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """The services to choose among; none where the group has but one."""
        services = self.offered.services
        if len(services) < 2:
            return ()
        group = self.offered.key
        return tuple(Box(s, service_field(group, s.key), s.key in self.ticked) for s in services)


def rows_of(decision: ConsentDecision) -> tuple[Row, ...]:
    """Return the groups as a visitor has decided about them."""
    return tuple(_as_decided(decision, offered) for offered in decision.offer.groups)


def rows_again(outcome: Outcome) -> tuple[Row, ...]:
    """Return the groups as they were answered in a form that has to be shown once more.

    What the form did not show as it is offered now is answered No until the visitor has seen it.
    """
    return tuple(_as_typed(outcome, offered) for offered in outcome.before.offer.groups)


def _as_decided(decision: ConsentDecision, offered: OfferedGroup) -> Row:
    running = decision.running(offered)
    some = bool(running) and len(running) < len(offered.services)
    answer = (ONLY if some else YES) if running else NO
    return Row(offered, decision.states[offered.key], answer, running if some else frozenset())


def _as_typed(outcome: Outcome, offered: OfferedGroup) -> Row:
    choice, key = outcome.choice, offered.key
    state = outcome.before.states[key]
    if key in choice.shown and not choice.has_shown(offered):
        news = f"{offered.group.name} has changed. {offered.changed}".strip()
        return Row(offered, state, NO, problem=news)
    if key not in choice.shown and key in outcome.before.undecided:
        return Row(offered, state, NO, problem=f"{offered.group.name} is new.")
    if key not in choice.answers:
        return _as_decided(outcome.before, offered)
    if not choice.explicit:
        return Row(offered, state, YES if choice.answers[key] else NO)
    said = {s: choice.typed.get(service_field(key, s)) for s in offered.service_keys}
    ticked = frozenset(s for s, value in said.items() if value == YES)
    answer = choice.typed.get(key, ONLY if ticked else NO)
    return Row(offered, state, answer, ticked, _contradiction(outcome, offered, answer))


def _contradiction(outcome: Outcome, offered: OfferedGroup, answer: str) -> str:
    if offered.key not in outcome.choice.unclear:
        return ""
    return {
        NO: f"{offered.group.name}: you said No, and ticked one of its services.",
        YES: f"{offered.group.name}: you said Yes to all, and No to one of its services.",
        ONLY: f"{offered.group.name}: you ticked none of its services.",
    }[answer]
