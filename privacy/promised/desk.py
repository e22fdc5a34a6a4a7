"""Promises about requests: who may ask, by when there is an answer, on what ground there is none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import mail
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.datamap.calendar import add_months
from privacy.datamap.retention import purge_expired
from privacy.datamap.vendors import VENDORS
from privacy.policy.promises import Evidence, RunningSite, promise, require
from privacy.promised.forms import fields_of
from privacy.promised.text import COMPLAINT_AUTHORITIES, linked
from privacy.rights import services
from privacy.rights.alarms import raise_alarms
from privacy.rights.answers import draft_answer
from privacy.rights.deadlines import MONTHS_AT_MOST, deadline_for
from privacy.rights.figures import SMALLEST, figures
from privacy.rights.intake import open_request, record
from privacy.rights.models import RequestEvent, SubjectRequest
from privacy.rights.services import NotAllowedError
from privacy.rights.terms import FEE_GROUNDS, Channel, Did, Ground, Kind, Proof

CHOICES = "/privacy/choices/"
ADDRESS = "check-of-the-promises@example.com"
REASON = "A check of the promises, rolled back."


@contextmanager
def at_the_desk(site: RunningSite) -> Iterator[AbstractBaseUser]:
    """Play a member of staff in a rehearsal."""
    with site.rehearsal():
        yield get_user_model().objects.create_user(username="check-desk", email="desk@example.com")


def request_of(kind: Kind, *, days_ago: int = 0, proof: Proof | None = Proof.LINK) -> SubjectRequest:
    """Store a request as if it had come some days ago."""
    return open_request(
        kind=kind,
        name="A check of the promises",
        email=ADDRESS,
        text=f"Rolled back: {kind} {days_ago}",
        channel=Channel.FORM,
        proof=proof,
        received_at=timezone.now() - timedelta(days=days_ago),
    )


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


@promise("rights.eea-may-ask")
def everybody_is_offered_every_right(site: RunningSite) -> Evidence:
    """The form offers each kind of request to strangers and does not ask where they live."""
    page = site.get(CHOICES)
    require(page.status == 200, f"{CHOICES} answers {page.status} to a stranger")
    forms = page.page.forms(CHOICES)
    require(len(forms) == 1, f"{CHOICES} holds {len(forms)} forms")
    offered = {option.get("value") for option in forms[0].all("option")} - {""}
    missing = set(Kind.values) - offered
    require(not missing, f"the form does not offer {sorted(missing)[:1]}")
    names = {field.name for field in fields_of(forms[0])}
    asked = names & {"country", "residence", "address", "nationality"}
    require(not asked, f"the form asks for {sorted(asked)[:1]}")
    return Evidence(
        "The request form offers every right to everybody, and asks nobody where they live.",
        {"kinds of requests": len(offered)},
    )


@promise("rights.by-webmaster-form")
def the_form_on_the_privacy_page_takes_requests(site: RunningSite) -> Evidence:
    """The form at the foot of the page opens a request, without script, cookie or account."""
    forms = site.get("/privacy/").page.forms("/contact/webmaster/")
    require(len(forms) == 1, f"the Privacy page holds {len(forms)} such forms")
    offered = {option.get("value") for option in forms[0].all("option")}
    require(set(Kind.values) <= offered, "the form does not offer every kind of request")
    with site.rehearsal():
        data = {"message": REASON, "about": Kind.ACCESS.value}
        made = taken_by_the_form(site, "/contact/webmaster/", data)
        require(made.kind == Kind.ACCESS, "the form made another kind of request")
    return Evidence(
        "The form at the foot of the Privacy page opened a request, without cookie or account.",
        {"kinds of requests offered": len(offered & set(Kind.values))},
    )


@promise("rights.restriction")
def restriction_can_be_asked_for(site: RunningSite) -> Evidence:
    """Restriction is a kind of its own, at the form and at the desk."""
    with site.rehearsal():
        made = taken_by_the_form(site, CHOICES, {"kind": "restriction", "text": REASON})
        require(made.get_kind_display().startswith("Restrict"), "it is filed as another kind")
    return Evidence("A request to restrict processing was taken as a kind of its own.")


@promise("rights.object")
def an_objection_is_taken(site: RunningSite) -> Evidence:
    """An objection is taken without proof of identity, and staff may act on it at once."""
    with site.rehearsal():
        made = taken_by_the_form(site, CHOICES, {"kind": "objection", "text": REASON})
        require(made.may_act, "an objection has to wait for a proof of identity")
    return Evidence("An objection was taken, and staff can act on it at once.")


@promise("rights.whether-we-process")
def the_answer_says_yes_or_no(site: RunningSite) -> Evidence:
    """The draft of an answer begins with yes or no, after a search of every table."""
    with at_the_desk(site):
        asked = request_of(Kind.ACCESS)
        OutboxMail.objects.to_address(ADDRESS).delete()
        require(draft_answer(asked).startswith("No, "), "nothing is held, and the answer is no no")
        mail.EmailMessage("A check", "Rolled back.", to=[ADDRESS]).send()
        require(draft_answer(asked).startswith("Yes, "), "something is held, and the answer is no yes")
    return Evidence("The answer says no where nothing is held, and yes where something is.")


@promise("rights.answer-within-30-days")
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


@promise("rights.told-of-delay")
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


@promise("rights.within-three-months")
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


@promise("rights.confirm-identity")
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


@promise("rights.typically-free")
def a_request_costs_nothing(site: RunningSite) -> Evidence:
    """From the form to the answer there is no step with a payment, and no fee unless staff act."""
    forms = [form for answer in (*site.pages, site.get(CHOICES)) for form in answer.page.forms()]
    cards = [
        form.get("action")
        for form in forms
        for field in form.all("input")
        if field.get("autocomplete").startswith("cc-")
    ]
    require(not cards, f"the form to {cards[:1]} asks for a payment")
    with at_the_desk(site) as staff:
        asked = taken_by_the_form(site, CHOICES, {"kind": "withdrawal", "text": REASON})
        services.answer(asked, by=staff, text=REASON)
        closed = SubjectRequest.objects.get(pk=asked.pk)
        require(not closed.is_open, "the request was not answered")
        require(not closed.did(Did.FEE_QUOTED), "a fee was named although nobody decided so")
    return Evidence(
        "From the form to the answer there was no payment; a fee needs a recorded decision.",
        {"forms looked at": len(forms)},
    )


@promise("rights.fee-if-unfounded")
def a_fee_needs_a_ground_and_a_reason(site: RunningSite) -> Evidence:
    """A fee is named on a ground of the policy, in writing, with the authority to complain to."""
    with at_the_desk(site) as staff:
        asked = request_of(Kind.ACCESS)
        _needs_ground_and_reason(services.quote_fee, asked, staff, amount="20 USD")
    return Evidence(
        "A fee could be named only on a ground of the policy, with a reason and the authority.",
        {"grounds": len(FEE_GROUNDS)},
    )


@promise("rights.refusal-if-unfounded")
def a_refusal_needs_a_ground_and_a_reason(site: RunningSite) -> Evidence:
    """A refusal is sent on a ground of the policy, in writing, with the authority to complain to."""
    with at_the_desk(site) as staff:
        _needs_ground_and_reason(services.refuse, request_of(Kind.ACCESS), staff)
    return Evidence(
        "A refusal could be sent only on a ground of the policy, with a reason and the authority.",
        {"grounds": len(Ground)},
    )


@promise("rights.grounds-limited")
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


@promise("rights.complaint")
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


@promise("use.requested-information")
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


@promise("retention.requests")
def words_go_after_12_months_and_the_rest_after_36(site: RunningSite) -> Evidence:
    """A purge blanks and deletes by the day of closing, and leaves the younger ones alone."""
    now = timezone.now()
    ages = {"young": 11, "blanked": 13, "gone": 37}
    with site.rehearsal():
        pks = {}
        for name, months in ages.items():
            closed = add_months(now, -months)
            asked = SubjectRequest.objects.create(
                kind=Kind.QUESTION,
                channel=Channel.FORM,
                name=name,
                email=ADDRESS,
                text=REASON,
                received_at=closed,
                due_on=closed.date(),
                closed_at=closed,
            )
            record(asked, Did.ANSWERED, at=closed)
            pks[name] = asked.pk
        purge_expired()
        left = {name: SubjectRequest.objects.filter(pk=pk).first() for name, pk in pks.items()}
    require(left["gone"] is None, "the outline of a request stays longer than 36 months")
    young, blanked = left["young"], left["blanked"]
    require(young is not None and young.text, "the text of a request goes too early")
    require(blanked is not None, "the outline of a request goes too early")
    require(blanked is not None and not blanked.text, "the text stays longer than 12 months")
    return Evidence(
        "The words of a request went after 12 months, its outline after 36, and nothing earlier.",
        {"months for the text": 12, "months for the outline": 36},
    )


@promise("sharing.not-identifying")
def published_figures_name_nobody(site: RunningSite) -> Evidence:
    """Figures of fewer than five requests are not shown."""
    first = timezone.localdate().replace(day=1)
    last_month = datetime.combine(first, time(12), UTC) - timedelta(days=10)
    with at_the_desk(site):
        few = SMALLEST - 1
        SubjectRequest.objects.all().update(received_at=timezone.now())
        for number in range(few):
            asked = request_of(Kind.ACCESS, days_ago=number)
            SubjectRequest.objects.filter(pk=asked.pk).update(received_at=last_month)
        shown = figures()
        cells = [shown.received, shown.answered, shown.late, *(n for _, n in shown.by_kind)]
        small = [cell for cell in cells if cell is not None and 0 < cell < SMALLEST]
        page = site.get("/privacy/requests/")
    require(SMALLEST >= 5, f"counts from {SMALLEST} on are shown")
    require(not small, f"a count of {small[:1]} is published")
    require(shown.received is None, f"{few} requests are published as {shown.received}")
    require(ADDRESS not in page.text, "the page of figures names somebody")
    return Evidence(
        "Published figures hold no count smaller than five and nothing personal.",
        {"smallest count": SMALLEST},
    )


@promise("vendors.agreements")
def each_vendor_has_an_agreement_or_a_reason(site: RunningSite) -> Evidence:
    """Each vendor's record has the date of its agreement, or says why there is none."""
    require(VENDORS, "no vendor is on record")
    bare = [v.title for v in VENDORS if v.agreed_on is None and not v.exception.strip()]
    require(not bare, f"{bare[:1]} has neither an agreement nor a reason")
    dated = sum(vendor.agreed_on is not None for vendor in VENDORS)
    return Evidence(
        "Each vendor on record has the date of its agreement, or the reason why there is none.",
        {"vendors": len(VENDORS), "with an agreement": dated},
    )
