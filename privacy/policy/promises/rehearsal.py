"""Addresses of versions to which a page leads only by a form, and a draft with a claim of its own."""

from django.contrib.auth.base_user import AbstractBaseUser

from privacy.policy.marking import save_claim
from privacy.policy.models import PRIVACY, PolicyClaim
from privacy.policy.services import create_draft, ensure_policy
from privacy.promises.witness.canary import Canary
from privacy.promises.witness.cast import also_open, makes_rows

also_open(
    "/privacy/on/2026-01-31/",
    "/legal/on/2026-01-31/",
    "/legal/compare/1/2/",
    "/legal/compare/1/2.txt",
)


@makes_rows
def a_draft_to_mark(customer: AbstractBaseUser, canary: Canary, staff: AbstractBaseUser) -> None:
    """Have a draft that lacks its day, so that nobody seals it on the way, and a claim for it."""
    claim = save_claim(PolicyClaim(kind="O", claim="It is rolled back.", owner="A check"))
    text = f"It is rolled back.{{promise:{claim.claim_id}}} So is this."
    create_draft(ensure_policy(PRIVACY), by=staff, source_text=text)
