"""What staff do with a request. Every rule of the policy about answers is a rule in here.

Intake is in `intake.py` and is reached from here too, so that other rooms have one door.
"""

from datetime import date

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from privacy.datamap.erasure import ErasureReport, erase
from privacy.datamap.vendors import BY_KEY
from privacy.policy.people import pseudonym
from privacy.rights import intake, mails
from privacy.rights.answer_drafts import gap_in
from privacy.rights.choices import FEE_GROUNDS, Did, Ground, Proof
from privacy.rights.deadlines import may_extend
from privacy.rights.intake import NotAllowedError, close, lock, must_be_open, open_request, record
from privacy.rights.models import RequestEvent, SubjectRequest, VendorTask
from privacy.rights.objections import heed_objection

__all__ = [
    "NotAllowedError",
    "answer",
    "erase_for_request",
    "extend",
    "mark_spam",
    "open_request",
    "quote_fee",
    "record_proof",
    "refuse",
    "release",
    "see_alarm",
    "tell_vendor",
    "vendor_done",
]


def _words(text: str, what: str) -> str:
    if not text.strip():
        raise NotAllowedError(f"{what} must be written.")
    return text.strip()


def _mailed_words(text: str, what: str) -> str:
    if gap := gap_in(text):
        raise NotAllowedError(f"{what} still holds {gap}.")
    return _words(text, what)


def _must_have_address(request: SubjectRequest) -> None:
    if not request.email:
        raise NotAllowedError("No address is known, so no notice can be sent.")


def _must_be_proved(request: SubjectRequest) -> None:
    if request.proof is None:
        raise NotAllowedError("It has not been shown who is asking.")


@transaction.atomic
def extend(request: SubjectRequest, *, by: AbstractBaseUser, reason: str) -> SubjectRequest:
    """Take more time, once, before the first date, with a reason that is mailed to the person."""
    request = lock(request)
    must_be_open(request)
    _must_have_address(request)
    deadline = request.deadline
    if not may_extend(deadline, timezone.localdate()):
        raise NotAllowedError("The time can be extended once only, and only before it is over.")
    text = _mailed_words(reason, "The reason")
    record(request, Did.EXTENDED, text=text, actor=pseudonym(by))
    request.due_on = deadline.latest_on
    request.save(update_fields=["due_on"])
    mails.to_person(request, "extended", "We need more time", reason=text).send()
    return request


@transaction.atomic
def quote_fee(
    request: SubjectRequest, *, by: AbstractBaseUser, ground: Ground, amount: str, reason: str
) -> SubjectRequest:
    """Name a fee, on a ground of the policy, with a reason and the authority to complain to."""
    request = lock(request)
    must_be_open(request)
    _must_have_address(request)
    if ground not in FEE_GROUNDS:
        raise NotAllowedError("The policy allows a fee on other grounds only.")
    text = _mailed_words(reason, "The reason")
    record(request, Did.FEE_QUOTED, text=f"{amount}: {text}", actor=pseudonym(by), ground=ground)
    context = {"reason": text, "ground": Ground(ground).label, "amount": amount}
    mails.to_person(request, "fee", "A fee for your request", **context).send()
    return request


@transaction.atomic
def refuse(
    request: SubjectRequest, *, by: AbstractBaseUser, ground: Ground, reason: str
) -> SubjectRequest:
    """Refuse, on a ground of the policy, with a written reason and the authority to complain to."""
    request = lock(request)
    must_be_open(request)
    _must_have_address(request)
    if ground not in Ground:
        raise NotAllowedError("The policy allows a refusal on its own grounds only.")
    if ground == Ground.NOT_SHOWN and request.proof is not None:
        raise NotAllowedError("It has been shown who is asking, so this ground does not hold.")
    text = _mailed_words(reason, "The reason")
    record(request, Did.REFUSED, text=text, actor=pseudonym(by), ground=ground)
    context = {"reason": text, "ground": Ground(ground).label}
    mails.to_person(request, "refused", "Your request is refused", **context).send()
    return close(request)


@transaction.atomic
def answer(request: SubjectRequest, *, by: AbstractBaseUser, text: str) -> SubjectRequest:
    """Send the answer and close."""
    request = lock(request)
    must_be_open(request)
    _must_have_address(request)
    if not request.may_act:
        raise NotAllowedError("It has not been shown who is asking.")
    words = _mailed_words(text, "The answer")
    heed_objection(request)
    record(request, Did.ANSWERED, text=words, actor=pseudonym(by))
    mails.to_person(request, "answered", "Our answer to your request", answer=words).send()
    return close(request)


def erase_for_request(request: SubjectRequest, *, by: AbstractBaseUser) -> ErasureReport:
    """Erase the person who asked for it, answer with the report, and close.

    Two members of staff who press the button at once: the request can be closed once only, so the
    second erasure is rolled back.
    """
    must_be_open(request)
    _must_be_proved(request)
    _must_have_address(request)
    subject = request.subject
    if subject.is_staff:
        raise NotAllowedError("This is an account of staff. Take away its rights first.")
    address, actor = request.email, pseudonym(by)

    def finish(report: ErasureReport) -> None:
        record(request, Did.ERASED, actor=actor, fact=report.reference)
        closed = record(request, Did.ANSWERED, actor=actor)
        mails.erased(request, address=address, report=report).send()
        SubjectRequest.objects.filter(pk=request.pk).update(closed_at=closed.at)

    return erase(subject, cause="request", also=finish)


@transaction.atomic
def record_proof(request: SubjectRequest, *, by: AbstractBaseUser, how: str) -> RequestEvent:
    """Note that a member of staff has seen who is asking, and by what."""
    request = lock(request)
    must_be_open(request)
    if request.proof is not None:
        raise NotAllowedError("It has already been shown who is asking.")
    text = _words(how, "What was seen")
    heed_objection(request)
    return record(request, Did.IDENTITY_PROVED, text=text, actor=pseudonym(by), proof=Proof.STAFF)


@transaction.atomic
def release(request: SubjectRequest, *, by: AbstractBaseUser) -> SubjectRequest:
    """Take a held request among the waiting ones."""
    return intake.release(request, actor=pseudonym(by))


@transaction.atomic
def mark_spam(request: SubjectRequest, *, by: AbstractBaseUser) -> SubjectRequest:
    """Close a held request that a person has read and found to be none."""
    request = lock(request)
    must_be_open(request)
    if not request.is_held:
        raise NotAllowedError("Only a request that is held can be put away as spam.")
    record(request, Did.SPAM, actor=pseudonym(by))
    return close(request)


@transaction.atomic
def tell_vendor(
    request: SubjectRequest, *, by: AbstractBaseUser, vendor: str, due_on: date
) -> VendorTask:
    """Note that a vendor was told what to do, and until when."""
    request = lock(request)
    if vendor not in BY_KEY:
        raise NotAllowedError("This vendor is not on record.")
    task, created = VendorTask.objects.get_or_create(
        request=request, vendor=vendor, defaults={"due_on": due_on}
    )
    if created:
        record(request, Did.VENDOR_TOLD, actor=pseudonym(by), fact=vendor)
    return task


@transaction.atomic
def vendor_done(task: VendorTask, *, by: AbstractBaseUser, evidence: str) -> VendorTask:
    """Note that a vendor has done its part, and how that is known."""
    task = VendorTask.objects.select_for_update().get(pk=task.pk)
    if task.done_at is not None:
        raise NotAllowedError("This is already done.")
    task.evidence = _words(evidence, "The evidence")
    task.done_at = timezone.now()
    task.save(update_fields=["evidence", "done_at"])
    record(task.request, Did.VENDOR_DONE, actor=pseudonym(by), fact=task.vendor)
    return task


@transaction.atomic
def see_alarm(request: SubjectRequest, *, by: AbstractBaseUser) -> None:
    """Note that a person has seen the alarm."""
    record(lock(request), Did.ALARM_SEEN, actor=pseudonym(by))
