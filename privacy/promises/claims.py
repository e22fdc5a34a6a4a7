"""The claims of the shipped privacy policy: number, class, owner and what each means in practice.

They stand in the company's `claims.toml`, beside the texts that carry their ids. A claim's meaning
is a matter of the policy's authors and is reviewed like code, so it is no table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from privacy.policy.bundled import shipped_claims

SECTIONS = {
    "HD": "Head of the page",
    "IN": "Introduction",
    "PI": "Personal information we may collect",
    "OI": "Other information we collect",
    "HU": "How we use your information",
    "DI": "Disclosure of your information",
    "CH": "Your choices about your information",
    "LK": "Links to other websites",
    "PR": "Protection of your information",
    "IT": "International transfers",
    "GR": "Rights of residents of the EEA",
    "GP": "Processing under the GDPR",
    "CP": "Children’s privacy",
    "DN": "Signals of your browser",
    "CG": "Changes to the policy",
    "CO": "How to contact us",
    "CF": "Contact Webmaster form",
    "FT": "Footer and newsletter",
    "BN": "Cookie banner",
    "RT": "How long we keep it",
}
CLASSES = {
    "S": "Shown by software",
    "P": "Supported by software",
    "O": "A statement of the company",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that the policy says.

    `kind` is S (software shows it), P (software supports the process) or O (the company states
    it). P and O are looked over by their owner on `review_on`.
    """

    id: str
    number: int
    kind: str
    section: str
    claim: str
    practice: str
    owner: str
    review_on: date | None
    since: int
    until: int | None

    @property
    def section_title(self) -> str:
        """The heading of the claim's section."""
        return SECTIONS[self.section]

    @property
    def kind_words(self) -> str:
        """The class in words."""
        return CLASSES[self.kind]

    def is_in(self, version: int) -> bool:
        """Tell whether a version of the shipped policy makes this claim."""
        return self.since <= version and (self.until is None or version <= self.until)


@cache
def all_claims() -> Mapping[str, Claim]:
    """Return the claims by id, in number order. Read once a process."""
    claims = [
        Claim(
            id=row["id"],
            number=row["number"],
            kind=row["class"],
            section=row["section"],
            claim=row["claim"],
            practice=row["practice"],
            owner=row["owner"],
            review_on=row.get("review_on"),
            since=row.get("since", 1),
            until=row.get("until"),
        )
        for row in shipped_claims().values()
    ]
    return {claim.id: claim for claim in sorted(claims, key=lambda one: one.number)}


@cache
def claims_by_number() -> Mapping[int, Claim]:
    """Return the claims by number."""
    return {claim.number: claim for claim in all_claims().values()}
