"""What readers see of promises: a row for each claim of a version, and the totals."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from privacy.promises.claims import Claim, claims_among
from privacy.promises.days import History, PromiseDays
from privacy.promises.models import STRENGTHS, PromiseResult, State
from privacy.promises.registry import Look, Strength
from privacy.promises.strip import Strip, strip_of

KEPT, BROKEN, UNCHECKED, STATED = "kept", "broken", "unchecked", "stated"
NOT_CARRIED_OUT = "not-carried-out"
STATES = {
    KEPT: "Kept",
    BROKEN: "Not kept",
    NOT_CARRIED_OUT: "Could not be checked",
    UNCHECKED: "Not checked yet",
    STATED: "Stated by us",
}
SHAPES = {state: state for state in STATES} | {NOT_CARRIED_OUT: UNCHECKED}
"""The class by which a state is drawn. What could not be looked at looks like what nobody has seen."""
NOTHING_SEEN = dict.fromkeys(STATES, "no check yet") | {STATED: "no software can see this"}

MEANINGS = {
    Strength.SHOWN: "The thing itself was seen on the site that visitors use.",
    Strength.PLAYED: "It was done for the check, by the code that visitors use, and undone.",
    Strength.LOOKED_UP: "It was read from what is stored or configured.",
    Strength.STATED: "Somebody has entered it; software cannot see whether it is so.",
}


@dataclass(frozen=True, slots=True)
class Door:
    """Where a visitor can use what a claim promises."""

    view: str
    words: str

    @property
    def path(self) -> str:
        """The address."""
        return reverse(self.view)


COOKIES = Door("consent:cookies", "Choose your cookies")
RECORD = Door("datamap:record", "See what we hold, and why")
VERSIONS = Door("policy:history", "See and compare all versions")
RIGHTS = Door("rights:choices", "Use your rights")
PROFILE = Door("accounts:profile", "Open your profile")
DOORS: dict[str, Door] = {
    "account.": Door("accounts:delete", "Delete your account"),
    "ads.": COOKIES,
    "analytics.": COOKIES,
    "banner.": COOKIES,
    "beacons.in-pages": COOKIES,
    "changes.": VERSIONS,
    "choices.": RIGHTS,
    "consent.": COOKIES,
    "contact.": Door("contact:webmaster", "Write to us"),
    "cookies.": COOKIES,
    "downloads.": Door("pages:downloads", "Open the Download Center"),
    "form.": Door("contact:webmaster", "Write to us"),
    "gdpr.": RECORD,
    "information.": RECORD,
    "information.account-profile": Door("accounts:data", "See what we hold about you"),
    "mail.": Door("pages:newsletter", "Open the newsletter page"),
    "newsletter.": Door("pages:newsletter", "Open the newsletter page"),
    "pixels.": COOKIES,
    "policy.last-updated": VERSIONS,
    "policy.names-": RECORD,
    "retention.": RECORD,
    "rights.": RIGHTS,
    "rights.correction": PROFILE,
    "rights.withdraw-consent": COOKIES,
    "signals.": COOKIES,
    "terms.": Door("policy:legal", "Read the terms"),
    "transfers.": RECORD,
    "usage.": RECORD,
    "use.promotional-mail": PROFILE,
    "use.website-changes": Door("news:list", "Read the news"),
}
"""By the beginning of a claim's id; the longest that fits counts."""


FEW = 100
"""Of how many claims the results are asked for by their ids; a database takes only so many."""


@dataclass(frozen=True, slots=True)
class Row:
    """A claim and how it stands."""

    claim: Claim
    state: str
    results: Sequence[PromiseResult]
    """What each of its checks saw last, the broken ones first."""
    days: PromiseDays | None = None
    """How it stood on each day, where that was asked for and anybody has looked."""

    @property
    def seen(self) -> str:
        """At what its checks look, in the order in which the board explains it, and its days."""
        taken = {one.look for one in self.results}
        days = [f"kept on {self.days_kept}"] if self.days else []
        told = ", ".join([*(look for look in Look if look in taken), *days])
        return told or NOTHING_SEEN[self.state]

    @property
    def days_kept(self) -> str:
        """On how many days it was kept, and of how many: none before anybody looked."""
        if self.days is None:
            return ""
        kept, count = self.days.count(self.until)
        return f"{kept} of {count} days"

    @property
    def strip(self) -> Strip | None:
        """Its days to draw, where anybody has looked."""
        return strip_of(self.days, self.until) if self.days else None

    @property
    def until(self) -> date:
        """The last of its days. What is no longer checked at all ended with its last look."""
        today = timezone.localdate()
        if self.days is None:
            return today
        return self.days.until(today) if self.results else self.days.last

    @property
    def state_words(self) -> str:
        """The state in words."""
        return STATES[self.state]

    @property
    def shape(self) -> str:
        """The class by which the state is drawn."""
        return SHAPES[self.state]

    @property
    def door(self) -> Door | None:
        """Where a visitor can use what is promised, if anywhere."""
        fitting = [start for start in DOORS if self.claim.id.startswith(start)]
        return DOORS[max(fitting, key=len)] if fitting else None


def rows_of(claim_ids: Iterable[str], history: History | None = None) -> list[Row]:
    """Return the rows of claims, in number order. One query. Unknown ids are left out."""
    days = history.promises if history else {}
    wanted = set(claim_ids)
    claims, results = claims_among(wanted), defaultdict[str, list[PromiseResult]](list)
    stored = PromiseResult.objects.all()
    if len(wanted) < FEW:
        stored = stored.filter(claim_id__in=wanted)
    for result in stored:
        results[result.claim_id].append(result)
    known = sorted((claims[one] for one in wanted if one in claims), key=_number)
    return [
        Row(
            claim,
            state_of(claim, results[claim.id]),
            sorted(results[claim.id], key=_worst_first),
            days.get(claim.id),
        )
        for claim in known
    ]


def totals_of(rows: Iterable[Row]) -> dict[str, int]:
    """Count the rows by state, in the order of `STATES`."""
    counts = dict.fromkeys(STATES, 0)
    for row in rows:
        counts[row.state] += 1
    return counts


def strengths_of(rows: Iterable[Row]) -> list[tuple[str, str, int]]:
    """Count the results by how much they show, the strongest first: word, meaning, count."""
    counts = Counter(result.strength for row in rows for result in row.results)
    return [(STRENGTHS[one], MEANINGS[one], counts[one]) for one in Strength]


def last_checked(rows: Iterable[Row]) -> datetime | None:
    """Return when the last check of some rows ran."""
    return max((one.checked_at for row in rows for one in row.results), default=None)


def _number(claim: Claim) -> int:
    return claim.number


def state_of(claim: Claim, results: Iterable[PromiseResult]) -> str:
    """Return how a claim stands: broken by one check, and else not carried out by one from inside.

    The stranger's look adds to what is known; where nobody looked from outside, the rest counts.
    """
    states = {(one.state, one.look == Look.OUTSIDE) for one in results}
    if {(State.BROKEN, True), (State.BROKEN, False)} & states:
        return BROKEN
    if (State.NOT_CARRIED_OUT, False) in states:
        return NOT_CARRIED_OUT
    if {(State.KEPT, True), (State.KEPT, False)} & states:
        return KEPT
    return STATED if claim.kind == "O" else UNCHECKED


def _worst_first(result: PromiseResult) -> tuple[int, str]:
    order = [State.BROKEN, State.NOT_CARRIED_OUT, State.KEPT]
    return order.index(State(result.state)), result.check_name
