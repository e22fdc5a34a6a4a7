"""What the policy allows to arise, as rules about single things: an answer, a line, a row.

A rule knows literals from the policy's sentences and the cookies page's list, never the catalogue
or the settings of the code that it judges (law 13).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import md5, sha1, sha256
from typing import Any

from privacy.promises.witness.canary import Canary

MOST_KEPT = 20
ANSWER, LINE, SESSION, ROW, CACHE, MAIL, CONNECTION, FILE = (
    "answer", "line", "session", "row", "cache", "mail", "connection", "file",
)  # fmt: skip


@dataclass
class Known:
    """Who walks, and what nobody else may learn: secret parts of addresses, keys of sessions."""

    people: tuple[Canary, ...]
    secrets: set[str] = field(default_factory=set)
    validators: dict[tuple[object, ...], str] = field(default_factory=dict)
    """By what a browser that only looks is to ask again, by who it is, where, and what is published."""
    outside: "Known | None" = None
    """Those of them who are no staff: what staff write at the desk is the company's."""
    told_by: Mapping[str, str] = field(default_factory=dict)
    """Who has told each word."""
    staff: frozenset[str] = frozenset()
    """Who of them sees by their role what others have told."""
    desk: frozenset[str] = frozenset()
    """The mailboxes of the company and of its staff."""
    led: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """To which addresses of another site each address of ours led whoever opened it first."""
    typed: set[str] = field(default_factory=set)
    """The addresses that somebody has typed into a form, each with what stood around it."""
    arisen: set[str] = field(default_factory=set)
    """What has arisen since the last answer, for the rule about that answer."""
    _words: dict[tuple[str, ...], list[tuple[str, str]]] = field(default_factory=dict)
    """What is looked for in thousands of texts, by what it is; of the people who walk."""
    _digests: list[tuple[str, str]] = field(default_factory=list)

    def in_text(self, text: str, *whats: str) -> list[str]:
        """Return what a text holds of some things that people told or that a connection tells."""
        if whats not in self._words:
            told = [one.told | one.traces for one in self.people]
            self._words[whats] = [(what, of[what]) for of in told for what in whats]
        lower = text.lower()
        return sorted({what for what, word in self._words[whats] if word in lower})

    def digests_in(self, text: str) -> list[str]:
        """Return of what a text holds a plain digest: who has a list of addresses finds theirs."""
        if not self._digests:
            self._digests.extend(
                (what, digest(word.encode()).hexdigest())
                for one in self.people
                for what, word in (("email address", one.email), ("IP address", one.address))
                for digest in (md5, sha1, sha256)
            )
        lower = text.lower()
        return sorted({what for what, number in self._digests if number in lower})

    def secrets_in(self, text: str) -> bool:
        """Tell whether a text holds a secret."""
        return any(secret in text for secret in self.secrets)


def known_of(people: Mapping[str, Canary], *, staff: frozenset[str]) -> Known:
    """Return what there is to know of some people, by who they are."""
    return Known(
        tuple(people.values()),
        outside=Known(tuple(one for who, one in people.items() if who not in staff)),
        told_by={word: who for who, one in people.items() for word in one.told.values()},
        staff=staff,
    )


Rule = Callable[[Any, Known], Iterator[str]]
_rules: dict[str, list[tuple[str, Rule]]] = defaultdict(list)


def rule(subject: str, *, of: str) -> Callable[[Rule], Rule]:
    """Register a rule about one kind of thing. What it yields is a breach, in words."""

    def register(function: Rule) -> Rule:
        _rules[of].append((subject, function))
        return function

    return register


@dataclass
class Judge:
    """Puts each thing before the rules about its kind, and keeps what they say."""

    known: Known
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    judged: Counter[str] = field(default_factory=Counter)

    def __call__(self, kind: str, thing: Any) -> None:
        for subject, function in _rules[kind]:
            self.judged[subject] += 1
            for fault in self._breaches(function, kind, thing):
                self.note(subject, fault)

    def note(self, subject: str, fault: str) -> None:
        """Keep what was found against a rule, once, and not more than anybody reads."""
        kept = self.faults[subject]
        if len(kept) < MOST_KEPT and fault not in kept:
            kept.append(fault)

    def _breaches(self, function: Rule, kind: str, thing: Any) -> list[str]:
        """Return what a rule says: what it cannot read is not as the rule wants it."""
        try:
            return list(function(thing, self.known))
        except Exception as error:  # noqa: BLE001 - whatever the site may have written
            return [f"of a kind “{kind}” something cannot be read ({type(error).__name__})"]
