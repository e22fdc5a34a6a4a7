"""The claims that were made on this site, beside those of the company's `claims.toml`.

What readers are shown of one is what a version has sealed: the table that staff write in decides
only which version that is, who answers for the claim now and when it is read again.
"""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from privacy.policy.models import OWN, PolicyClaim, PolicyEvent, PolicyVersion
from sens_site.lib.cache.fragment_cache import fragment

Form = dict[str, Any]


def numbers_in(claim_ids: Iterable[str]) -> list[int]:
    """Return the numbers of our own claims among some ids."""
    numbers = (one.removeprefix(OWN) for one in claim_ids if one.startswith(OWN))
    return [int(one) for one in numbers if one.isdecimal() and len(one) < 10]


def claim_forms(claim_ids: Iterable[str]) -> dict[str, Form]:
    """Return what would be sealed of our own claims among some ids."""
    numbers = numbers_in(claim_ids)
    if not numbers:
        return {}
    return {one.claim_id: one.form for one in PolicyClaim.objects.filter(number__in=numbers)}


def all_claim_forms() -> dict[str, Form]:
    """Return all of them, also those that no version has: what a draft may be marked with."""
    return {one.claim_id: one.form for one in PolicyClaim.objects.all()}


def published_claims() -> dict[str, Form]:
    """Return those that readers may know of, as they were sealed. Kept like a part of a page."""
    return fragment("own-claims", _read_published)


def _read_published() -> dict[str, Form]:
    withdrawn = PolicyEvent.objects.filter(kind=PolicyEvent.Kind.WITHDRAWN).values("version")
    posted = PolicyVersion.objects.filter(posted_at__lte=timezone.now()).exclude(pk__in=withdrawn)
    rows = list(PolicyClaim.objects.filter(sealed_in__in=posted.values("pk")))
    if not rows:
        return {}
    sealed: dict[int, dict[str, Form]] = {
        one.pk: {form["id"]: form for form in one.claims}
        for one in posted.filter(pk__in={row.sealed_in_id for row in rows})
    }
    return {
        row.claim_id: {
            **sealed[row.sealed_in_id][row.claim_id],
            "owner": row.owner,
            "review_on": row.form.get("review_on"),
        }
        for row in rows
        if row.sealed_in_id is not None and row.claim_id in sealed[row.sealed_in_id]
    }
