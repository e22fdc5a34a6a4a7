"""Systems that are no part of the site (an ERP, a CRM, mailboxes): looked up for each request."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from privacy.policy.people import pseudonym
from privacy.rights.choices import NEEDS_NO_PROOF, Did
from privacy.rights.intake import NotAllowedError, lock, must_be_open, record
from privacy.rights.models import OutsideSystem, SubjectRequest, SystemCheck


def unchecked_systems(request: SubjectRequest) -> list[OutsideSystem]:
    """Return where it has still to be looked for the person. Other kinds need no look."""
    if request.kind in NEEDS_NO_PROOF:
        return []
    done = request.system_checks.values_list("system", flat=True)
    return list(OutsideSystem.objects.filter(is_used=True).exclude(name__in=list(done)))


def every_system_is_checked(request: SubjectRequest) -> None:
    """Refuse to say that all is done as long as somewhere nobody has looked."""
    for system in unchecked_systems(request):
        raise NotAllowedError(f"Nobody has noted yet what was done in “{system}”.")


@transaction.atomic
def check_system(
    request: SubjectRequest, *, by: AbstractBaseUser, system: str, evidence: str
) -> SystemCheck:
    """Note what was found and done in a system outside the site."""
    request = lock(request)
    must_be_open(request)
    if system not in {one.name for one in unchecked_systems(request)}:
        raise NotAllowedError("This system is not on the list, or is done already.")
    if not evidence.strip():
        raise NotAllowedError("The evidence must be written.")
    record(request, Did.SYSTEM_CHECKED, actor=pseudonym(by), fact=system)
    return SystemCheck.objects.create(request=request, system=system, evidence=evidence.strip())
