"""What the promises of the privacy policy have against sealing a draft.

These may be overridden by a privacy officer with a written reason: a company that brings its
lawyers' unmarked text can publish it today and mark it sentence by sentence.
"""

from collections.abc import Iterator

from django.utils import timezone

from privacy.policy.addresses import PRIVACY
from privacy.policy.models import PolicyDraft, PolicyVersion
from privacy.policy.obstacles import Obstacle, register
from privacy.policy.promises.sealing import lost_promises, obstacles_to_sealing


@register
def promises_stand(draft: PolicyDraft) -> Iterator[Obstacle]:
    """Ask for a promise beside each sentence, and for a check that holds behind each promise."""
    if draft.policy.slug != PRIVACY:
        return
    for found in obstacles_to_sealing(draft.source_text, today=timezone.localdate()):
        yield Obstacle(
            f"{found.where}: {found.problem.rstrip('.')}. {found.remedy}", overridable=True
        )
    before = PolicyVersion.objects.of(PRIVACY).not_withdrawn().first()
    for claim in lost_promises(draft.source_text, before.source_text if before else ""):
        if claim.id not in draft.summary:
            yield Obstacle(
                f"The text no longer promises: {claim.claim} "
                f"Say so in the summary, naming {claim.id}.",
                overridable=True,
            )
