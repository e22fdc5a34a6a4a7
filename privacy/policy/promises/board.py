"""What readers see of promises: a row for each claim of a version, and the totals."""

from collections.abc import Iterable
from dataclasses import dataclass

from privacy.policy.promises.claims import Claim, all_claims
from privacy.policy.promises.models import PromiseResult

KEPT, BROKEN, UNCHECKED, STATED = "kept", "broken", "unchecked", "stated"
STATES = {
    KEPT: "Checked: kept",
    BROKEN: "Checked: not kept",
    UNCHECKED: "Not yet checked",
    STATED: "Stated by the company",
}


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


def _number(claim: Claim) -> int:
    return claim.number


def _state(claim: Claim, result: PromiseResult | None) -> str:
    if result is not None:
        return KEPT if result.kept else BROKEN
    return STATED if claim.kind == "O" else UNCHECKED
