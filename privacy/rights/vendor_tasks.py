"""What vendors have to do for a request: told before an erasure, and done before it is closed."""

from datetime import date

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from privacy.datamap.vendors import BY_KEY
from privacy.policy.people import pseudonym
from privacy.rights.choices import Did
from privacy.rights.intake import NotAllowedError, close, lock, must_be_open, record
from privacy.rights.models import RequestEvent, SubjectRequest, VendorTask


def open_tasks(request: SubjectRequest) -> QuerySet[VendorTask]:
    return request.vendor_tasks.filter(done_at=None)


def vendors_are_told(request: SubjectRequest) -> None:
    """Refuse an erasure after which nobody would know any more whom a vendor has to erase."""
    if not request.vendor_tasks.exists() and not request.did(Did.NO_VENDOR):
        raise NotAllowedError("First tell the vendors, or note why none is concerned.")


def no_vendor_is_open(request: SubjectRequest) -> None:
    """Refuse to close a request for which a vendor has still something to do."""
    task = open_tasks(request).first()
    if task is not None:
        raise NotAllowedError(f"The vendor “{task.vendor}” has not done its part yet.")


@transaction.atomic
def tell_vendor(
    request: SubjectRequest, *, by: AbstractBaseUser, vendor: str, due_on: date
) -> VendorTask:
    """Note that a vendor was told what to do, and until when."""
    request = lock(request)
    must_be_open(request)
    if vendor not in BY_KEY:
        raise NotAllowedError("This vendor is not on record.")
    task, created = VendorTask.objects.get_or_create(
        request=request, vendor=vendor, defaults={"due_on": due_on}
    )
    if created:
        record(request, Did.VENDOR_TOLD, actor=pseudonym(by), fact=vendor)
    return task


@transaction.atomic
def no_vendor_concerned(
    request: SubjectRequest, *, by: AbstractBaseUser, reason: str
) -> RequestEvent:
    """Note that no vendor holds anything that the request is about, and how that is known."""
    request = lock(request)
    must_be_open(request)
    if request.vendor_tasks.exists() or request.did(Did.NO_VENDOR):
        raise NotAllowedError("What vendors have to do is noted already.")
    if not reason.strip():
        raise NotAllowedError("The reason must be written.")
    return record(request, Did.NO_VENDOR, text=reason.strip(), actor=pseudonym(by))


@transaction.atomic
def vendor_done(task: VendorTask, *, by: AbstractBaseUser, evidence: str) -> VendorTask:
    """Note that a vendor has done its part, and how that is known.

    The last one closes the request of somebody who has been erased, and cannot be written to.
    """
    task = VendorTask.objects.select_for_update().get(pk=task.pk)
    if task.done_at is not None:
        raise NotAllowedError("This is already done.")
    if not evidence.strip():
        raise NotAllowedError("The evidence must be written.")
    task.evidence = evidence.strip()
    task.done_at = timezone.now()
    task.save(update_fields=["evidence", "done_at"])
    request, actor = lock(task.request), pseudonym(by)
    record(request, Did.VENDOR_DONE, actor=actor, fact=task.vendor)
    if request.is_carried_out and request.is_open and not open_tasks(request).exists():
        record(request, Did.ANSWERED, actor=actor)
        close(request)
    return task
