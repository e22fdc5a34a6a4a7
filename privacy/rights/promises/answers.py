"""Promises about answers: by when there is one, on what ground there is none, who may get it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from outbox.models import OutboxMail
from privacy.policy.promises.text import COMPLAINT_AUTHORITIES, linked
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights import services
from privacy.rights.choices import Channel, Did, Ground, Kind, Proof
from privacy.rights.deadlines import deadline_for
from privacy.rights.export_files import make_export
from privacy.rights.intake import open_request
from privacy.rights.models import RequestEvent, SubjectRequest
from privacy.rights.promises.played_requests import (
    ADDRESS,
    CHOICES,
    REASON,
    at_the_desk,
    is_refused,
    mailed,
    request_of,
)
from privacy.rights.promises.stored_requests import TELLING, due_after, months_after

RECEIPT_CHECK = "/cookies/receipt/check/"
"""Takes a consent receipt as a file, which names nobody."""


DUE = {
    date(2026, 1, 30): date(2026, 2, 28),
    date(2026, 2, 1): date(2026, 3, 1),
    date(2026, 4, 15): date(2026, 5, 15),
    date(2026, 7, 31): date(2026, 8, 30),
    date(2027, 12, 31): date(2028, 1, 30),
    date(2028, 1, 31): date(2028, 2, 29),
}
"""Days of receipt, and by when the policy has the answer: 30 days, or a month that ends sooner."""
LATEST = {
    date(2026, 1, 30): date(2026, 4, 30),
    date(2026, 4, 15): date(2026, 7, 15),
    date(2026, 11, 30): date(2027, 2, 28),
    date(2027, 12, 31): date(2028, 3, 31),
}
"""Days of receipt, and the day three months after."""
WORDS_OF_GROUNDS = {
    "unfounded": "clearly unfounded",
    "repetitive": "repeats",
    "excessive": "excessive",
}


def _received(day: date) -> datetime:
    return datetime.combine(day, time(12), timezone.get_default_timezone())


def _asked_on(day: date, kind: Kind = Kind.ACCESS, channel: Channel = Channel.FORM) -> Any:
    return open_request(
        kind=kind,
        name="A check of the promises",
        email=ADDRESS,
        text=f"Rolled back: {kind} {channel} {day}",
        channel=channel,
        proof=Proof.STAFF,
        received_at=_received(day),
    )


@promise("rights.answer-within-30-days", look=Look.REHEARSAL)
def answers_are_due_in_30_days_or_a_month(site: RunningSite) -> Evidence:
    """The earlier of both is stored, told to the person, and counts: late is who waits a day more."""
    with at_the_desk(site):
        for day, expected in DUE.items():
            for number, kind in enumerate(Kind):
                asked = _asked_on(day, kind, list(Channel)[number % len(Channel)])
                require(asked.due_on == expected, f"received {day}, due {asked.due_on}")
                require(asked.deadline.in_force == expected, f"received {day}, due otherwise")
            require(date_format(expected) in mailed(), "the person is told another day")
        day = _last_day_in_time()
        require(not _asked_on(day).is_late, "a request is late on the last day already")
        late = _asked_on(day - timedelta(days=1))
        require(late.is_late, "a request is not late on the day after the last")
    return Evidence(
        "Played through for this check, answers were due after 30 days or one month, whichever "
        "ended first, for every kind of request and every way in.",
        {"days tried": len(DUE), "kinds": len(Kind)},
    )


def _last_day_in_time() -> date:
    """Return the earliest day of receipt for which the answer is due today or later."""
    today = timezone.localdate()
    days = (today - timedelta(days=n) for n in range(40, 0, -1))
    return next(day for day in days if due_after(day) >= today)


@promise("rights.told-of-delay", look=Look.REHEARSAL)
def more_time_needs_a_notice(site: RunningSite) -> Evidence:
    """More time cannot be taken without a reason that is mailed, nor a day after the date."""
    with at_the_desk(site) as staff:
        last = _last_day_in_time()
        for kind in Kind:
            for channel in Channel:
                asked = _asked_on(last, kind, channel)
                bare = is_refused(services.extend, asked, by=staff, reason=" ")
                require(bare, "no reason is needed")
                before = OutboxMail.objects.to_address(ADDRESS).count()
                services.extend(asked, by=staff, reason=REASON)
                told = OutboxMail.objects.to_address(ADDRESS).count() - before
                require(told == 1 and REASON in mailed(), "the notice does not give the reason")
                event = SubjectRequest.objects.get(pk=asked.pk).did(Did.EXTENDED)[0]
                require(event.note.text == REASON, "the record does not hold the reason")
        late = _asked_on(last - timedelta(days=1))
        refused = is_refused(services.extend, late, by=staff, reason=REASON)
        require(refused, "more time can be taken when it is over")
    return Evidence(
        "Played through for this check, more time needed a reason, and was given on the last day "
        "and not a day later, with a notice, for every kind of request and every way in.",
        {"kinds": len(Kind), "ways in": len(Channel)},
    )


@promise("rights.within-three-months", look=Look.REHEARSAL)
def three_months_are_the_end(site: RunningSite) -> Evidence:
    """Extended once, a request is due after three months, and cannot be extended again."""
    for day, expected in LATEST.items():
        found = deadline_for(_received(day), timezone.get_default_timezone(), extended=True)
        require(found.in_force == expected, f"received {day}, due {found.in_force} at the latest")
    with at_the_desk(site) as staff:
        day = _last_day_in_time()
        asked = _asked_on(day)
        services.extend(asked, by=staff, reason=REASON)
        asked = SubjectRequest.objects.get(pk=asked.pk)
        last = months_after(day, 3)
        require(asked.deadline.in_force == last, f"it is due on {asked.deadline.in_force}")
        require(asked.due_on == last, f"the desk has it due on {asked.due_on}")
        require(date_format(last) in mailed(), "the person is told another day")
        again = is_refused(services.extend, asked, by=staff, reason=REASON)
        require(again, "the time can be extended twice")
    require(site.get("/privacy/requests/").status == 200, "the answer times are not published")
    return Evidence(
        "Played through for this check, a request that was extended once was due after three "
        "months and could not be extended again.",
        {"months": 3, "days tried": len(LATEST)},
    )


@promise("rights.confirm-identity", look=Look.REHEARSAL)
def a_link_is_proof_and_papers_are_not(site: RunningSite) -> Evidence:
    """Nothing personal is answered, copied or erased before a proof; the proof is a dated event."""
    with at_the_desk(site) as staff:
        asked = request_of(Kind.RECTIFICATION, days_ago=1, proof=None)
        path = next(word for word in mailed().split() if "/privacy/confirm/" in word)
        path = "/privacy/confirm/" + path.partition("/privacy/confirm/")[2]
        site.visitor().get(path)
        require(SubjectRequest.objects.get(pk=asked.pk).proof is None, "opening the link is proof")
        site.visitor().post(path, {})
        proof = SubjectRequest.objects.get(pk=asked.pk).proof
        require(proof is not None and proof.proof == "link", "the mailed link proves nothing")
        for kind in TELLING:
            asked = request_of(Kind(kind), proof=None)
            for act, more in (
                (services.answer, {"text": REASON}),
                (services.erase_for_request, {}),
                (make_export, {}),
            ):
                early = is_refused(act, asked, by=staff, **more)
                require(early, f"{kind}: something is done before it is shown who asks")
        for kind in ("question", "objection", "withdrawal"):
            asked = request_of(Kind(kind), proof=None)
            require(asked.may_act, f"{kind}: a proof is asked for without need")
    files = [
        answer.path
        for answer in (*site.pages, site.get(CHOICES))
        if answer.path != RECEIPT_CHECK
        for field in answer.page.all("input")
        if field.get("type") == "file"
    ]
    require(not files, f"{files[:1]} takes files")
    return Evidence(
        "Played through for this check, a mailed link was proof enough, nothing was done before "
        "it, and no form takes identity papers.",
        {"kinds that need a proof": len(TELLING)},
    )


def _needs_ground_and_reason(
    act: Callable[..., object], staff: AbstractBaseUser, grounds: Mapping[str, str], **more: Any
) -> None:
    """Try each ground of the policy and others, with and without a reason, and read the notice."""
    asked = request_of(Kind.ACCESS)
    for wrong in ("difficult", "", "late"):
        invented: Any = wrong
        refused = is_refused(act, asked, by=staff, ground=invented, reason=REASON, **more)
        require(refused, f"the ground “{wrong}” is taken, which the policy does not name")
    for number, (ground, words) in enumerate(grounds.items()):
        asked = request_of(Kind.ACCESS, days_ago=number)
        bare = is_refused(act, asked, by=staff, ground=Ground(ground), reason=" ", **more)
        require(bare, "no reason is needed")
        act(asked, by=staff, ground=Ground(ground), reason=REASON, **more)
        notice = mailed()
        require(REASON in notice, "the notice does not give the reason")
        require(words in notice, "the notice does not name the ground")
        require(COMPLAINT_AUTHORITIES in notice, "the notice does not say where to complain")
        for said in more.values():
            require(said in notice, "the notice does not say how much")


@promise("rights.fee-if-unfounded", look=Look.REHEARSAL)
def a_fee_needs_a_ground_and_a_reason(site: RunningSite) -> Evidence:
    """A fee is named on one of three grounds, in writing, with the authority to complain to."""
    with at_the_desk(site) as staff:
        _needs_ground_and_reason(services.quote_fee, staff, WORDS_OF_GROUNDS, amount="20 USD")
        asked = request_of(Kind.PORTABILITY)
        fee = {"by": staff, "ground": Ground.NOT_SHOWN, "reason": REASON, "amount": "20 USD"}
        require(is_refused(services.quote_fee, asked, **fee), "a fee has a fourth ground")
    return Evidence(
        "Played through for this check, a fee could be named on the three grounds of the policy "
        "alone, with a reason and the authority.",
        {"grounds": 3},
    )


@promise("rights.refusal-if-unfounded", look=Look.REHEARSAL)
def a_refusal_needs_a_ground_and_a_reason(site: RunningSite) -> Evidence:
    """A refusal is sent on a ground of the policy, in writing, with the authority to complain to."""
    with at_the_desk(site) as staff:
        _needs_ground_and_reason(services.refuse, staff, WORDS_OF_GROUNDS)
    return Evidence(
        "Played through for this check, a refusal could be sent on a ground of the policy alone, "
        "with a reason and the authority.",
        {"grounds": 3},
    )


@promise("rights.grounds-limited", look=Look.REHEARSAL)
def the_database_takes_no_other_ground(site: RunningSite) -> Evidence:
    """A fee on a fourth ground, and a refusal without one, cannot be stored."""
    with at_the_desk(site):
        asked = request_of(Kind.ACCESS)
        for did, ground in (("fee-quoted", "not-shown"), ("fee-quoted", ""), ("refused", "")):
            try:
                with transaction.atomic():
                    RequestEvent.objects.create(request=asked, did=did, ground=ground)
            except IntegrityError:
                continue
            require(False, f"the database takes “{did}” on the ground “{ground}”")
    return Evidence(
        "Played through for this check, the database took no fee but on the three grounds of the "
        "policy, and no refusal without a ground.",
        {"grounds for a fee": 3},
    )


@promise("rights.complaint", look=Look.REHEARSAL)
def authorities_are_linked(site: RunningSite) -> Evidence:
    """The list of authorities is linked in the text, and in each notice of what is not done."""
    words = linked(site, COMPLAINT_AUTHORITIES, "the list of authorities")
    with at_the_desk(site) as staff:
        by: Any = {"by": staff}
        reasoned = {**by, "reason": REASON}
        ground = {**reasoned, "ground": Ground.UNFOUNDED}
        notices: tuple[tuple[Callable[..., object], Any], ...] = (
            (services.extend, reasoned),
            (services.quote_fee, {**ground, "amount": "20 USD"}),
            (services.refuse, ground),
            (services.answer, {**by, "text": REASON}),
        )
        for number, (act, more) in enumerate(notices):
            act(request_of(Kind.ACCESS, days_ago=number), **more)
            told = COMPLAINT_AUTHORITIES in mailed()
            require(told, f"notice {number + 1} does not link to the authorities")
    return Evidence(
        f"The policy links to the list of authorities as “{words}”; played through for this check, "
        "so did each notice of a delay, a fee, a refusal and an answer.",
        {"notices": 4},
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
    return Evidence(
        "Played through for this check, the record of an answered request held the very words that "
        "were sent."
    )
