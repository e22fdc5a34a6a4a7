"""The draft that an import becomes. Whoever imports a text is its author."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from privacy.policy.models import Policy, PolicyDraft
from privacy.policy.rendering import normalised
from privacy.policy.services import create_draft


@transaction.atomic
def store_import(
    policy: Policy, *, by: AbstractBaseUser, source_text: str, **fields: Any
) -> tuple[PolicyDraft, bool]:
    """Store an imported text, and tell whether it is new: the same one stored twice is one draft."""
    Policy.objects.select_for_update().get(pk=policy.pk)
    same = PolicyDraft.objects.filter(
        policy=policy, sealed_as=None, source_text=normalised(source_text)
    ).first()
    if same is not None:
        return same, False
    return create_draft(policy, by=by, source_text=source_text, **fields), True
