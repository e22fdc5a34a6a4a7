"""What marking writes: the marks of a draft's sentences, and the claims that are made for them."""

from collections.abc import Mapping, Sequence

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from privacy.policy.models import PRIVACY, Policy, PolicyClaim, PolicyDraft
from privacy.policy.sentences import set_marks
from privacy.policy.services import ensure_policy, update_draft
from sens_site.lib.cache.content_stamp import content_changed

CLAIM_FIELDS = ("kind", "claim", "practice", "owner", "review_on")


@transaction.atomic
def mark_sentences(
    draft: PolicyDraft, marks: Mapping[str, Sequence[str]], *, by: AbstractBaseUser
) -> PolicyDraft:
    """Name the claims of some sentences, which are told by their keys; none for nothing."""
    stored = PolicyDraft.objects.select_for_update().get(pk=draft.pk)
    text = set_marks(stored.source_text, marks)
    return update_draft(draft, by=by, keep=False, source_text=text)


@transaction.atomic
def save_claim(claim: PolicyClaim) -> PolicyClaim:
    """Store a claim, a new one with the next number.

    Of one that is sealed, only who answers for it and the day of its next review change.
    """
    Policy.objects.select_for_update().get(pk=ensure_policy(PRIVACY).pk)
    if claim._state.adding:  # noqa: SLF001 - Django documents it
        last = PolicyClaim.objects.order_by("-number").first()
        claim.number = last.number + 1 if last else PolicyClaim.FIRST
        claim.save()
        return claim
    sealed = PolicyClaim.objects.filter(pk=claim.pk, sealed_in__isnull=False).exists()
    claim.save(update_fields=CLAIM_FIELDS[-2:] if sealed else CLAIM_FIELDS)
    content_changed()
    return claim
