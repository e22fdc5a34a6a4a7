"""Playing people who ask, and the staff who answer them, in a rehearsal."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.promises.registry import require
from privacy.promises.running_site import RunningSite
from privacy.rights.choices import Channel, Did, Kind, Proof
from privacy.rights.intake import open_request
from privacy.rights.models import OutsideSystem, SubjectRequest
from privacy.rights.services import NotAllowedError

CHOICES = "/privacy/choices/"
# New in each process: visitors could write to a known one, until it gets no more mails that day.
ADDRESS = f"check-{secrets.token_hex(8)}@example.com"
REASON = "A check of the promises, rolled back."


@contextmanager
def at_the_desk(site: RunningSite) -> Iterator[AbstractBaseUser]:
    """Play a member of staff in a rehearsal, who has to look into no system outside the site."""
    with site.rehearsal():
        OutsideSystem.objects.update(is_used=False)
        yield get_user_model().objects.create_user(username="check-desk", email="desk@example.com")


def request_of(
    kind: Kind,
    *,
    days_ago: int = 0,
    proof: Proof | None = Proof.LINK,
    channel: Channel = Channel.FORM,
) -> SubjectRequest:
    """Store a request as if it had come some days ago."""
    return open_request(
        kind=kind,
        name="A check of the promises",
        email=ADDRESS,
        text=f"Rolled back: {kind} {days_ago}",
        channel=channel,
        proof=proof,
        received_at=timezone.now() - timedelta(days=days_ago),
    )


def hold(email: str) -> None:
    """Have somebody held: what is known about them is stored and not used."""
    now = timezone.now()
    SubjectRequest.objects.create(
        kind=Kind.RESTRICTION, channel=Channel.FORM, name="A check", email=email, text=REASON,
        fingerprint=secrets.token_hex(32), received_at=now, due_on=timezone.localdate(),
        restricted_at=now,
    )  # fmt: skip


def mailed() -> str:
    """Return the text of the newest mail to the person."""
    newest = OutboxMail.objects.to_address(ADDRESS).order_by("-pk").first()
    require(newest is not None, "the person was not told")
    assert newest is not None  # noqa: S101 - for the type checker
    payload: Any = newest.as_message().message().get_payload(decode=True)
    return str(payload.decode())


def is_refused(act: Callable[..., object], *args: Any, **kwargs: Any) -> bool:
    """Tell whether the rules of the desk forbid a step."""
    try:
        act(*args, **kwargs)
    except NotAllowedError:
        return True
    return False


def taken_by_the_form(site: RunningSite, path: str, data: dict[str, str]) -> SubjectRequest:
    """Send a form without cookies or script and return the request that it made."""
    before = SubjectRequest.objects.count()
    answer = site.visitor().post(path, {"name": "A check", "email": ADDRESS, **data})
    require(answer.status == 303, f"{path} answers {answer.status} to a request")
    require(SubjectRequest.objects.count() == before + 1, f"{path} made no request")
    newest = SubjectRequest.objects.order_by("-pk")[0]
    require(newest.is_open and newest.did(Did.RECEIVED), "the clock of the request does not run")
    return newest
