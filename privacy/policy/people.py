"""Who has worked on a text: under a name that outlives the account and leads to nobody after it."""

from collections.abc import Collection

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.crypto import salted_hmac

from privacy.policy.models import PolicyDraft

SEALERS = "policy.seal_policydraft"
GONE = "somebody whose account is gone"


def pseudonym(user: AbstractBaseUser) -> str:
    """Name a member of staff in rows that outlive the account.

    Keyed, so that nobody without the key can match it to an account; once the account is gone
    there is nothing left to match it to.
    """
    return salted_hmac("privacy.policy.actor", str(user.pk)).hexdigest()[:32]


def names_of(pseudonyms: Collection[str]) -> list[str]:
    """Return whom pseudonyms stand for, while the accounts live."""
    if not pseudonyms:
        return []
    staff = get_user_model()._default_manager.filter(is_staff=True)
    names = {pseudonym(one): one.get_username() for one in staff}
    return [names.get(one, GONE) for one in pseudonyms]


def second_persons(draft: PolicyDraft) -> list[str]:
    """Return the addresses of those who may seal a draft and have not worked on it.

    Superusers are asked where nobody holds the right by a role: they are few, and not for this.
    """
    people = get_user_model()._default_manager
    for superusers in (False, True):
        may = people.with_perm(SEALERS, include_superusers=superusers).filter(is_staff=True)
        free = [one for one in may.exclude(email="") if pseudonym(one) not in draft.authors]
        if free:
            return sorted({one.email for one in free})
    return []
