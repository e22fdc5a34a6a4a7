"""What staff do with a request. Every rule of the policy about answers is a rule in here.

Intake is in `intake.py` and is reached from here too, so that other rooms have one door.
"""

from datetime import date

from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from privacy.datamap.erasure import ErasureReport, erase
from privacy.policy.people import pseudonym
from privacy.rights import intake, mails
from privacy.rights.answer_drafts import gap_in
from privacy.rights.choices import FEE_GROUNDS, Did, Ground, Proof
from privacy.rights.deadlines import may_extend
from privacy.rights.intake import (
    NotAllowedError,
    close,
    lock,
    must_be_open,
    must_have_address,
    open_request,
    posted_fact,
    record,
)
from privacy.rights.models import RequestEvent, SubjectRequest
from privacy.rights.objections import heed_objection
from privacy.rights.outside_systems import every_system_is_checked
from privacy.rights.switches import must_be_switched_off
from privacy.rights.vendor_tasks import (
    no_vendor_concerned,
    no_vendor_is_open,
    open_tasks,
    tell_vendor,
    vendor_done,
    vendors_are_told,
)

__all__ = [
    "NotAllowedError",
    "answer",
    "erase_for_request",
    "extend",
    "mark_spam",
    "no_vendor_concerned",
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


def _tell(request: SubjectRequest, mail: EmailMessage, *, posted_on: date | None) -> str:
    """Mail words, or note on which day they were posted; return the fact that says so."""
    if posted_on is None:
        must_have_address(request)
        mail.send()
        return ""
    return posted_fact(request, posted_on)


def _must_not_be_done(request: SubjectRequest) -> None:
    if request.is_carried_out:
        raise NotAllowedError("What this request asks for has been done already.")


def _must_be_proved(request: SubjectRequest) -> None:
    if request.proof is None:
        raise NotAllowedError("It has not been shown who is asking.")


@transaction.atomic
def extend(
    request: SubjectRequest, *, by: AbstractBaseUser, reason: str, posted_on: date | None = None
) -> SubjectRequest:
    """Take more time, once, before the first date, with a reason that is sent to the person."""
    request = lock(request)
    must_be_open(request)
    _must_not_be_done(request)
    deadline = request.deadline
    if not may_extend(deadline, timezone.localdate()):
        raise NotAllowedError("The time can be extended once only, and only before it is over.")
    text = _mailed_words(reason, "The reason")
    fact = _tell(request, mails.extended(request, reason=text), posted_on=posted_on)
    record(request, Did.EXTENDED, text=text, actor=pseudonym(by), fact=fact)
    request.due_on = deadline.latest_on
    request.save(update_fields=["due_on"])
    return request


@transaction.atomic
def quote_fee(
    request: SubjectRequest,
    *,
    by: AbstractBaseUser,
    ground: Ground,
    amount: str,
    reason: str,
    posted_on: date | None = None,
) -> SubjectRequest:
    """Name a fee, on a ground of the policy, with a reason and the authority to complain to."""
    request = lock(request)
    must_be_open(request)
    _must_not_be_done(request)
    if ground not in FEE_GROUNDS:
        raise NotAllowedError("The policy allows a fee on other grounds only.")
    text = _mailed_words(reason, "The reason")
    mail = mails.fee(request, ground=ground, amount=amount, reason=text)
    fact = _tell(request, mail, posted_on=posted_on)
    words, actor = f"{amount}: {text}", pseudonym(by)
    record(request, Did.FEE_QUOTED, text=words, actor=actor, ground=ground, fact=fact)
    return request


@transaction.atomic
def refuse(
    request: SubjectRequest,
    *,
    by: AbstractBaseUser,
    ground: Ground,
    reason: str,
    posted_on: date | None = None,
) -> SubjectRequest:
    """Refuse, on a ground of the policy, with a written reason and the authority to complain to."""
    request = lock(request)
    must_be_open(request)
    _must_not_be_done(request)
    if ground not in Ground:
        raise NotAllowedError("The policy allows a refusal on its own grounds only.")
    if ground == Ground.NOT_SHOWN and request.proof is not None:
        raise NotAllowedError("It has been shown who is asking, so this ground does not hold.")
    no_vendor_is_open(request)
    text = _mailed_words(reason, "The reason")
    fact = _tell(request, mails.refused(request, ground=ground, reason=text), posted_on=posted_on)
    record(request, Did.REFUSED, text=text, actor=pseudonym(by), ground=ground, fact=fact)
    return close(request)


@transaction.atomic
def answer(
    request: SubjectRequest, *, by: AbstractBaseUser, text: str, posted_on: date | None = None
) -> SubjectRequest:
    """Send the answer and close. What went by post is kept in the words that were sent, too."""
    request = lock(request)
    must_be_open(request)
    _must_not_be_done(request)
    if not request.may_act:
        raise NotAllowedError("It has not been shown who is asking.")
    no_vendor_is_open(request)
    every_system_is_checked(request)
    must_be_switched_off(request)
    words = _mailed_words(text, "The answer")
    heed_objection(request)
    fact = _tell(request, mails.answered(request, text=words), posted_on=posted_on)
    record(request, Did.ANSWERED, text=words, actor=pseudonym(by), fact=fact)
    return close(request)


def erase_for_request(request: SubjectRequest, *, by: AbstractBaseUser) -> ErasureReport:
    """Erase the person who asked for it, answer with the report, and close.

    Vendors have been told before: afterwards nobody knows any more whom to name. As long as one of
    them has not confirmed, the request stays open.

    Two members of staff who press the button at once: the request can be closed once only, so the
    second erasure is rolled back.
    """
    must_be_open(request)
    _must_not_be_done(request)
    _must_be_proved(request)
    must_have_address(request)
    vendors_are_told(request)
    every_system_is_checked(request)
    subject = request.subject
    if subject.is_staff:
        raise NotAllowedError("This is an account of staff. Take away its rights first.")
    address, actor = request.email, pseudonym(by)

    def finish(report: ErasureReport) -> None:
        _must_not_be_done(lock(request))
        record(request, Did.ERASED, actor=actor, fact=report.reference)
        waiting = open_tasks(request).count()
        mails.erased(request, address=address, report=report, vendors=waiting).send()
        if not waiting:
            closed = record(request, Did.ANSWERED, actor=actor)
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
def see_alarm(request: SubjectRequest, *, by: AbstractBaseUser) -> None:
    """Note that a person has seen the alarm."""
    record(lock(request), Did.ALARM_SEEN, actor=pseudonym(by))
