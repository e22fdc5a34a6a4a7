"""Promises about answers: on what ground there is none, and who may get one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from outbox.models import NOTICE, OutboxMail
from privacy.policy.promises.text import COMPLAINT_AUTHORITIES, linked
from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights import services
from privacy.rights.choices import FEE_GROUNDS, Did, Ground, Kind, Proof
from privacy.rights.models import RequestEvent, SubjectRequest
from privacy.rights.promises.played_requests import (
    CHOICES,
    REASON,
    at_the_desk,
    is_refused,
    mailed,
    request_of,
)

RECEIPT_CHECK = "/cookies/receipt/check/"
"""Takes a consent receipt as a file, which names nobody."""


@promise("rights.confirm-identity", look=Look.REHEARSAL)
def a_link_is_proof_and_papers_are_not(site: RunningSite) -> Evidence:
    """Nothing personal is answered before a proof; the proof is a link; no form takes files."""
    with at_the_desk(site) as staff:
        asked = request_of(Kind.ACCESS, proof=None)
        early = is_refused(services.answer, asked, by=staff, text=REASON)
        require(early, "it is answered before it is shown who asks")
        path = next(word for word in mailed().split() if "/privacy/confirm/" in word)
        path = "/privacy/confirm/" + path.partition("/privacy/confirm/")[2]
        site.visitor().get(path)
        require(SubjectRequest.objects.get(pk=asked.pk).proof is None, "opening the link is proof")
        site.visitor().post(path, {})
        proof = SubjectRequest.objects.get(pk=asked.pk).proof
        require(proof is not None and proof.proof == Proof.LINK, "the mailed link proves nothing")
    files = [
        answer.path
        for answer in (*site.pages, site.get(CHOICES))
        if answer.path != RECEIPT_CHECK
        for field in answer.page.all("input")
        if field.get("type") == "file"
    ]
    require(not files, f"{files[:1]} takes files")
    return Evidence("A mailed link was proof enough, and no form takes identity papers.")


def _needs_ground_and_reason(
    act: Callable[..., object], asked: SubjectRequest, by: AbstractBaseUser, **more: Any
) -> None:
    ground = Ground.EXCESSIVE
    require(is_refused(act, asked, by=by, ground=ground, reason=" ", **more), "no reason is needed")
    invented: Any = "difficult"
    wrong = is_refused(act, asked, by=by, ground=invented, reason=REASON, **more)
    require(wrong, "a ground is taken that the policy does not name")
    act(asked, by=by, ground=ground, reason=REASON, **more)
    words = mailed()
    require(REASON in words, "the notice does not give the reason")
    require(COMPLAINT_AUTHORITIES in words, "the notice does not say where to complain")


@promise("rights.fee-if-unfounded", look=Look.REHEARSAL)
def a_fee_needs_a_ground_and_a_reason(site: RunningSite) -> Evidence:
    """A fee is named on a ground of the policy, in writing, with the authority to complain to."""
    with at_the_desk(site) as staff:
        asked = request_of(Kind.ACCESS)
        _needs_ground_and_reason(services.quote_fee, asked, staff, amount="20 USD")
    return Evidence(
        "A fee could be named only on a ground of the policy, with a reason and the authority.",
        {"grounds": len(FEE_GROUNDS)},
    )


@promise("rights.refusal-if-unfounded", look=Look.REHEARSAL)
def a_refusal_needs_a_ground_and_a_reason(site: RunningSite) -> Evidence:
    """A refusal is sent on a ground of the policy, in writing, with the authority to complain to."""
    with at_the_desk(site) as staff:
        _needs_ground_and_reason(services.refuse, request_of(Kind.ACCESS), staff)
    return Evidence(
        "A refusal could be sent only on a ground of the policy, with a reason and the authority.",
        {"grounds": len(Ground)},
    )


@promise("rights.grounds-limited", look=Look.NOW, strength=Strength.LOOKED_UP)
def the_desk_knows_no_other_ground(site: RunningSite) -> Evidence:
    """The grounds for a fee are the three of the policy, and the database takes no other."""
    named = {Ground.UNFOUNDED, Ground.REPETITIVE, Ground.EXCESSIVE}
    require(named == FEE_GROUNDS, f"a fee has the grounds {sorted(FEE_GROUNDS)}")
    names = {constraint.name for constraint in RequestEvent._meta.constraints}
    require({"refusal_has_ground", "fee_has_ground"} <= names, "the database asks for no ground")
    return Evidence(
        "A fee has three possible grounds, those of the policy; the database takes none without.",
        {"grounds": len(named)},
    )


@promise("rights.complaint", look=Look.REHEARSAL)
def authorities_are_linked(site: RunningSite) -> Evidence:
    """The list of authorities is linked in the text and in a refusal."""
    words = linked(site, COMPLAINT_AUTHORITIES, "the list of authorities")
    with at_the_desk(site) as staff:
        asked = request_of(Kind.ACCESS)
        services.refuse(asked, by=staff, ground=Ground.UNFOUNDED, reason=REASON)
        require(COMPLAINT_AUTHORITIES in mailed(), "a refusal does not link to the authorities")
    return Evidence(
        f"The policy links to the list of authorities as “{words}”, and so does a refusal."
    )


@promise("use.requested-information", look=Look.REHEARSAL)
def the_record_says_what_was_sent(site: RunningSite) -> Evidence:
    """An answer is kept with the request, in the words that were mailed."""
    with at_the_desk(site) as staff:
        asked = request_of(Kind.ACCESS)
        services.answer(asked, by=staff, text=REASON)
        closed = SubjectRequest.objects.get(pk=asked.pk)
        events = closed.did(Did.ANSWERED)
        require(len(events) == 1 and not closed.is_open, "an answer does not close the request")
        require(events[0].note.text == REASON, "the record does not say what was sent")
        require(REASON in mailed(), "something else was sent than the record says")
    return Evidence("The record of an answered request holds the very words that were sent.")


@promise("use.requested-information", look=Look.ROWS)
def no_mail_waits_for_a_day(site: RunningSite) -> Evidence:
    """What is due is sent: no mail has been due for a day without being tried."""
    a_day_ago = timezone.now() - timedelta(days=1)
    waiting = OutboxMail._base_manager.filter(sent_at=None, parked_at=None)
    stuck = waiting.exclude(purpose=NOTICE).filter(due_at__lt=a_day_ago).count()
    require(not stuck, f"{stuck} mails have been due for more than a day")
    return Evidence(
        "No stored mail has been due for more than a day.",
        {"mails that wait": waiting.count(), "due for more than a day": stuck},
    )
