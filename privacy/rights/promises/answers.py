"""Promises about answers: on what ground there is none, and who may get one."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import cycle, product
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from outbox.bulk import without_held_back
from outbox.models import NOTICE, OutboxMail
from privacy.datamap.stored_mail import mail_text
from privacy.policy.promises.text import COMPLAINT_AUTHORITIES, linked
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights import services
from privacy.rights.choices import Channel, Did, Ground, Kind, Proof
from privacy.rights.export_files import make_export
from privacy.rights.models import RequestEvent, SubjectRequest
from privacy.rights.promises.played_desk import (
    a_letter_is_entered_and_answered,
    an_answer_leaves_by_the_form,
    officer_at_the_desk,
)
from privacy.rights.promises.played_requests import (
    ADDRESS,
    CHOICES,
    REASON,
    at_the_desk,
    is_refused,
    mailed,
    request_of,
)
from privacy.rights.promises.stored_requests import TELLING

ISSUES = "newsletter"
PICTURES_ALONE = "image/jpeg,image/png,image/webp"
"""What a form takes that asks for photos of equipment, with a message to a department."""
RECEIPT_CHECK = "/cookies/receipt/check/"
"""Takes a consent receipt as a file, which names nobody."""

ELSEWHERE = "check-elsewhere@example.com"
TOLD = 4
"""An answer, a delay, a fee and a refusal: each is told to who asked."""
WORDS_OF_GROUNDS = {
    "unfounded": "clearly unfounded",
    "repetitive": "repeats",
    "excessive": "excessive",
}


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
        if answer.path == CHOICES or field.get("accept") != PICTURES_ALONE
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
    ways: tuple[Mapping[str, Any], ...] = ({}, {"posted_on": timezone.localdate()})
    for wrong, way in product(("difficult", "", "late"), ways):
        invented: Any = {"ground": wrong, **way}
        refused = is_refused(act, asked, by=staff, reason=REASON, **invented, **more)
        require(refused, f"the ground “{wrong}” is taken, which the policy does not name")
    for number, (ground, words) in enumerate(grounds.items()):
        asked = request_of(Kind.ACCESS, days_ago=number)
        for way in ways:
            silent = {"by": staff, "ground": Ground(ground), "reason": " ", **way, **more}
            require(is_refused(act, asked, **silent), "no reason is needed")
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
def no_fee_or_refusal_without_ground_reason_and_authority(site: RunningSite) -> Evidence:
    """No other ground can be stored, and each notice has its reason in writing and the authority."""
    with at_the_desk(site) as staff:
        asked = request_of(Kind.ACCESS)
        for did, ground in (("fee-quoted", "not-shown"), ("fee-quoted", ""), ("refused", "")):
            try:
                with transaction.atomic():
                    RequestEvent.objects.create(request=asked, did=did, ground=ground)
            except IntegrityError:
                continue
            require(False, f"the database takes “{did}” on the ground “{ground}”")
        notices = _each_notice_is_reasoned(staff)
    return Evidence(
        "Played through for this check, the database took no fee but on the three grounds of the "
        "policy, and no refusal without a ground; each notice of a fee or a refusal gave the reason "
        "and named the authority.",
        {"grounds for a fee": 3, "notices": notices},
    )


def _each_notice_is_reasoned(staff: AbstractBaseUser) -> int:
    """Send each notice on each of its grounds, by mail, however the request came; return how many.

    None goes without a reason.
    """
    fee: Any = (services.quote_fee, {"amount": "20 USD"})
    refusal: Any = (services.refuse, {})
    ways, grounds = product(Channel, (fee, refusal)), cycle(WORDS_OF_GROUNDS)
    played = [(channel, *way, next(grounds), Proof.LINK) for channel, way in ways]
    played.append((Channel.FORM, *refusal, "not-shown", None))
    for number, (channel, act, more, ground, proof) in enumerate(played, 1):
        asked = request_of(Kind.ACCESS, days_ago=number, proof=proof, channel=channel)
        given = {"by": staff, "ground": Ground(ground), **more}
        for way in ({}, {"posted_on": timezone.localdate()}):
            silent = is_refused(act, asked, reason=" ", **given, **way)
            require(silent, f"on the ground “{ground}” no reason is needed")
        act(asked, reason=REASON, **given)
        notice = mailed()
        require(REASON in notice, f"a notice on the ground “{ground}” does not give the reason")
        told = COMPLAINT_AUTHORITIES in notice
        require(told, f"a notice on the ground “{ground}” names no authority")
    return len(played)


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
    """An answer is kept with the request, in the words that were mailed, and to who asked alone.

    They ask from an address that is the second one of an account.
    """
    with at_the_desk(site) as staff:
        owner = get_user_model().objects.create_user(username="check-two", email=ELSEWHERE)
        addresses = apps.get_model("account", "EmailAddress").objects
        for email in (ELSEWHERE, ADDRESS):
            addresses.create(user=owner, email=email, verified=True, primary=email == ELSEWHERE)
        before = OutboxMail.objects.aggregate(last=Max("pk"))["last"] or 0
        asked = request_of(Kind.ACCESS)
        services.answer(asked, by=staff, text=REASON)
        closed = SubjectRequest.objects.get(pk=asked.pk)
        events = closed.did(Did.ANSWERED)
        require(len(events) == 1 and not closed.is_open, "an answer does not close the request")
        require(events[0].note.text == REASON, "the record does not say what was sent")
        require(REASON in mailed(), "something else was sent than the record says")
        told: Any = {"by": staff, "reason": REASON}
        services.extend(request_of(Kind.ACCESS, days_ago=1), **told)
        told["ground"] = Ground.UNFOUNDED
        services.quote_fee(request_of(Kind.ACCESS, days_ago=2), **told, amount="20 USD")
        services.refuse(request_of(Kind.ACCESS, days_ago=3), **told)
        mails = OutboxMail.objects.filter(pk__gt=before)
        telling = [one.recipient for one in mails if REASON in mail_text(one.message)]
        require(len(telling) >= TOLD, f"of {TOLD} words to the person {len(telling)} are mailed")
        astray = [one for one in telling if one != ADDRESS]
        require(not astray, f"{len(astray)} mails to who asked go to another address")
        officer = officer_at_the_desk(site)
        an_answer_leaves_by_the_form(officer)
        a_letter_is_entered_and_answered(officer)
    return Evidence(
        "Played through for this check, the record of an answered request held the very words that "
        "were sent; they went to the address from which somebody had asked, and to no other; a "
        "letter was entered at the desk and answered by a letter, and no answer left in which a "
        "period was still to be filled in.",
        {"mails to who asked": TOLD},
    )


@promise("use.requested-information", look=Look.ROWS)
def no_mail_waits_for_a_day(site: RunningSite) -> Evidence:
    """What is due is sent: no mail has been due for a day without being tried.

    An issue that a colleague has paused waits for them, and one that goes to very many leaves by so
    many an hour: it is stuck where none of its mails has left for a day.
    """
    a_day_ago = timezone.now() - timedelta(days=1)
    waiting = OutboxMail.objects.waiting()
    due = without_held_back(waiting.exclude(purpose=NOTICE).filter(due_at__lt=a_day_ago))
    issues = OutboxMail.objects.filter(purpose=ISSUES)
    if issues.filter(sent_at__gte=a_day_ago).exists():
        due = due.exclude(purpose=ISSUES)
    stuck = due.count()
    require(not stuck, f"{stuck} mails have been due for more than a day")
    return Evidence(
        "No stored mail has been due for more than a day.",
        {"mails that wait": waiting.count(), "due for more than a day": stuck},
    )
