"""Whether the data map and the policy say the same, in both directions.

The policy names categories, purposes, recipients and periods beside marks (`{promise:…}`); each
term of the map points to the mark that names it. A term without its sentence, or a sentence
without its term, is a difference. Pure functions over a text: the system check gives them the
shipped text, the promises the version in force.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from privacy.datamap.periods import periods_in
from privacy.datamap.registry import (
    Keep,
    activities,
    periods_elsewhere,
    personal_entries,
    stores,
)
from privacy.datamap.terms import ELSEWHERE, Category, Purpose, Recipient

MARK = re.compile(r"\{promise:([a-z0-9.-]+)\}")
PURPOSES = "use."
RECIPIENTS = "sharing."
PERIODS = "retention."
CATEGORIES = frozenset({
    "information.contact-group",
    "information.employment-group",
    "information.marketing-group",
    "information.transaction-group",
    "information.communications-kept",
    "information.account-profile",
    "usage.details",
    "usage.ip-address",
    "downloads.recorded",
})  # fmt: skip
"""The marks of the two sections on what is collected that name a kind of information."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where map and policy part ways. `check` is the id of the system check."""

    check: str
    message: str
    hint: str


def sentences(source: str) -> dict[str, str]:
    """Return for each mark of a policy text the words that stand before it."""
    found: dict[str, str] = {}
    start = 0
    for mark in MARK.finditer(source):
        found[mark[1]] = " ".join(source[start : mark.start()].split())
        start = mark.end()
    return found


def kept_rules() -> Iterator[tuple[str, Keep]]:
    """Yield every retention rule of the map with the name of what it is about."""
    for entry in personal_entries():
        for keep in entry.keep:
            yield entry.label, keep
    for store in stores().values():
        yield store.name, store.keep


def used_categories() -> set[Category]:
    """Return the categories that some column of an installed model has."""
    in_rows = {c.category for e in personal_entries() for c in e.columns.values() if c.category}
    return in_rows | {category for store in stores().values() for category in store.categories}


def used_purposes() -> set[Purpose]:
    """Return the purposes that some activity has."""
    return {activity.purpose for activity in activities().values()}


def used_recipients() -> set[Recipient]:
    """Return the recipients that some activity has."""
    return {recipient for activity in activities().values() for recipient in activity.recipients}


def differences(source: str) -> list[Difference]:
    """Compare the whole map with one policy text."""
    said = sentences(source)
    return [*_unnamed(said), *_unused(said), *_periods(said)]


def _unnamed(said: Mapping[str, str]) -> Iterator[Difference]:
    for purpose in sorted(used_purposes(), key=lambda p: p.name):
        if purpose.promise not in said:
            yield Difference(
                "E104",
                f"The policy does not name the purpose {purpose.name}.",
                f"Publish a version with a sentence marked {purpose.promise}, or stop using it.",
            )
    for category in sorted(used_categories(), key=lambda c: c.name):
        if category.promise not in said:
            yield Difference(
                "E105",
                f"The policy does not name the category {category.name}.",
                f"Publish a version with a sentence marked {category.promise}, or stop storing it.",
            )
    for recipient in sorted(used_recipients(), key=lambda r: r.name):
        if recipient.promise not in said:
            yield Difference(
                "E106",
                f"The policy does not name the recipient {recipient.name}.",
                f"Publish a version with a sentence marked {recipient.promise}, or stop sharing.",
            )


def _unused(said: Mapping[str, str]) -> Iterator[Difference]:
    elsewhere = {sentence.promise for sentence in ELSEWHERE}
    named = {
        *(purpose.promise for purpose in used_purposes()),
        *(category.promise for category in used_categories()),
        *(recipient.promise for recipient in used_recipients()),
        *(keep.promise for _, keep in kept_rules()),
        *(promise for promise, _ in periods_elsewhere()),
    }
    for promise in sorted(elsewhere & named):
        yield Difference(
            "E107",
            f"terms.ELSEWHERE says that the software has no part in {promise}; the map says it has.",
            "Remove it from terms.ELSEWHERE.",
        )
    for promise in said:
        about_map = promise.startswith((PURPOSES, RECIPIENTS, PERIODS)) or promise in CATEGORIES
        if about_map and promise not in named | elsewhere:
            yield Difference(
                "E107",
                f"The policy says {promise}, and nothing in the data map has to do with it.",
                "Use the term in a data_map.py, or name the sentence in terms.ELSEWHERE and say "
                "why the software has no part in it.",
            )


def kept_periods() -> Iterator[tuple[str, str, str]]:
    """Yield who keeps something, the mark of the sentence about it, and the words of the period."""
    for label, keep in kept_rules():
        yield label, keep.promise, keep.words
    for promise, period in periods_elsewhere():
        yield promise, promise, period.words


def _periods(said: Mapping[str, str]) -> Iterator[Difference]:
    """Each rule's words stand in its sentence, and each period of a sentence is some rule's."""
    kept: dict[str, list[str]] = {}
    for label, promise, words in kept_periods():
        kept.setdefault(promise, []).extend(periods_in(words))
        sentence = said.get(promise)
        if sentence is None:
            yield Difference(
                "E112",
                f"{label} is kept by {promise}, which the policy does not say.",
                "Name the mark of the sentence that gives the period.",
            )
        elif not re.search(rf"(?<!\w){re.escape(words)}(?!\w)", sentence, re.IGNORECASE):
            yield Difference(
                "E112",
                f"{label} is kept “{words}”, but {promise} reads “{sentence}”.",
                "Make the rule and the sentence say the same period, in the same words.",
            )
    for promise, periods in kept.items():
        for period in periods_in(said.get(promise, "")):
            if period not in periods:
                yield Difference(
                    "E112",
                    f"{promise} says “{period}”, and the data map keeps nothing so long.",
                    "Add the rule that keeps it so long, or change the sentence.",
                )
