"""The consent state against an executable specification, over every sequence of five events.

The specification is written from the rules, not from the code: answers are plain words, versions
are numbers, and nothing is hashed or parsed. The code side uses the real parsing, digests,
equality, choices and outcomes, with two groups: one that the browser's signal covers and one not.
"""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pytest
from cookie_consent.util import dict_to_cookie_str
from django.http import QueryDict
from django.test import RequestFactory

from privacy.consent import decision, outcome
from privacy.consent.choice import Choice
from privacy.consent.models import EditorialNote, GroupVersion
from privacy.consent.offer import loading
from privacy.consent.offer.building import Offer, OfferedGroup, build_offer
from privacy.consent.offer.parts import Group, Service
from privacy.consent.own_page import comes_from_own_page

PLAIN, COVERED = "preferences", "marketing"
GROUPS = (
    Group(PLAIN, "Preferences", "Remember.", (Service("a", "A", "a", "A", "US", "1 year"),)),
    Group(
        COVERED,
        "Marketing",
        "Sell.",
        (Service("b", "B", "b", "B", "US", "1 year", gpc_covered=True),),
    ),
)
ACCEPT, REJECT = {"choice": "accept"}, {"choice": "reject"}
SUBSET = {"choice": "some", PLAIN: "no", COVERED: "yes"}
WITHDRAW = {"choice": "some", PLAIN: "no", COVERED: "no"}
POSTS = {"accept": ACCEPT, "reject": REJECT, "subset": SUBSET, "withdraw": WITHDRAW}
EVENTS = (
    *POSTS, "gpc on", "gpc off", "bump", "editorial", "expiry", "forged cookie", "cross-site",
)  # fmt: skip
FORGED = f"{PLAIN}=~~~~~~~~|{COVERED}=9999"


@dataclass(frozen=True)
class Seen:
    """What can be seen of a state from outside."""

    granted: frozenset[str]
    declined: frozenset[str]
    asked: frozenset[str]
    asked_again: frozenset[str]
    receipts: int
    forgotten: frozenset[str]


# --- the specification ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Spec:
    """The rules in plain words.

    An answer is None, "no", "?" (something we did not write), or ("yes", meaning, override), where
    `meaning` counts the changes of substance that the visitor had seen.
    """

    plain: Any = None
    covered: Any = None
    gpc: bool = False
    meaning: int = 0
    holds_receipt: bool = False
    receipts: int = 0
    forgotten: frozenset[str] = frozenset()

    def after(self, event: str) -> "Spec":
        here = replace(self, forgotten=frozenset())
        match event:
            case "accept":
                by_name = ("yes", self.meaning, True)
                if not self.gpc:
                    yes_to_covered = ("yes", self.meaning, False)
                else:  # what was allowed by name in spite of the signal stays allowed
                    yes_to_covered = by_name if self.covered == by_name else None
                return here.decided(("yes", 0, False), yes_to_covered)
            case "reject" | "withdraw":
                return here.decided(None, None)
            case "subset":
                return here.decided(None, ("yes", self.meaning, self.gpc))
            case "gpc on" | "gpc off":
                return replace(here, gpc=event == "gpc on")
            case "bump":
                return replace(here, meaning=self.meaning + 1)
            case "expiry":
                return replace(here, plain=None, covered=None, holds_receipt=False)
            case "forged cookie":
                return replace(here, plain="?", covered="?")
        return here  # an editorial change and a post from another site change nothing

    def decided(self, plain: Any, covered: Any) -> "Spec":
        new = (plain or "no", covered or "no")
        grants = new != ("no", "no")
        taken_back = {
            key
            for key, old, now in ((PLAIN, self.plain, new[0]), (COVERED, self.covered, new[1]))
            if isinstance(old, tuple) and now == "no"
        }
        same = new == (self.plain, self.covered)
        if grants:
            due = not (same and self.holds_receipt)
        else:
            due = bool(taken_back) or (self.holds_receipt and not same)
        return replace(
            self,
            plain=new[0],
            covered=new[1],
            holds_receipt=self.holds_receipt or due,
            receipts=self.receipts + due,
            forgotten=frozenset(taken_back),
        )

    def seen(self) -> Seen:
        granted: set[str] = set()
        declined: set[str] = set()
        asked: set[str] = set()
        again: set[str] = set()
        if isinstance(self.plain, tuple):
            granted.add(PLAIN)
        else:
            (declined if self.plain == "no" else asked).add(PLAIN)
        current = isinstance(self.covered, tuple) and self.covered[1] == self.meaning
        if current and (self.covered[2] or not self.gpc):
            granted.add(COVERED)
        elif self.gpc or self.covered == "no":
            declined.add(COVERED)
        else:
            asked.add(COVERED)
            if isinstance(self.covered, tuple):
                again.add(COVERED)
        return Seen(
            granted=frozenset(granted),
            declined=frozenset(declined),
            asked=frozenset(asked),
            asked_again=frozenset(again),
            receipts=self.receipts,
            forgotten=self.forgotten,
        )


# --- the code -------------------------------------------------------------------------------------


@cache
def offer_after(history: str) -> Offer:
    """The offer after changes of substance ("b") and of wording ("e"), as the site builds it."""
    offers = [
        build_offer(groups=GROUPS, policy_words={COVERED: (f"Words {n}.",)})
        for n in range(len(history) + 1)
    ]
    versions = [
        GroupVersion(group=o.key, version=o.version, material=o.material)
        for offer in offers
        for o in offer.groups
    ]
    notes = [
        EditorialNote(
            group=COVERED,
            earlier=offers[n].by_key[COVERED].version,
            later=offers[n + 1].by_key[COVERED].version,
        )
        for n, kind in enumerate(history)
        if kind == "e"
    ]
    describe = loading._with_history
    return replace(
        offers[-1], groups=tuple(describe(g, versions, notes) for g in offers[-1].groups)
    )


ELSEWHERE = RequestFactory().post(
    "/cookies/choose/", headers={"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
)


@dataclass(frozen=True)
class Code:
    """A browser's cookie and signal, the site's history, and what was recorded."""

    cookie: str = ""
    gpc: bool = False
    history: str = ""
    holds_receipt: bool = False
    receipts: int = 0
    forgotten: frozenset[str] = frozenset()

    @property
    def decision(self) -> decision.ConsentDecision:
        return decision._decide(offer_after(self.history), self.cookie, self.gpc, ())

    def after(self, event: str) -> "Code":
        here = replace(self, forgotten=frozenset())
        match event:
            case "gpc on" | "gpc off":
                return replace(here, gpc=event == "gpc on")
            case "bump":
                return replace(here, history=self.history + "b")
            case "editorial":
                return replace(here, history=self.history + "e")
            case "expiry":
                return replace(here, cookie="", holds_receipt=False)
            case "forged cookie":
                return replace(here, cookie=FORGED)
            case "cross-site":
                return here.posted(ACCEPT) if comes_from_own_page(ELSEWHERE) else here
        return here.posted(POSTS[event])

    def posted(self, typed: dict[str, str]) -> "Code":
        before = self.decision
        form = QueryDict(mutable=True)
        form.update({"shown": before.offer.shown, **typed})
        result = outcome.outcome_of(Choice.read(form, before), before)
        due = result.receipt_is_due(holds_one=self.holds_receipt)
        return replace(
            self,
            cookie=dict_to_cookie_str(result.cookie),
            holds_receipt=self.holds_receipt or due,
            receipts=self.receipts + due,
            forgotten=frozenset(result.withdrawn),
        )

    def seen(self) -> Seen:
        now = self.decision
        return Seen(
            now.granted,
            now.declined,
            now.undecided,
            frozenset(o.key for o in now.changed),
            self.receipts,
            self.forgotten,
        )


@dataclass
class Walk:
    """Every sequence of events up to a length, in step on both sides."""

    length: int
    sequences: int = 0
    # What follows from a state is worked out once for each state; the sequences are all walked.
    after: Any = field(default_factory=lambda: cache(lambda state, event: state.after(event)))
    seen: Any = field(default_factory=lambda: cache(lambda state: state.seen()))
    divergences: list[tuple[str, ...]] = field(default_factory=list)

    def run(self, spec: Spec, code: Code, path: tuple[str, ...] = ()) -> "Walk":
        for event in EVENTS:
            there, here = self.after(spec, event), self.after(code, event)
            self.sequences += 1
            if self.seen(there) != self.seen(here):
                self.divergences.append((*path, event))
            elif len(path) + 1 < self.length:
                self.run(there, here, (*path, event))
        return self


def walk(length: int) -> Walk:
    offer_after.cache_clear()
    decision._decide.cache_clear()
    return Walk(length).run(Spec(), Code())


@pytest.mark.slow
def test_code_and_specification_agree_over_every_sequence_of_five_events():
    done = walk(5)
    assert done.divergences == []
    assert done.sequences == sum(len(EVENTS) ** n for n in range(1, 6)) == 177_155


def as_strings(self, version):
    return version >= self.version or version in self.equals


def for_ever(self, version):
    return bool(version) and version != "-1"


def forgets_editorial(self, version):
    return version == self.version


def accepts_all_under_the_signal(choice, before):
    grants = {k: before.offer.by_key[k].version + "!" for k, yes in choice.answers.items() if yes}
    return outcome.Outcome(before, choice, dict.fromkeys(before.states, "-1") | grants)


def ignores_the_signal(offered, entry, *, gpc, refusal):
    return REAL_STATE(offered, entry, gpc=False, refusal=refusal)


REAL_STATE = decision._state
MUTANTS = {
    "versions compared as strings": (OfferedGroup, "accepts", as_strings),
    "any grant counts for ever": (OfferedGroup, "accepts", for_ever),
    "wording asks again": (OfferedGroup, "accepts", forgets_editorial),
    "accept all overrides the signal": (outcome, "outcome_of", accepts_all_under_the_signal),
    "the signal is not read": (decision, "_state", ignores_the_signal),
    "nothing is ever taken back": (outcome.Outcome, "withdrawn", frozenset()),
    "a refusal leaves a receipt": (outcome.Outcome, "receipt_is_due", lambda self, holds_one: True),
    "other sites may choose": (
        __import__(__name__, fromlist=["x"]), "comes_from_own_page", lambda request: True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_each_mutant_is_found(mutant, monkeypatch):
    owner, name, changed = MUTANTS[mutant]
    monkeypatch.setattr(owner, name, changed)
    assert walk(3).divergences != []


def test_without_a_mutant_nothing_is_found():
    assert walk(3).divergences == []
