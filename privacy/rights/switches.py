"""What can be switched off for a person at the desk: each is a switch of a room above this one.

An objection stops what it may stop by itself (`objections.py`). Which consent somebody withdraws
stands in words, so that a member of staff reads them and switches it off here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from privacy.datamap.subjects import Subject
from privacy.policy.people import pseudonym
from privacy.rights.choices import Did, Kind
from privacy.rights.intake import (
    NotAllowedError,
    lock,
    must_be_open,
    must_have_address,
    record,
)
from privacy.rights.models import RequestEvent, SubjectRequest


@dataclass(frozen=True, slots=True)
class Switch:
    """One thing that a person may stop. Off means that it is off on every device."""

    key: str
    label: str
    is_on: Callable[[Subject], bool]
    switch_off: Callable[[Subject], None]


_switches: dict[str, Switch] = {}


def register_switches(*switches: Switch) -> None:
    """Offer switches to the desk."""
    _switches.update({switch.key: switch for switch in switches})


def known_switches() -> Iterable[Switch]:
    return _switches.values()


def on_for(request: SubjectRequest) -> list[Switch]:
    """Return what is switched on for the person of a request, as far as one is known."""
    subject = request.subject if request.email else None
    return [one for one in known_switches() if subject is not None and one.is_on(subject)]


@transaction.atomic
def switch_off(
    request: SubjectRequest, *, by: AbstractBaseUser, keys: Iterable[str]
) -> RequestEvent:
    """Switch off what a person objects to or withdraws, and note it once it is off."""
    request = lock(request)
    must_be_open(request)
    must_have_address(request)
    if request.kind not in (Kind.OBJECTION, Kind.WITHDRAWAL):
        raise NotAllowedError("Nobody has objected or withdrawn anything here.")
    chosen = [one for one in on_for(request) if one.key in set(keys)]
    if not chosen:
        raise NotAllowedError("Nothing that is switched on was chosen.")
    subject = request.subject
    for one in chosen:
        one.switch_off(subject)
    stays = [one.label for one in chosen if one.is_on(subject)]
    if stays:
        raise NotAllowedError(f"{stays[0]} could not be switched off.")
    words = "; ".join(one.label for one in chosen)
    return record(request, Did.STOPPED, text=words, actor=pseudonym(by))


def must_be_switched_off(request: SubjectRequest) -> None:
    """Refuse to say that a consent is withdrawn as long as nothing has been switched off."""
    if request.kind == Kind.WITHDRAWAL and not request.did(Did.STOPPED) and on_for(request):
        raise NotAllowedError("Switch off first what the person withdraws.")
