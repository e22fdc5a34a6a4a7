"""How staff share the work on a request: who handles it, who is writing, what they note.

None of it is part of the record of what happened: it is how, not what.
"""

from datetime import date, timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import time_format

from privacy.policy.people import pseudonym
from privacy.rights import mails
from privacy.rights.intake import NotAllowedError, lock, must_be_open
from privacy.rights.models import InternalNote, SubjectRequest

WRITING_FOR = timedelta(minutes=30)
"""For how long colleagues are told that somebody is answering."""
SOMEBODY_WHO_LEFT = "a former colleague"
RIGHT = "rights.answer_subjectrequest"


def staff_names() -> dict[str, str]:
    """Return the name behind each pseudonym, as long as there is an account to match it to."""
    staff = get_user_model()._default_manager.filter(is_staff=True)
    return {pseudonym(user): user.get_full_name() or user.get_username() for user in staff}


def name_of(actor: str, names: dict[str, str]) -> str:
    """Say who acted; nothing for the person and the software."""
    return names.get(actor, SOMEBODY_WHO_LEFT) if actor else ""


def handlers() -> list[tuple[str, str]]:
    """Return who may handle a request: pseudonym and name."""
    names = staff_names()
    staff = get_user_model()._default_manager.filter(is_staff=True, is_active=True)
    able = [pseudonym(user) for user in staff if user.has_perm(RIGHT)]
    return sorted(((one, names[one]) for one in able), key=lambda pair: pair[1])


@transaction.atomic
def hand_to(request: SubjectRequest, *, handler: str) -> SubjectRequest:
    """Say who handles a request: one of those who may, or nobody."""
    request = lock(request)
    must_be_open(request)
    if handler and handler not in dict(handlers()):
        raise NotAllowedError("This person may not answer requests.")
    request.handler = handler
    request.save(update_fields=["handler"])
    return request


@transaction.atomic
def note(request: SubjectRequest, *, by: AbstractBaseUser, text: str) -> InternalNote:
    """Keep a note for colleagues. A closed request takes one, too."""
    if not text.strip():
        raise NotAllowedError("The note must be written.")
    return InternalNote.objects.create(request=request, author=pseudonym(by), text=text.strip())


@transaction.atomic
def remind(request: SubjectRequest, *, on: date | None) -> SubjectRequest:
    """Have the desk reminded on a day, or not any more."""
    request = lock(request)
    must_be_open(request)
    if on is not None and on <= timezone.localdate():
        raise NotAllowedError("A reminder is for a day that is still to come.")
    request.remind_on = on
    request.save(update_fields=["remind_on"])
    return request


def send_reminders() -> int:
    """Mail the desk what is due to be looked at again; return how many requests that were."""
    return sum(_reminded(request) for request in to_remind_of())


def to_remind_of() -> QuerySet[SubjectRequest]:
    """Return the requests at which staff wanted to look again by today."""
    return SubjectRequest.objects.open().filter(remind_on__lte=timezone.localdate())


@transaction.atomic
def _reminded(request: SubjectRequest) -> int:
    rows = SubjectRequest.objects.filter(pk=request.pk, remind_on=request.remind_on)
    if not rows.update(remind_on=None):
        return 0  # another worker was faster
    subject = f"Reminder: privacy request {request.reference}"
    mails.tell_desk("reminder", subject, request=request)
    return 1


@transaction.atomic
def note_writing(request: SubjectRequest, *, by: AbstractBaseUser) -> None:
    """Tell colleagues that somebody is answering. It locks nobody out, and is over by itself."""
    request = lock(request)
    request.answering, request.answering_since = pseudonym(by), timezone.now()
    request.save(update_fields=["answering", "answering_since"])


def who_is_writing(request: SubjectRequest, names: dict[str, str] | None = None) -> str:
    """Say who is answering and since when; nothing when nobody is."""
    since = request.answering_since
    if since is None or not request.is_open or timezone.now() - since > WRITING_FOR:
        return ""
    name = name_of(request.answering, staff_names() if names is None else names)
    return f"{name} is answering since {time_format(timezone.localtime(since))}"
