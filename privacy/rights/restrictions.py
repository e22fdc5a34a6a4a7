"""Holding a person: what is known about them is stored, and not used (GDPR Article 18).

The data map asks here whose rows no purge may touch, and the outbox to whom it writes nothing. A
person who is held still gets what they set off themselves (a new password, the answer to a
message), and what concerns their requests.
"""

from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from outbox.models import NOTICE
from outbox.silence import register_silence
from privacy.datamap.holds import held_subjects, register_hold
from privacy.datamap.subjects import Subject
from privacy.policy.notices import tell_what_was_missed
from privacy.policy.people import pseudonym
from privacy.rights import mails
from privacy.rights.choices import Did, Kind
from privacy.rights.intake import (
    NotAllowedError,
    lock,
    must_be_open,
    must_have_address,
    record,
)
from privacy.rights.models import RequestEvent, SubjectRequest

UNASKED = frozenset({NOTICE, "newsletter"})
"""Purposes of mails that nobody sets off by an act of their own."""


@transaction.atomic
def restrict(request: SubjectRequest, *, by: AbstractBaseUser) -> RequestEvent:
    """Hold the person from now on, and tell them."""
    request = lock(request)
    must_be_open(request)
    must_have_address(request)
    if request.kind != Kind.RESTRICTION or request.proof is None:
        raise NotAllowedError("It has not been shown that the person asks for a restriction.")
    if request.restricted_at is not None:
        raise NotAllowedError("The information is restricted already.")
    event = record(request, Did.RESTRICTED, actor=pseudonym(by))
    request.restricted_at = event.at
    request.save(update_fields=["restricted_at"])
    mails.restricted(request).send()
    return event


@transaction.atomic
def lift(request: SubjectRequest, *, by: AbstractBaseUser, reason: str) -> RequestEvent:
    """End a restriction. The person is told before it ends: in the same transaction.

    So are they told of what the policies' versions became meanwhile, of which others were written.
    """
    request = lock(request)
    if request.restricted_at is None:
        raise NotAllowedError("Nothing is restricted.")
    must_have_address(request)
    mails.unrestricted(request, reason=reason).send()
    since = _held_since(request, request.restricted_at)
    request.restricted_at = None
    request.save(update_fields=["restricted_at"])
    event = record(request, Did.UNRESTRICTED, text=reason, actor=pseudonym(by), at=timezone.now())
    tell_what_was_missed(request.subject.names, since=since)
    return event


def _held_since(request: SubjectRequest, since: datetime) -> datetime:
    """Return since when somebody is held without a break: another request of theirs may have begun it."""
    theirs = RequestEvent.objects.filter(request__email=request.email)
    turns = theirs.filter(did__in=(Did.RESTRICTED, Did.UNRESTRICTED)).order_by("at", "pk")
    holding: set[int] = set()
    for event in turns:
        if event.did == Did.UNRESTRICTED:
            holding.discard(event.request_id)
            continue
        since = since if holding else event.at
        holding.add(event.request_id)
    return since


@register_hold
def restricted_people() -> Iterator[Subject]:
    """Yield whoever is held."""
    for request in SubjectRequest.objects.exclude(restricted_at=None).exclude(email=""):
        yield request.subject


@register_silence
def must_not_be_mailed(purpose: str) -> frozenset[str]:
    """Return the addresses to which nothing of this purpose is written."""
    if purpose not in UNASKED:
        return frozenset()
    return frozenset(name for subject in held_subjects() for name in subject.names)
