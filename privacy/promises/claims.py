"""The claims of the privacy policy: number, class, owner and what each means in practice.

The shipped ones stand in the company's `claims.toml`, beside the texts that carry their ids, and
are reviewed like code. Those that staff made in the admin are shown as a version has sealed them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from privacy.policy.bundled import shipped_claims
from privacy.policy.choices import ClaimClass
from privacy.policy.models import OWN
from privacy.policy.own_claims import all_claim_forms, published_claims
from privacy.promises.models import ClaimReview
from sens_site.lib.cache.fragment_cache import fragment

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
    "OW": "Added by the company",
}
CLASSES: Mapping[str, str] = {one.value: one.label for one in ClaimClass}


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
def bundled_claims() -> Mapping[str, Claim]:
    """Return the shipped claims by id, in number order. Read once a process."""
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


def all_claims() -> Mapping[str, Claim]:
    """Return the claims that readers may know of, by id, in number order."""
    return _with(published_claims(), fragment("claim-reviews", _next_reviews))


def claims_among(claim_ids: Iterable[str]) -> Mapping[str, Claim]:
    """Return claims of which some are named, but for the days of review: most cost no query."""
    own = any(one.startswith(OWN) for one in claim_ids)
    return _with(published_claims(), {}) if own else bundled_claims()


def draft_claims() -> Mapping[str, Claim]:
    """Return the claims with which a draft may be marked: also those that no version has yet."""
    return _with(all_claim_forms(), _next_reviews())


def claims_by_number() -> Mapping[int, Claim]:
    """Return the claims that readers may know of, by number."""
    return {claim.number: claim for claim in all_claims().values()}


def _next_reviews() -> dict[str, date]:
    """Return the days that the newest reviews have named."""
    return dict(ClaimReview.objects.order_by("pk").values_list("claim_id", "next_on"))


def _with(own: Mapping[str, dict[str, Any]], reviews: Mapping[str, date]) -> Mapping[str, Claim]:
    claims = {**bundled_claims(), **{key: _own(form) for key, form in own.items()}}
    read = {key: replace(claims[key], review_on=reviews[key]) for key in claims.keys() & reviews}
    return {**claims, **read}


def _own(form: Mapping[str, Any]) -> Claim:
    review_on = form.get("review_on")
    return Claim(
        id=form["id"],
        number=form["number"],
        kind=form["class"],
        section="OW",
        claim=form["claim"],
        practice=form["practice"],
        owner=form["owner"],
        review_on=date.fromisoformat(review_on) if review_on else None,
        since=1,
        until=None,
    )
