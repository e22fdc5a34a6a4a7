"""The consent state against an executable specification, over every sequence of events.

The code side uses the real parsing, digests, equality, questions, choices, outcomes and
corrections. Both sides are walked in step. A pair of states that was met before at the same length
has the same future, so it is walked once and its sequences are counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

import pytest
from cookie_consent.util import dict_to_cookie_str
from django.http import QueryDict
from django.test import RequestFactory

from privacy.consent import choice as choices
from privacy.consent import cookie_corrections, decision, outcome, questions
from privacy.consent.choice import Choice
from privacy.consent.grants import DECLINED, Grant
from privacy.consent.models import EditorialNote, GroupVersion
from privacy.consent.offer import loading
from privacy.consent.offer.building import Offer, OfferedGroup, Question, build_offer
from privacy.consent.offer.parts import Group, Service
from privacy.consent.own_page import comes_from_own_page
from sens_site.lib.canonical_json import digest_of
from tests.privacy.consent import specification as rules
from tests.privacy.consent.specification import ADDED, ADS, COVERED, INSIGHT, OWN, PLAIN


def service(key: str, **more: Any) -> Service:
    return Service(key, key.title(), key, key, "US", "1 year", **more)


GROUPS = (
    Group(PLAIN, "Analytics", "Count.", (service(OWN), service(ADDED, identifier="1"))),
    Group(
        COVERED,
        "Marketing",
        "Sell.",
        (service(ADS, identifier="1", gpc_covered=True), service(INSIGHT, identifier="1")),
    ),
)
FORGED = f"{PLAIN}=~~~~~~~~|{COVERED}=9999"


# --- the code -------------------------------------------------------------------------------------


@cache
def offer_with(words: int, *, added: bool, covered: bool) -> Offer:
    """What the site offers while these services are on and the policy has these words."""
    switched_on = ([ADDED] if added else []) + ([ADS, INSIGHT] if covered else [])
    said = {COVERED: (f"Words {words}.",)}
    return build_offer(dict.fromkeys(switched_on, "1"), groups=GROUPS, policy_words=said)


@cache
def offer_after(history: str, *, added: bool, covered: bool) -> Offer:
    """The offer after changes of substance ("f") and of wording ("w"), as the site builds it."""
    number = len(history)
    past = [
        offer_with(words, added=one, covered=True)
        for words in range(number + 1)
        for one in (False, True)
    ]
    versions = [
        GroupVersion(group=o.key, version=o.version, material=o.material)
        for offer in past
        for o in offer.groups
    ]
    said = [past[2 * words].by_key[COVERED].version for words in range(number + 1)]
    notes = [
        EditorialNote(group=COVERED, earlier=said[words], later=said[words + 1])
        for words, kind in enumerate(history)
        if kind == "w"
    ]
    now = offer_with(number, added=added, covered=covered)
    describe = loading._with_history
    return replace(now, groups=tuple(describe(group, versions, notes) for group in now.groups))


ELSEWHERE = RequestFactory().post(
    "/cookies/choose/", headers={"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
)


@dataclass(frozen=True)
class Form:
    """A form as a browser holds it: its hidden field, and each row's name, answer and boxes."""

    shown: str
    rows: tuple[tuple[str, str, tuple[tuple[str, bool], ...]], ...] = ()

    def typed(self, act: str) -> dict[str, str]:
        """What a visitor's press sends."""
        if act in ("accept all", "reject all"):
            return {"choice": act.partition(" ")[0]}
        sent = {"choice": "some"}
        for name, answer, boxes in self.rows:
            match act, name:
                case "save as filled in", _:
                    sent |= {name: answer} | {box: "yes" for box, ticked in boxes if ticked}
                case "marketing alone" | "no, yet ticked", "marketing":
                    sent[name] = "yes"
                case "advertisements alone", "marketing":
                    sent |= {name: "some", f"{COVERED}.{ADS}": "yes"}
                case "our statistics alone", "analytics":
                    sent |= {name: "some", f"{PLAIN}.{OWN}": "yes"} if boxes else {name: "yes"}
                case "no, yet ticked", "analytics" if boxes:
                    sent |= {name: "no", f"{PLAIN}.{ADDED}": "yes"}
                case _:
                    sent[name] = "no"
        return sent


@dataclass(frozen=True)
class Code:
    """A browser's cookie, signal and tabs, the site's history, and what was recorded."""

    cookie: str = ""
    signal: bool = False
    history: str = ""
    added: bool = False
    offers_covered: bool = True
    holds_receipt: bool = False
    page: Form | None = None
    banner: Form | None = None

    @property
    def offer(self) -> Offer:
        return offer_after(self.history, added=self.added, covered=self.offers_covered)

    @property
    def decision(self) -> decision.ConsentDecision:
        return decision._decide(self.offer, self.cookie, self.signal, ())

    def seen(self) -> rules.Seen:
        now = self.decision
        changed = frozenset(offered.key for offered in now.changed)
        return rules.Seen(now.services, now.declined, now.undecided, changed)

    def after(self, event: str) -> tuple["Code", rules.Happened]:
        if event in rules.FORMS:
            form = self.form(event)
            return self.sent(event.rpartition(": ")[2], form) if form else (self, rules.NOTHING)
        if event == "cross-site" and comes_from_own_page(ELSEWHERE):
            return self.sent("accept all", self.whole_page())
        now = replace(self, **self.changes(event))
        return now.answered() if event in rules.VIEWS else now, rules.NOTHING

    def changes(self, event: str) -> dict[str, Any]:
        match event:
            case "signal on or off":
                return {"signal": not self.signal}
            case "new facts" | "new wording":
                kind = event.removeprefix("new ")[0] if self.offers_covered else ""
                return {"history": self.history + kind}
            case "switch a service":
                return {"added": not self.added}
            case "switch the group":
                return {"offers_covered": not self.offers_covered}
            case "expiry":
                return {"cookie": "", "holds_receipt": False}
            case "forged cookie":
                return {"cookie": FORGED}
        return self.opened(event)

    def opened(self, event: str) -> dict[str, Any]:
        if event == "page: open":
            return {"page": self.whole_page()}
        if event == "banner: open":
            now = self.decision
            return {"banner": None if now.answered else Form(now.question.shown)}
        return {}

    def form(self, event: str) -> Form | None:
        if event in rules.ANSWERS:
            return self.whole_page()
        return self.page if event.startswith("page: ") else self.banner

    def whole_page(self) -> Form:
        rows = (
            (row.offered.key, row.answer, tuple((box.name, box.ticked) for box in row.boxes))
            for row in questions.rows_of(self.decision)
        )
        return Form(self.offer.shown, tuple(rows))

    def answered(self) -> "Code":
        """What the middleware does with every answer."""
        if not self.signal:
            return self
        stored = decision.read_cookie(self.cookie)
        corrected = cookie_corrections.under_signal(stored, self.offer)
        return self if corrected == stored else replace(self, cookie=dict_to_cookie_str(corrected))

    def sent(self, act: str, form: Form) -> tuple["Code", rules.Happened]:
        """What the view does with a form."""
        data = QueryDict(mutable=True)
        data.update({"shown": form.shown, **form.typed(act)})
        before = self.decision
        result = outcome.outcome_of(Choice.read(data, before), before)
        asked_back = bool(result.asks_again)
        if asked_back and result.changes_nothing:
            return self.answered(), rules.Happened(asked_back=True)
        receipt = result.receipt_is_due(holds_one=self.holds_receipt)
        now = replace(
            self,
            cookie=dict_to_cookie_str(result.cookie),
            holds_receipt=bool(result.granted) if receipt else self.holds_receipt,
        )
        return now.answered(), rules.Happened(asked_back, receipt, result.ended)


# --- walking --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Divergence:
    path: tuple[str, ...]
    broken: list[str]
    expected: Any
    got: Any


@dataclass(frozen=True)
class Walk:
    sequences: int
    divergences: list[Divergence]


@lru_cache(maxsize=100_000)
def expected_after(spec: rules.Spec, event: str) -> tuple[rules.Spec, rules.Happened, rules.Seen]:
    there, happened = spec.after(event)
    return there, happened, there.seen()


Pair = tuple[rules.Spec, Code]


def steps(spec: rules.Spec, code: Code) -> Iterator[tuple[str, Pair, Divergence | None]]:
    """Let each event happen on both sides."""
    ran = code.decision.services
    for event in rules.EVENTS:
        there, *expected = expected_after(spec, event)
        here, happened = code.after(event)
        seen = here.seen()
        broken = rules.broken_promises(spec, event, ran, seen.running)
        agree = expected == [happened, seen] and not broken
        differ = Divergence((), broken, expected, [happened, seen])
        yield event, (there, here), None if agree else differ


def walk(length: int, first: tuple[str, ...] = (), *, until_found: bool = False) -> Walk:
    """Take every sequence of events up to a length on both sides, after some that come first."""
    for made in (offer_with, offer_after, decision._decide):
        made.cache_clear()
    spec, code = rules.Spec(), Code()
    for event in first:
        spec, code = expected_after(spec, event)[0], code.after(event)[0]
    # Each pair of states, with the number of ways to it and one of them.
    pairs = {(spec, code): (1, first)}
    sequences, divergences = 0, []
    for left in reversed(range(length)):
        reached: dict[Pair, tuple[int, tuple[str, ...]]] = {}
        for pair, (ways, path) in pairs.items():
            sequences += ways * len(rules.EVENTS)
            for event, after, divergence in steps(*pair):
                if divergence is None and left:
                    so_far, way = reached.get(after, (0, (*path, event)))
                    reached[after] = so_far + ways, way
                elif divergence is not None:
                    divergences.append(replace(divergence, path=(*path, event)))
            if divergences and until_found:
                return Walk(sequences, divergences)
        pairs = reached
    return Walk(sequences, divergences)


STARTS = (
    (),
    # All is allowed and a page lies open; the banner lies open and then all is refused.
    ("switch a service", "accept all", "page: open"),
    ("banner: open", "reject all"),
    # One service of each group was allowed, the covered one in spite of the signal.
    ("switch a service", "signal on or off", "accept all", "our statistics alone"),
    ("signal on or off", "advertisements alone", "page: open"),
)


def test_code_and_specification_agree_over_every_sequence_of_four_events():
    done = walk(4)
    assert done.divergences[:1] == []
    assert done.sequences == sum(24**n for n in range(1, 5)) == 346_200


@pytest.mark.exhaustive
def test_code_and_specification_agree_over_every_sequence_of_six_events():
    done = walk(6)
    assert done.divergences[:1] == []
    assert done.sequences == sum(24**n for n in range(1, 7)) == 199_411_800


@pytest.mark.parametrize("first", STARTS[1:], ids=", then ".join)
def test_they_agree_also_after_forms_were_opened_and_choices_made(first):
    assert walk(3, first).divergences[:1] == []


# --- mutants --------------------------------------------------------------------------------------


def as_strings(self, version):
    return version >= self.version or version in self.equals


def for_ever(self, version):
    return bool(version) and version != DECLINED


def also_earlier_ones(self, version):
    return version == self.version or version in self.equals | self.earlier


def forgets_editorial(self, version):
    return version == self.version


def of_words_alone(self):
    return digest_of([self.key, list(self.policy_words)])[:8]


def ignores_the_signal(offered, entry, *, gpc, refusal):
    return REAL_STATE(offered, entry, gpc=False, refusal=refusal)


def in_spite_for_ever(offered, entry, *, gpc, refusal):
    grant = Grant.read(entry)
    said = replace(grant, version=offered.version) if grant and grant.override else entry
    return REAL_STATE(offered, str(said), gpc=gpc, refusal=refusal)


def as_if(**changes):
    return lambda choice, before: REAL_OUTCOME(replace(choice, **changes), before)


def deaf_when_out_of_date(choice, before):
    kept = {o.key: before.stored.get(o.key, "") for o in before.offer.groups}
    return outcome.Outcome(before, choice, kept) if choice.stale else REAL_OUTCOME(choice, before)


def first_answer_counts(choice, before):
    no = [key for key, state in before.states.items() if state is decision.State.DECLINED]
    late = {k for k, allowed in choice.answers.items() if allowed and k in no}
    answers = {k: v for k, v in choice.answers.items() if choice.explicit or k not in late}
    return REAL_OUTCOME(replace(choice, answers=answers), before)


def no_of_a_tab_is_late(choice, before):
    of_now = [decision.read_cookie(form.shown) for form in (before.offer, before.question)]
    late = not choice.explicit and choice.shown not in of_now
    answers = {k: v for k, v in choice.answers.items() if v or not late}
    return REAL_OUTCOME(replace(choice, answers=answers), before)


def refuses_what_was_not_shown(choice, before):
    answers = {key: choice.answers.get(key, frozenset()) for key in before.states}
    return REAL_OUTCOME(replace(choice, answers=answers), before)


def grants_what_was_not_shown(choice, before):
    all_of_it = {o.key: frozenset(o.service_keys) for o in before.offer.groups}
    accepts = not choice.explicit and any(choice.answers.values())
    answers = all_of_it if accepts else choice.answers
    return REAL_OUTCOME(replace(choice, answers=answers), before)


def yes_ends_what_ran(choice, before, offered):
    only_refuses = choice.stale and choice.answers.get(offered.key)
    return DECLINED if only_refuses else REAL_ENTRY(choice, before, offered)


def signal_is_not_overridden(offered, services, *, after, override):
    return REAL_GRANT(offered, services, after=after, override=False)


def whole(self, offered):
    return offered.service_keys


def filled_in_as_yes(decision, offered):
    row = REAL_ROW(decision, offered)
    return replace(row, answer="yes", ticked=frozenset()) if row.answer == "some" else row


def no_box_may_be_ticked(offered, typed, running):
    return REAL_ANSWER(offered, typed, frozenset())


def reads_all_as_shown(data, before):
    today = data.copy()
    today["shown"] = before.offer.shown
    return REAL_READ(today, before)


def names_every_group(self):
    return Question(self.offer.groups)


def keeps_what_is_off(self):
    return dict(self.before.stored) | {k: entry for k, entry in self.entries.items() if entry}


def drops_what_is_off(self):
    return {key: entry for key, entry in self.entries.items() if entry}


REAL_STATE = decision._state
REAL_OUTCOME, REAL_ENTRY = outcome.outcome_of, outcome._entry
REAL_GRANT, REAL_READ, REAL_ANSWER = Grant.of, Choice.read, choices._answer
REAL_ROW = questions._as_decided
HERE = __import__(__name__, fromlist=["x"])
MUTANTS = {
    "versions compared as strings": (OfferedGroup, "accepts", as_strings),
    "any grant counts for ever": (OfferedGroup, "accepts", for_ever),
    "a yes to what was offered earlier counts": (OfferedGroup, "accepts", also_earlier_ones),
    "wording asks again": (OfferedGroup, "accepts", forgets_editorial),
    "a service newly switched on runs in a group that was allowed": (
        OfferedGroup, "version", property(of_words_alone),
    ),
    "the signal is not read": (decision, "_state", ignores_the_signal),
    "a yes in spite of the signal counts for ever": (decision, "_state", in_spite_for_ever),
    "accept all overrides the signal": (outcome, "outcome_of", as_if(explicit=True)),
    "a yes by name does not override the signal": (Grant, "of", signal_is_not_overridden),
    "a consent revives when the signal goes": (
        cookie_corrections, "under_signal", lambda stored, offer: stored,
    ),
    "a form that is out of date grants": (outcome, "outcome_of", as_if(stale=False)),
    "a form that is out of date refuses nothing": (outcome, "outcome_of", deaf_when_out_of_date),
    "a form that is out of date ends what it says yes to": (outcome, "_entry", yes_ends_what_ran),
    "what a form has shown is not read": (Choice, "read", reads_all_as_shown),
    "a group that was not shown is refused": (outcome, "outcome_of", refuses_what_was_not_shown),
    "a group that was not shown is granted": (outcome, "outcome_of", grants_what_was_not_shown),
    "the banner names every group": (
        decision.ConsentDecision, "question", property(names_every_group),
    ),
    "of two tabs the first answer counts": (outcome, "outcome_of", first_answer_counts),
    "a no from an earlier tab does not count": (outcome, "outcome_of", no_of_a_tab_is_late),
    "answers that do not go together grant": (outcome, "outcome_of", as_if(unclear=frozenset())),
    "a box still ticked speaks against a no": (choices, "_answer", no_box_may_be_ticked),
    "a yes to one service is a yes to all": (Grant, "services", whole),
    "a group allowed in part is filled in as yes": (questions, "_as_decided", filled_in_as_yes),
    "a yes to a group that is off is kept": (outcome.Outcome, "cookie", property(keeps_what_is_off)),
    "a no to a group that is off is dropped": (
        outcome.Outcome, "cookie", property(drops_what_is_off),
    ),
    "nothing is ever taken back": (outcome.Outcome, "withdrawn", frozenset()),
    "a refusal leaves a receipt": (outcome.Outcome, "receipt_is_due", lambda self, holds_one: True),
    "other sites may choose": (HERE, "comes_from_own_page", lambda request: True),
}  # fmt: skip


def first_divergence() -> Divergence | None:
    for length, first in [*((2, first) for first in STARTS), (4, ())]:
        if found := walk(length, first, until_found=True).divergences:
            return found[0]
    return None


@pytest.mark.parametrize("mutant", MUTANTS)
def test_each_mutant_is_found(mutant, monkeypatch):
    owner, name, changed = MUTANTS[mutant]
    monkeypatch.setattr(owner, name, changed)
    assert first_divergence() is not None


@pytest.mark.parametrize(
    ("promise", "mutant"),
    [
        (rules.UNSHOWN, "a form that is out of date grants"),
        (rules.REFUSED, "a form that is out of date refuses nothing"),
        (rules.UNNAMED, "accept all overrides the signal"),
        (rules.UNASKED, "other sites may choose"),
    ],
)
def test_each_promise_can_be_seen_broken(promise, mutant, monkeypatch):
    monkeypatch.setattr(*MUTANTS[mutant])
    found = first_divergence()
    assert found is not None
    assert found.broken == [promise]
