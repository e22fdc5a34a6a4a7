"""Two persons and two browsers, each logged in and out at will, against an executable specification.

The specification knows who said what, where and after what; it has no counts, cookies or digests.
Both sides are walked in step over every sequence of events up to a length. A pair of states that
was met before has the same future, so it is walked once and its sequences are counted.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from cookie_consent.util import set_cookie_dict_to_response
from django.http import HttpResponse, QueryDict

from privacy.consent import cookie_corrections, decision, outcome, personal_services, refusals
from privacy.consent.choice import Choice
from privacy.consent.grants import Grant
from privacy.consent.offer import current
from privacy.consent.offer.building import build_offer
from privacy.consent.offer.parts import Group, Service

PLAIN, COVERED = "preferences", "marketing"
BOTH = (PLAIN, COVERED)
GROUPS = (
    Group(PLAIN, "Preferences", "Remember.", (Service("a", "A", "a", "A", "US", "1 year"),)),
    Group(
        COVERED,
        "Marketing",
        "Sell.",
        (Service("b", "B", "b", "B", "US", "1 year", gpc_covered=True),),
    ),
)
OFFER = build_offer(groups=GROUPS)
SHOWN = f"shown={OFFER.shown.replace('|', '%7C').replace('=', '%3D')}"
FORMS = {
    "accept all": f"choice=accept&{SHOWN}",
    "refuse all": f"choice=reject&{SHOWN}",
    "yes to marketing": f"choice=some&{PLAIN}=no&{COVERED}=yes&{SHOWN}",
}
DEVICES = ("laptop", "phone")
PERSONS = ("Ada", "Bea")
ACTS = (*FORMS, "log in as Ada", "log in as Bea", "log out", "signal", "look", "send a message")
EVENTS = tuple(product(DEVICES, ACTS))
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    """What one browser is shown: what runs, and what is asked."""

    on: frozenset[str]
    asked: frozenset[str]


# --- the specification ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Browser:
    """A browser: its answers, its signal, and who is and who was last logged in.

    An answer is None, "no", "yes", or "yes!" for one that was given in spite of the signal. `whose`
    holds the groups to which the person logged in last has said yes here, against own refusals.
    """

    plain: str | None = None
    covered: str | None = None
    whose: frozenset[str] = frozenset()
    signal: bool = False
    person: str | None = None
    last: str | None = None

    def answers(self) -> dict[str, str | None]:
        return {PLAIN: self.plain, COVERED: self.covered}

    def answered(self, group: str, answer: str, *, own: bool = False) -> "Browser":
        whose = (self.whose | {group}) if own else (self.whose - {group})
        if group == PLAIN:
            return replace(self, whose=whose, plain=answer)
        return replace(self, whose=whose, covered=answer)


@dataclass(frozen=True)
class Word:
    """What a person has said of one group, in any browser: the newest word, and what it follows."""

    newest: str | None = None
    ever_refused: bool = False
    in_spite: bool = False


@dataclass(frozen=True)
class Spec:
    """The rules in plain words."""

    browsers: tuple[Browser, ...] = (Browser(), Browser())
    words: tuple[tuple[Word, ...], ...] = ((Word(), Word()), (Word(), Word()))

    def word(self, person: str, group: str) -> Word:
        return self.words[PERSONS.index(person)][BOTH.index(group)]

    def with_browser(self, device: str, browser: Browser) -> "Spec":
        both = list(self.browsers)
        both[DEVICES.index(device)] = browser
        return replace(self, browsers=tuple(both))

    def with_word(self, person: str, group: str, word: Word) -> "Spec":
        words = [list(of_one) for of_one in self.words]
        words[PERSONS.index(person)][BOTH.index(group)] = word
        return replace(self, words=tuple(tuple(of_one) for of_one in words))

    def state(self, browser: Browser, group: str) -> str:
        """on, on in spite of the signal, off, or asked."""
        answer = browser.answers()[group]
        if browser.person and self.word(browser.person, group).ever_refused:
            said_here = group in browser.whose and browser.last == browser.person
            if not said_here or answer not in ("yes", "yes!"):
                return "off"
        if answer == "yes!":
            return "on in spite"
        if browser.signal and group == COVERED:
            return "off"
        return {"yes": "on", "no": "off", None: "asked"}[answer]

    def refuses(self, person: str, group: str) -> "Spec":
        """The newest word of a person is no: every yes of that person, anywhere, is void."""
        if self.word(person, group).newest == "no":
            return self
        void = self.with_word(person, group, Word("no", ever_refused=True))
        for device, browser in zip(DEVICES, void.browsers, strict=True):
            if browser.last == person:
                gone = replace(browser, whose=browser.whose - {group})
                void = void.with_browser(device, gone)
        return void

    def hears_signal(self, device: str) -> "Spec":
        browser = self.browsers[DEVICES.index(device)]
        if not browser.signal or browser.person is None:
            return self
        if self.state(browser, COVERED) == "on in spite":
            return self
        return (
            self
            if self.word(browser.person, COVERED).in_spite
            else self.refuses(browser.person, COVERED)
        )

    def overtaken(self, device: str) -> "Spec":
        """A consent that is older than the signal does not outlive it."""
        browser = self.browsers[DEVICES.index(device)]
        if browser.signal and browser.covered == "yes":
            return self.with_browser(device, browser.answered(COVERED, "no"))
        return self

    def after(self, event: tuple[str, str]) -> "Spec":
        device, act = event
        browser = self.browsers[DEVICES.index(device)]
        match act:
            case "signal":
                return self.with_browser(device, replace(browser, signal=not browser.signal))
            case "look":
                return self.overtaken(device)
            case "send a message":
                return self.hears_signal(device).overtaken(device)
            case "log out":
                return self.with_browser(device, replace(browser, person=None)).overtaken(device)
            case "log in as Ada" | "log in as Bea":
                if browser.person:
                    return self
                person = act.removeprefix("log in as ")
                whose = browser.whose if browser.last == person else frozenset()
                there = replace(browser, person=person, last=person, whose=whose)
                return self.with_browser(device, there).hears_signal(device).overtaken(device)
        return self.chosen(device, act)

    def chosen(self, device: str, act: str) -> "Spec":
        person = self.browsers[DEVICES.index(device)].person
        by_name = act == "yes to marketing"
        wanted = {"accept all": set(BOTH), "refuse all": set()}.get(act, {COVERED})
        now = self.hears_signal(device)
        if person:
            for group in set(BOTH) - wanted:
                now = now.refuses(person, group)
        browser = now.browsers[DEVICES.index(device)]
        for group in BOTH:
            word = now.word(person, group) if person else Word()
            covered = browser.signal and group == COVERED
            held_back = (covered or word.ever_refused) and not by_name
            if group not in wanted or (
                held_back and not now.state(browser, group).startswith("on")
            ):
                browser = browser.answered(group, "no")
                continue
            own = word.ever_refused
            browser = browser.answered(group, "yes!" if covered else "yes", own=own)
            if person:
                in_spite = covered or word.in_spite
                now = now.with_word(person, group, replace(word, newest="yes", in_spite=in_spite))
        return now.with_browser(device, browser)

    def seen(self) -> tuple[Seen, ...]:
        def of(browser: Browser) -> Seen:
            states = {group: self.state(browser, group) for group in BOTH}
            return Seen(
                frozenset(g for g in BOTH if states[g].startswith("on")),
                frozenset(g for g in BOTH if states[g] == "asked"),
            )

        return tuple(map(of, self.browsers))

    def broken_promises(self, shown: tuple[Seen, ...]) -> list[str]:
        """What may never be, whatever the rules above say: a person's newest word is a no."""
        return [
            f"{browser.person} refuses {group}, which is on"
            for browser, seen in zip(self.browsers, shown, strict=True)
            for group in seen.on
            if browser.person and self.word(browser.person, group).newest == "no"
        ]


# --- the code -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Device:
    cookie: str = ""
    signal: bool = False
    person: str | None = None
    known: str | None = None


@dataclass(frozen=True)
class Code:
    """Cookies as the browsers hold them, and the accounts' rows."""

    devices: tuple[Device, ...] = (Device(), Device())
    accounts: tuple[tuple[tuple[str, refusals.Standing], ...], ...] = ((), ())

    def standings(self, person: str) -> dict[str, refusals.Standing]:
        return dict(self.accounts[PERSONS.index(person)])

    def decision(self, device: Device) -> decision.ConsentDecision:
        refused = refusals.refusals_in(self.standings(device.person)) if device.person else ()
        return decision._decide(OFFER, device.cookie, device.signal, refused)

    def with_device(self, name: str, device: Device) -> "Code":
        both = list(self.devices)
        both[DEVICES.index(name)] = device
        return replace(self, devices=tuple(both))

    def with_standings(self, person: str, standings: dict[str, Any]) -> "Code":
        accounts = list(self.accounts)
        accounts[PERSONS.index(person)] = tuple(sorted(standings.items(), key=lambda p: p[0]))
        return replace(self, accounts=tuple(accounts))

    def answered(self, name: str, *, post: bool, response: HttpResponse | None = None) -> "Code":
        """What the middleware does with every answer: it sees the cookie of the request."""
        device, now = self.devices[DEVICES.index(name)], self
        sent = HttpResponse() if response is None else response
        if device.signal:
            if post and device.person:
                standings = self.standings(device.person)
                heard = personal_services.after_signal(standings, self.decision(device), AT)
                now = now.with_standings(device.person, heard)
            request: Any = SimpleNamespace(COOKIES={"__Host-cookie_consent": device.cookie})
            cookie_corrections.correct_by_signal(request, sent)
        return now.with_device(name, replace(device, cookie=cookie_in(sent, device.cookie)))

    def after(self, event: tuple[str, str]) -> "Code":
        name, act = event
        device = self.devices[DEVICES.index(name)]
        match act:
            case "signal":
                return self.with_device(name, replace(device, signal=not device.signal))
            case "look":
                return self.answered(name, post=False)
            case "send a message":
                return self.answered(name, post=True)
            case "log out":
                out = self.with_device(name, replace(device, person=None))
                return out.answered(name, post=True)
            case "log in as Ada" | "log in as Bea":
                return self if device.person else self.logged_in(name, act.rpartition(" ")[2])
        return self.chosen(name, QueryDict(FORMS[act]))

    def logged_in(self, name: str, person: str) -> "Code":
        device = self.devices[DEVICES.index(name)]
        response = HttpResponse()
        request: Any = SimpleNamespace(COOKIES={"__Host-cookie_consent": device.cookie})
        if device.known != person:
            cookie_corrections.correct_for_newcomer(request, response)
        cookie = request.COOKIES["__Host-cookie_consent"]
        there = replace(device, person=person, known=person, cookie=cookie)
        return self.with_device(name, there).answered(name, post=True, response=response)

    def chosen(self, name: str, form: QueryDict) -> "Code":
        device, now = self.devices[DEVICES.index(name)], self
        before = self.decision(device)
        choice = Choice.read(form, before)
        if device.person:
            standings = personal_services.after_choice(
                self.standings(device.person), choice, before, AT
            )
            now = now.with_standings(device.person, standings)
            before = replace(before, refusals=refusals.refusals_in(standings))
        response = HttpResponse()
        set_cookie_dict_to_response(response, outcome.outcome_of(choice, before).cookie)
        return now.answered(name, post=True, response=response)

    def seen(self) -> tuple[Seen, ...]:
        return tuple(Seen(now.granted, now.undecided) for now in map(self.decision, self.devices))


def cookie_in(response: HttpResponse, held: str) -> str:
    sent = response.cookies.get("__Host-cookie_consent")
    return held if sent is None else sent.value


# --- walking --------------------------------------------------------------------------------------


@dataclass
class Walk:
    sequences: int
    pairs: int
    divergences: list[tuple[Any, ...]]


EACH_HAS_OVERRIDDEN_A_REFUSAL = (
    ("laptop", "log in as Ada"), ("laptop", "refuse all"), ("laptop", "yes to marketing"),
    ("phone", "log in as Bea"), ("phone", "refuse all"), ("phone", "yes to marketing"),
)  # fmt: skip


def walk(length: int, first: tuple[tuple[str, str], ...] = ()) -> Walk:
    """Take every sequence of events up to a length on both sides, after some that come first."""
    decision._decide.cache_clear()
    spec, code = Spec(), Code()
    for event in first:
        spec, code = spec.after(event), code.after(event)
    pairs = Counter({(spec, code): 1})
    met, sequences, divergences = 1, 0, []
    step = cache(lambda spec, code, event: (spec.after(event), code.after(event)))
    for _ in range(length):
        reached: Counter[tuple[Spec, Code]] = Counter()
        for (spec, code), ways in pairs.items():
            for event in EVENTS:
                there, here = step(spec, code, event)
                sequences += ways
                shown = here.seen()
                if there.seen() != shown or there.broken_promises(shown):
                    divergences.append((event, there, here))
                else:
                    reached[there, here] += ways
        pairs, met = reached, met + len(reached)
    return Walk(sequences, met, divergences)


@pytest.fixture(autouse=True)
def _offer(monkeypatch):
    monkeypatch.setattr(current, "_offer", OFFER)


def test_code_and_specification_agree_over_every_sequence_of_five_events():
    done = walk(5)
    assert done.divergences[:1] == []
    assert done.sequences == sum(18**n for n in range(1, 6)) == 2_000_718


def test_they_agree_also_once_both_persons_have_overridden_a_refusal_of_their_own():
    assert walk(4, EACH_HAS_OVERRIDDEN_A_REFUSAL).divergences[:1] == []


def yes_of_anybody(offered, entry, *, gpc, refusal):
    grant = Grant.read(entry)
    theirs = refusal and grant and refusal.allowed_after == refusal.count
    return REAL_STATE(offered, entry, gpc=gpc, refusal=None if theirs else refusal)


def yes_for_ever(offered, entry, *, gpc, refusal):
    grant = Grant.read(entry)
    return REAL_STATE(offered, entry, gpc=gpc, refusal=None if grant and grant.after else refusal)


def account_is_not_asked(offered, entry, *, gpc, refusal):
    return REAL_STATE(offered, entry, gpc=gpc, refusal=None)


def refused_once_for_all(self, how, at):
    return self if self.count else replace(self, count=1, how=how)


def yes_is_not_noted(self, *, over_signal):
    return self


def signal_forgets_the_yes(self, *, over_signal):
    return replace(self, allowed_after=self.count)


def signal_binds_whatever_was_said(standings, before, at):
    covered = [o.key for o in before.offer.groups if before.gpc and o.gpc_covered]
    said = {
        key: standings.get(key, refusals.Standing()).refused(refusals.How.SIGNAL, at)
        for key in covered
    }
    return {**standings, **said}


def accept_all_is_explicit(choice, before):
    return REAL_OUTCOME(replace(choice, explicit=True), before)


def refuses_what_accept_all_left_off(standings, choice, before, at):
    bound = replace(before, refusals=refusals.refusals_in(standings))
    left = REAL_OUTCOME(choice, bound).refused
    answers: dict[str, frozenset[str]] = dict.fromkeys(left, frozenset())
    refused = replace(choice, answers={**choice.answers, **answers})
    return REAL_AFTER_CHOICE(standings, refused, before, at)


REAL_STATE = decision._state
REAL_OUTCOME = outcome.outcome_of
REAL_AFTER_CHOICE = personal_services.after_choice
STAYS = lambda stored, *rest: stored  # noqa: E731 - a cookie that nobody corrects
MUTANTS = {
    "the account is not asked": (decision, "_state", account_is_not_asked),
    "anybody's yes counts for a person who allows the group": (decision, "_state", yes_of_anybody),
    "a yes against a refusal outlives the next refusal": (decision, "_state", yes_for_ever),
    "a second refusal is not counted": (refusals.Standing, "refused", refused_once_for_all),
    "a yes is not noted with the account": (refusals.Standing, "allowed", yes_is_not_noted),
    "a yes in spite of the signal is forgotten": (
        refusals.Standing, "allowed", signal_forgets_the_yes,
    ),
    "the signal binds in spite of a yes by name": (
        personal_services, "after_signal", signal_binds_whatever_was_said,
    ),
    "the signal does not bind the account": (personal_services, "after_signal", STAYS),
    "what accept all leaves off is taken for a no": (
        personal_services, "after_choice", refuses_what_accept_all_left_off,
    ),
    "accept all overrides what the person refuses": (
        outcome, "outcome_of", accept_all_is_explicit,
    ),
    "whoever logs in next has the yes of the last": (cookie_corrections, "of_nobody", STAYS),
    "a consent older than the signal comes back": (cookie_corrections, "under_signal", STAYS),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_each_mutant_is_found(mutant, monkeypatch):
    owner, name, changed = MUTANTS[mutant]
    monkeypatch.setattr(owner, name, changed)
    if name == "outcome_of":
        monkeypatch.setattr(personal_services, name, changed)
    found = walk(3).divergences or walk(3, EACH_HAS_OVERRIDDEN_A_REFUSAL).divergences
    assert found != []
