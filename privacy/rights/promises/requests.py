"""Promises about requests: who may ask for what, what is kept of it, and what is published."""

from datetime import UTC, datetime, time, timedelta

from django.core import mail
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.datamap.promises.purging import purge_keeps
from privacy.datamap.retention import purge_expired
from privacy.datamap.vendors import VENDORS, vendors_on_record
from privacy.promises.page_reader import fields_of
from privacy.promises.registry import Evidence, Look, NotCarriedOut, Strength, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights import services
from privacy.rights.answer_drafts import draft_answer
from privacy.rights.choices import Channel, Did, Kind
from privacy.rights.intake import record
from privacy.rights.models import RequestNote, SubjectRequest, VendorTask
from privacy.rights.promises.played_requests import (
    ADDRESS,
    CHOICES,
    REASON,
    at_the_desk,
    request_of,
    taken_by_the_form,
)
from privacy.rights.statistics import SMALLEST, figures
from sens_site.lib.months import add_months


@promise("rights.eea-may-ask", look=Look.NOW)
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


@promise("rights.by-webmaster-form", look=Look.REHEARSAL)
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


@promise("rights.restriction", look=Look.REHEARSAL)
def restriction_can_be_asked_for(site: RunningSite) -> Evidence:
    """Restriction is a kind of its own, at the form and at the desk."""
    with site.rehearsal():
        made = taken_by_the_form(site, CHOICES, {"kind": "restriction", "text": REASON})
        require(made.get_kind_display().startswith("Restrict"), "it is filed as another kind")
    return Evidence("A request to restrict processing was taken as a kind of its own.")


@promise("rights.object", look=Look.REHEARSAL)
def an_objection_is_taken(site: RunningSite) -> Evidence:
    """An objection is taken without proof of identity, and staff may act on it at once."""
    with site.rehearsal():
        made = taken_by_the_form(site, CHOICES, {"kind": "objection", "text": REASON})
        require(made.may_act, "an objection has to wait for a proof of identity")
    return Evidence("An objection was taken, and staff can act on it at once.")


@promise("rights.whether-we-process", look=Look.REHEARSAL)
def the_answer_says_yes_or_no(site: RunningSite) -> Evidence:
    """The draft of an answer begins with yes or no, after a search of every table."""
    with at_the_desk(site):
        asked = request_of(Kind.ACCESS)
        OutboxMail.objects.to_address(ADDRESS).delete()
        require(draft_answer(asked).startswith("No, "), "nothing is held, and the answer is no no")
        mail.EmailMessage("A check", "Rolled back.", to=[ADDRESS]).send()
        require(
            draft_answer(asked).startswith("Yes, "), "something is held, and the answer is no yes"
        )
    return Evidence("The answer says no where nothing is held, and yes where something is.")


@promise("rights.typically-free", look=Look.REHEARSAL)
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


@promise("retention.requests", look=Look.REHEARSAL)
def words_go_after_12_months_and_the_rest_after_36(site: RunningSite) -> Evidence:
    """A purge blanks and deletes by the day of closing, whatever happened after it."""
    purge_keeps("retention.requests")
    now, a_day = timezone.now(), timedelta(days=1)
    closings = {
        "text, not yet": add_months(now, -12) + a_day,
        "text, over": add_months(now, -12) - a_day,
        "outline, not yet": add_months(now, -36) + a_day,
        "outline, over": add_months(now, -36) - a_day,
    }
    with site.rehearsal():
        pks = {name: _closed(closed) for name, closed in closings.items()}
        purge_expired()
        left = {name: SubjectRequest.objects.filter(pk=pk).first() for name, pk in pks.items()}
        words = {name: _words_of(row) for name, row in left.items() if row}
        events = {name: row.events.count() for name, row in left.items() if row}
    require(left["outline, over"] is None, "the outline of a request stays longer than 36 months")
    require(len(words) == 3, "the outline of a request goes too early")
    require(words["text, not yet"] == {REASON, ADDRESS}, "the text of a request goes too early")
    late = words["text, over"] | words["outline, not yet"]
    require(not late, "the text stays longer than 12 months")
    require(set(events.values()) == {3}, "something that happened to a request goes too early")
    return Evidence(
        "The words of a request went after 12 months, its outline after 36, and nothing earlier.",
        {"months for the text": 12, "months for the outline": 36},
    )


def _closed(closed: datetime) -> int:
    """Play a request that was closed at some moment, and to which something happened since."""
    asked = SubjectRequest.objects.create(
        kind=Kind.QUESTION,
        channel=Channel.FORM,
        name=ADDRESS,
        email=ADDRESS,
        text=REASON,
        received_at=closed,
        due_on=closed.date(),
        closed_at=closed,
    )
    record(asked, Did.RECEIVED, at=closed)
    record(asked, Did.ANSWERED, at=closed, text=REASON)
    record(asked, Did.FILE_DESTROYED, at=closed + timedelta(days=100))
    VendorTask.objects.create(
        request=asked, vendor=VENDORS[0].key, due_on=closed.date(), evidence=REASON
    )
    return asked.pk


def _words_of(asked: SubjectRequest) -> set[str]:
    """Return the words that are left of a request, wherever they stand."""
    found = {asked.name, asked.email, asked.text}
    found |= set(RequestNote.objects.filter(event__request=asked).values_list("text", flat=True))
    found |= set(asked.vendor_tasks.values_list("evidence", flat=True))
    return found - {""}


@promise("sharing.not-identifying", look=Look.REHEARSAL)
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


@promise("vendors.agreements", look=Look.NOW, strength=Strength.STATED)
def each_vendor_has_an_agreement_or_a_reason(site: RunningSite) -> Evidence:
    """Each vendor's record has the date of its agreement, or says why there is none."""
    named = [*(vendor for vendor in VENDORS if vendor.name), *vendors_on_record()]
    bare = [vendor.name for vendor in named if not vendor.has_agreement]
    require(not bare, f"{bare[:1]} has neither an agreement nor a reason")
    if not named:
        raise NotCarriedOut("The company has not filled in yet which firms work for it.")
    dated = sum(vendor.agreed_on is not None for vendor in vendors_on_record())
    return Evidence(
        "Each firm on record has the date of its agreement, or the reason why there is none.",
        {"firms": len(vendors_on_record()), "with an agreement": dated},
    )


@promise("retention.other-records", look=Look.REHEARSAL)
def the_answer_has_a_place_for_other_periods(site: RunningSite) -> Evidence:
    """Whoever asks for access is told the periods of records that this website does not hold."""
    with at_the_desk(site):
        words = draft_answer(request_of(Kind.ACCESS))
    require("outside it" in words, "the answer does not speak of records outside the website")
    require("[say the period]" in words, "the answer has no place for their periods")
    return Evidence("The answer to a request has a place for the periods of records elsewhere.")
