"""Promises about answers: by when there is one, on what ground there is none, who may get it."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from privacy.policy.promises.text import COMPLAINT_AUTHORITIES, linked
from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights import services
from privacy.rights.alarms import raise_alarms
from privacy.rights.choices import FEE_GROUNDS, Did, Ground, Kind, Proof
from privacy.rights.deadlines import MONTHS_AT_MOST, deadline_for
from privacy.rights.models import RequestEvent, SubjectRequest
from privacy.rights.promises.played_requests import (
    CHOICES,
    REASON,
    at_the_desk,
    is_refused,
    mailed,
    request_of,
)
from sens_site.lib.months import add_months

RECEIPT_CHECK = "/cookies/receipt/check/"
"""Takes a consent receipt as a file, which names nobody."""


@promise("rights.answer-within-30-days", look=Look.NOW, strength=Strength.LOOKED_UP)
def answers_are_due_in_30_days_or_a_month(site: RunningSite) -> Evidence:
    """The earlier of both counts, and no request on this site is late."""
    zone = timezone.get_default_timezone()
    for day in (date(2026, 1, 30), date(2026, 2, 1), date(2026, 7, 31), date(2028, 1, 31)):
        received = datetime.combine(day, time(12), zone)
        due = deadline_for(received, zone).due_on
        month = add_months(received, 1).date()
        require(due == min(day + timedelta(days=30), month), f"received {day}, due {due}")
    waiting = list(SubjectRequest.objects.waiting().prefetch_related("events"))
    late = sum(request.is_late for request in waiting)
    require(not late, f"{late} requests wait longer than that")
    return Evidence(
        "Answers are due after 30 days or one month, whichever ends first, and none is late.",
        {"requests that wait": len(waiting), "late": 0},
    )


@promise("rights.told-of-delay", look=Look.REHEARSAL)
def more_time_needs_a_notice(site: RunningSite) -> Evidence:
    """More time cannot be taken without a reason that is mailed, nor after the date."""
    with at_the_desk(site) as staff:
        asked = request_of(Kind.ACCESS)
        require(is_refused(services.extend, asked, by=staff, reason=" "), "no reason is needed")
        services.extend(asked, by=staff, reason=REASON)
        require(REASON in mailed(), "the notice does not give the reason")
        old = request_of(Kind.ACCESS, days_ago=40)
        late = is_refused(services.extend, old, by=staff, reason=REASON)
        require(late, "more time can be taken when it is over")
    return Evidence("More time needed a reason, and was given only with a notice sent in time.")


@promise("rights.within-three-months", look=Look.REHEARSAL)
def three_months_are_the_end(site: RunningSite) -> Evidence:
    """Extended once, a request is due after three months; then staff are alarmed every day."""
    with at_the_desk(site) as staff:
        asked = request_of(Kind.ACCESS)
        services.extend(asked, by=staff, reason=REASON)
        asked = SubjectRequest.objects.get(pk=asked.pk)
        last = add_months(timezone.localtime(asked.received_at), MONTHS_AT_MOST).date()
        require(MONTHS_AT_MOST == 3, f"the limit is {MONTHS_AT_MOST} months")
        require(asked.deadline.in_force == last, f"it is due on {asked.deadline.in_force}")
        again = is_refused(services.extend, asked, by=staff, reason=REASON)
        require(again, "the time can be extended twice")
        request_of(Kind.ACCESS, days_ago=100)
        require(raise_alarms(), "nobody is told that a request is late")
    require(site.get("/privacy/requests/").status == 200, "the answer times are not published")
    return Evidence(
        "Extended once, a request was due after three months and could not be extended again.",
        {"months": MONTHS_AT_MOST},
    )


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
