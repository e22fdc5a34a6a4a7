"""The rules about consent as an executable specification, written from sentences.

They are those of docs/consent.md and the laws 5 and 16. Answers are plain words, versions are
numbers, nothing is hashed or parsed, and nothing of the code that is checked is imported.

There are two groups of two services: one that the browser's signal covers, and that staff switch on
and off as a whole, and one that it does not cover, of which they switch one service. A visitor
answers in a form that has just been opened, or in one of two tabs: one was left open at the cookies
page and one at a banner, and either may be sent whenever, and more than once.
"""

from dataclasses import dataclass, replace
from typing import Any

PLAIN, COVERED = "analytics", "marketing"
OWN, ADDED = "visits", "google-analytics"
ADS, INSIGHT = "google-ads", "linkedin-insight"
ANSWERS = (
    "accept all", "reject all", "no to each", "marketing alone", "our statistics alone",
    "advertisements alone", "no, yet ticked",
)  # fmt: skip
TAB_EVENTS = (
    "page: open", "page: accept all", "page: reject all", "page: marketing alone",
    "page: save as filled in", "banner: open", "banner: accept all", "banner: reject all",
)  # fmt: skip
OTHER_EVENTS = (
    "signal on or off", "look", "new facts", "new wording", "switch a service", "switch the group",
    "expiry", "forged cookie", "cross-site",
)  # fmt: skip
EVENTS = (*ANSWERS, *TAB_EVENTS, *OTHER_EVENTS)
VIEWS = ("look", "page: open", "banner: open")
FORMS = tuple(event for event in (*ANSWERS, *TAB_EVENTS) if event not in VIEWS)


@dataclass(frozen=True)
class Happened:
    """What one event did, besides the state that it led to."""

    asked_back: bool = False
    receipt: bool = False
    ended: frozenset[str] = frozenset()


NOTHING = Happened()


@dataclass(frozen=True)
class Seen:
    """What can be seen of a state from outside."""

    running: frozenset[str]
    declined: frozenset[str]
    asked: frozenset[str]
    asked_again: frozenset[str]


@dataclass(frozen=True)
class Yes:
    """A yes to some services, to the facts as they were, in spite of the signal or not."""

    services: frozenset[str]
    facts: Any
    in_spite: bool = False


JUNK, UNKNOWN = "junk", "a yes to what was never offered"
"""Answers that we did not write: one in no form of ours, and one in the form of a yes."""


@dataclass(frozen=True)
class Paper:
    """A form that lies open: what it said about each group, and what was filled in then."""

    said: tuple[tuple[str, Any], ...]
    filled: tuple[tuple[str, frozenset[str]], ...]


@dataclass(frozen=True)
class Spec:
    """The rules in plain words.

    An answer is None, "no", a yes or something we did not write. `facts` counts the changes of
    substance in what is said about the covered group, `words` every change.
    """

    plain: Any = None
    covered: Any = None
    signal: bool = False
    added: bool = False
    offers_covered: bool = True
    facts: int = 0
    words: int = 0
    holds_receipt: bool = False
    page: Paper | None = None
    banner: Paper | None = None

    # What is offered, and how it stands

    def offered(self) -> tuple[str, ...]:
        return (PLAIN, COVERED) if self.offers_covered else (PLAIN,)

    def services(self, group: str) -> frozenset[str]:
        if group == COVERED:
            return frozenset({ADS, INSIGHT})
        return frozenset({OWN, ADDED}) if self.added else frozenset({OWN})

    def facts_of(self, group: str) -> Any:
        """What must be equal for a yes to count."""
        return self.facts if group == COVERED else self.added

    def words_of(self, group: str) -> Any:
        """What must be equal for a form to have shown what is offered now."""
        return self.words if group == COVERED else self.added

    def answer(self, group: str) -> Any:
        return self.covered if group == COVERED else self.plain

    def signalled(self, group: str) -> bool:
        """The signal covers a group, and nothing that was said in spite of it counts now."""
        said = self.answer(group)
        current = isinstance(said, Yes) and said.facts == self.facts_of(group)
        return self.signal and group == COVERED and not (current and said.in_spite)

    def running(self, group: str) -> frozenset[str]:
        said = self.answer(group)
        current = isinstance(said, Yes) and said.facts == self.facts_of(group)
        return said.services if current and not self.signalled(group) else frozenset()

    def asked(self) -> frozenset[str]:
        return frozenset(
            group
            for group in self.offered()
            if not (self.running(group) or self.signalled(group) or self.answer(group) == "no")
        )

    def seen(self) -> Seen:
        offered, asked = self.offered(), self.asked()
        running = {group: self.running(group) for group in offered}
        return Seen(
            running=frozenset().union(*running.values()),
            declined=frozenset(g for g in offered if g not in asked and not running[g]),
            asked=asked,
            asked_again=frozenset(g for g in asked if isinstance(self.answer(g), Yes)),
        )

    # What happens

    def after(self, event: str) -> tuple["Spec", Happened]:
        if event in FORMS:
            paper = self.paper(event)
            return self.sent(event.rpartition(": ")[2], paper) if paper else (self, NOTHING)
        now = replace(self, **self.changes(event))
        return now.answered() if event in VIEWS else now, NOTHING

    def changes(self, event: str) -> dict[str, Any]:
        # Staff change what is said about a group that is offered.
        words, facts = self.words + self.offers_covered, self.facts + self.offers_covered
        match event:
            case "signal on or off":
                return {"signal": not self.signal}
            case "new facts":
                return {"words": words, "facts": facts}
            case "new wording":
                return {"words": words}
            case "switch a service":
                return {"added": not self.added}
            case "switch the group":
                return {"offers_covered": not self.offers_covered}
            case "expiry":
                return {"plain": None, "covered": None, "holds_receipt": False}
            case "forged cookie":
                return {"plain": JUNK, "covered": UNKNOWN}
        # A form from another site decides nothing, and to look at a page is no answer.
        return self.opened(event)

    def opened(self, event: str) -> dict[str, Any]:
        if event == "page: open":
            return {"page": self.whole_page()}
        if event == "banner: open":
            named = tuple((g, self.words_of(g)) for g in self.offered() if g in self.asked())
            return {"banner": Paper(named, ()) if named else None}
        return {}

    def paper(self, event: str) -> Paper | None:
        """The form that an answer is given in."""
        if event in ANSWERS:
            return self.whole_page()
        return self.page if event.startswith("page: ") else self.banner

    def whole_page(self) -> Paper:
        groups = self.offered()
        return Paper(
            tuple((group, self.words_of(group)) for group in groups),
            tuple((group, self.running(group)) for group in groups),
        )

    def answered(self) -> "Spec":
        """A consent that is older than the signal does not outlive an answer that sees both."""
        said = self.covered
        older = said == UNKNOWN or (isinstance(said, Yes) and not said.in_spite)
        return replace(self, covered="no") if self.signal and older else self

    def named(self, act: str, group: str, paper: Paper) -> tuple[frozenset[str], bool]:
        """What an answer to a group by name allows, and whether it says but one thing."""
        all_of_it, nothing = self.services(group), frozenset[str]()
        has_boxes = group == COVERED or dict(paper.said)[PLAIN]  # a group of two services, then
        match act, group:
            case "save as filled in", _:
                filled = dict(paper.filled)[group]
                in_part = len(filled) == 1 and has_boxes
                wanted = filled & all_of_it if in_part else (all_of_it if filled else nothing)
                return wanted, bool(wanted) or not filled
            case "marketing alone", "marketing":
                return all_of_it, True
            case "advertisements alone", "marketing":
                return frozenset({ADS}), True
            case "our statistics alone", "analytics":
                return frozenset({OWN}) if has_boxes else all_of_it, True
            case "no, yet ticked", "marketing":
                return all_of_it, True
            case "no, yet ticked", "analytics" if has_boxes and self.added:
                # A box that is still ticked from before does not speak against a No.
                return nothing, ADDED in self.running(PLAIN)
        return nothing, True

    def sent(self, act: str, paper: Paper) -> tuple["Spec", Happened]:
        shown = dict(paper.said)
        out_of_date = not self.asked() <= shown.keys() or any(
            shown[group] != self.words_of(group) for group in self.offered() if group in shown
        )
        wanted: dict[str, frozenset[str]] = {}
        unclear = set()
        for group in self.offered():
            if act == "reject all":  # means all
                wanted[group] = frozenset()
            elif act == "accept all":  # speaks of what was shown, or is still to be
                if group in shown or group in self.asked():
                    by_name = group != COVERED or not self.signal
                    wanted[group] = self.services(group) if by_name else self.running(group)
            elif group in shown:
                wanted[group], clear = self.named(act, group, paper)
                unclear |= set() if clear else {group}
        only_refuses = out_of_date or bool(unclear)
        new = {}
        for group in self.offered():
            if only_refuses:
                new[group] = self.refused(group, wanted.get(group))
            else:
                new[group] = self.decided(group, wanted.get(group))
        asks_for_more = {g for g, allowed in wanted.items() if not allowed <= self.running(g)}
        asked_back = only_refuses and bool(unclear | asks_for_more)
        same = all(new[group] == self.answer(group) for group in new)
        if asked_back and same:
            return self.answered(), Happened(asked_back=True)
        return self.recorded(new, same=same, asked_back=asked_back)

    def refused(self, group: str, wanted: frozenset[str] | None) -> Any:
        """The answer after a form that cannot grant: what it refuses ends, all else stays."""
        runs = self.running(group)
        if wanted is None or (wanted and runs <= wanted):
            return self.left_alone(group)
        goes_on = runs & wanted
        return replace(self.answer(group), services=goes_on) if goes_on else "no"

    def decided(self, group: str, wanted: frozenset[str] | None) -> Any:
        """The answer after a form that showed what is offered."""
        if wanted is None:  # the signal is an answer, which is written down with the others
            return "no" if self.signalled(group) else self.left_alone(group)
        in_spite = self.signal and group == COVERED
        return Yes(wanted, self.facts_of(group), in_spite) if wanted else "no"

    def left_alone(self, group: str) -> Any:
        said = self.answer(group)
        return None if said == JUNK else said

    def recorded(
        self, new: dict[str, Any], *, same: bool, asked_back: bool
    ) -> tuple["Spec", Happened]:
        # Of a group in which nothing runs, a no stays and nothing else.
        covered = new.get(COVERED, "no" if self.covered == "no" else None)
        now = replace(self, plain=new[PLAIN], covered=covered)
        ended: set[str] = set()
        for group, said in new.items():
            stopped = self.running(group) - now.running(group)
            if stopped or (isinstance(self.answer(group), Yes) and said == "no"):
                ended |= self.services(group) - now.running(group)
        allows = any(now.running(group) for group in new)
        if allows:
            receipt = not (same and self.holds_receipt)
        else:
            receipt = bool(ended) or (self.holds_receipt and not same)
        holds = allows if receipt else self.holds_receipt
        return (
            replace(now, holds_receipt=holds).answered(),
            Happened(asked_back=asked_back, receipt=receipt, ended=frozenset(ended)),
        )


# --- what may never be ---

BY_STAFF = ("switch a service", "switch the group")
REFUSALS = ("reject all", "no to each", "page: reject all", "banner: reject all")


UNSHOWN = "something runs that the form did not show"
REFUSED = "something runs after a refusal"
UNNAMED = "something runs in spite of the signal that was not allowed by name"
UNASKED = "something runs and nobody said yes"


def broken_promises(
    before: Spec, event: str, ran: frozenset[str], runs: frozenset[str]
) -> list[str]:
    """What may never be, whatever the rules above say."""
    broken = []
    started = {PLAIN if key in (OWN, ADDED) else COVERED for key in runs - ran}
    if event in FORMS:
        paper = before.paper(event)
        shown = dict(paper.said) if paper else {}
        if any(group not in shown or shown[group] != before.words_of(group) for group in started):
            broken.append(UNSHOWN)
        if runs and event in REFUSALS and paper:
            broken.append(REFUSED)
        if before.signal and COVERED in started and event.endswith("accept all"):
            broken.append(UNNAMED)
    elif started and event not in BY_STAFF and (event, before.signal) != ("signal on or off", True):
        broken.append(UNASKED)
    return broken
