"""What readers see of promises: a row for each claim of a version, and the totals."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from privacy.promises.claims import Claim, all_claims
from privacy.promises.models import PromiseResult

KEPT, BROKEN, UNCHECKED, STATED = "kept", "broken", "unchecked", "stated"
STATES = {
    KEPT: "Checked: kept",
    BROKEN: "Checked: not kept",
    UNCHECKED: "Not yet checked",
    STATED: "Stated by the company",
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
}
"""By the beginning of a claim's id; the longest that fits counts."""


@dataclass(frozen=True, slots=True)
class Row:
    """A claim and how it stands."""

    claim: Claim
    state: str
    result: PromiseResult | None

    @property
    def state_words(self) -> str:
        """The state in words."""
        return STATES[self.state]

    @property
    def door(self) -> Door | None:
        """Where a visitor can use what is promised, if anywhere."""
        fitting = [start for start in DOORS if self.claim.id.startswith(start)]
        return DOORS[max(fitting, key=len)] if fitting else None


def rows_of(claim_ids: Iterable[str]) -> list[Row]:
    """Return the rows of claims, in number order. One query. Unknown ids are left out."""
    claims, results = all_claims(), {one.claim_id: one for one in PromiseResult.objects.all()}
    known = sorted((claims[one] for one in set(claim_ids) if one in claims), key=_number)
    return [
        Row(claim, _state(claim, results.get(claim.id)), results.get(claim.id)) for claim in known
    ]


def totals_of(rows: Iterable[Row]) -> dict[str, int]:
    """Count the rows by state, in the order of `STATES`."""
    counts = dict.fromkeys(STATES, 0)
    for row in rows:
        counts[row.state] += 1
    return counts


def last_checked(rows: Iterable[Row]) -> datetime | None:
    """Return when the last check of some rows ran."""
    return max((row.result.checked_at for row in rows if row.result is not None), default=None)


def _number(claim: Claim) -> int:
    return claim.number


def _state(claim: Claim, result: PromiseResult | None) -> str:
    if result is not None:
        return KEPT if result.kept else BROKEN
    return STATED if claim.kind == "O" else UNCHECKED
