"""Fees and refusals on record: with a ground of the policy, and with a reason while words are kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from privacy.promises.registry import PromiseBroken
from privacy.promises.running_site import RunningSite
from privacy.rights.models import RequestEvent, RequestNote, SubjectRequest
from privacy.rights.promises.stored_requests import (
    each_fee_and_refusal_has_its_ground,
    each_restriction_lasts_until_it_was_lifted,
)

pytestmark = pytest.mark.django_db
ADA = "ada@customer.test"
BARE = "a ground is noted without a reason"


def a_request(*, kind: str = "access", email: str = ADA, **more: Any) -> SubjectRequest:
    today = timezone.localdate()
    return SubjectRequest.objects.create(
        kind=kind, channel="form", email=email, due_on=today, **more
    )


def stored(
    did: str,
    ground: str,
    *,
    reason: str = "",
    email: str = ADA,
    closed: timedelta | None = None,
) -> None:
    now = timezone.now()
    request = a_request(email=email, closed_at=None if closed is None else now - closed)
    event = RequestEvent.objects.create(request=request, did=did, ground=ground)
    if reason:
        RequestNote.objects.create(event=event, text=reason)


def found() -> str:
    with pytest.raises(PromiseBroken) as info:
        each_fee_and_refusal_has_its_ground(RunningSite())
    return str(info.value)


def counted() -> object:
    return each_fee_and_refusal_has_its_ground(RunningSite()).figures["fees and refusals"]


def test_a_fee_and_a_refusal_with_ground_and_reason_are_taken():
    stored("fee-quoted", "excessive", reason="The third this week.")
    stored("refused", "not-shown", reason="Nobody has shown who asks.")
    assert counted() == 2


def test_a_refusal_on_a_ground_of_its_own_is_found():
    stored("refused", "no-time", reason="We are busy.")
    assert found() == "a request has the ground “no-time”"


@pytest.mark.parametrize("reason", ["", " \n"])
@pytest.mark.parametrize("did", ["fee-quoted", "refused"])
def test_a_ground_without_words_is_found(did, reason):
    stored(did, "unfounded", reason=reason)
    assert found() == BARE


def test_the_words_may_be_gone_a_year_after_the_request_was_closed_and_no_sooner():
    stored("refused", "unfounded", closed=timedelta(days=365, minutes=1))
    assert counted() == 1
    stored("refused", "unfounded", closed=timedelta(days=365, minutes=-1))
    assert found() == BARE


def test_the_words_may_be_gone_with_who_was_erased():
    stored("fee-quoted", "repetitive", email="")
    assert counted() == 1


@pytest.mark.parametrize(
    ("events", "held", "email", "kept"),
    [
        ((), False, ADA, True),
        (("restricted",), True, ADA, True),
        (("restricted",), False, ADA, False),
        (("restricted", "answered"), False, ADA, False),
        (("restricted", "unrestricted"), False, ADA, True),
        (("restricted", "unrestricted", "restricted"), False, ADA, False),
        (("restricted",), False, "", True),
    ],
)
def test_who_was_told_that_they_are_held_is_held_until_told_otherwise(events, held, email, kept):
    now = timezone.now()
    request = a_request(kind="restriction", email=email, restricted_at=now if held else None)
    for minute, did in enumerate(events):
        at = now + timedelta(minutes=minute)
        RequestEvent.objects.create(request=request, did=did, at=at)
    if kept:
        look = each_restriction_lasts_until_it_was_lifted(RunningSite())
        assert look.figures["people who are held"] == int(held)
    else:
        with pytest.raises(PromiseBroken, match="1 people whose information was restricted"):
            each_restriction_lasts_until_it_was_lifted(RunningSite())
