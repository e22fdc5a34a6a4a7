"""Whose matter is what, and how often each colleague is written to."""

from collections.abc import Iterator, Mapping

from django.db.models import QuerySet

from accounts.models import User
from outbox.staff_mail import Mailbox, Matter

OFFICERS = "policy.override_policydraft"
"""Who may seal a policy in spite of obstacles answers for it: the privacy officers."""
RIGHTS: Mapping[Matter, str] = {
    Matter.REQUESTS: "rights.answer_subjectrequest",
    Matter.PROMISES: OFFICERS,
    Matter.REVIEWS: OFFICERS,
    Matter.SEALING: "policy.seal_policydraft",
    Matter.MESSAGES: "contact.change_contactmessage",
}
"""By which right somebody sees to a matter. Jobs are the owners'."""


def mailboxes_for(matter: Matter) -> Iterator[Mailbox]:
    """Yield those of the colleagues who see to a matter."""
    for person in _people(matter).filter(is_staff=True, is_active=True).exclude(email=""):
        yield Mailbox(person.email, daily=person.mail_daily)


def _people(matter: Matter) -> QuerySet[User]:
    if matter is Matter.JOBS:
        return User.objects.filter(is_superuser=True).order_by("pk")
    return User.objects.with_perm(RIGHTS[matter], include_superusers=False).order_by("pk")


def matters_of(person: User) -> list[Matter]:
    """Return what somebody is written to about."""
    return [matter for matter in Matter if person in _people(matter)]
