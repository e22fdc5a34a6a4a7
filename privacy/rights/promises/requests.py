"""Promises about requests: who may ask for what, what is kept of it, and what is published."""

import re
from datetime import UTC, datetime, time, timedelta

from django.core import mail
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.datamap.erasure import erase
from privacy.datamap.promises.played_people import Played
from privacy.datamap.promises.purging import PURGE, carried_out
from privacy.datamap.promises.raw_rows import Database
from privacy.datamap.stored_mail import mail_text
from privacy.promises.form_classes import every_class_of_forms
from privacy.promises.page_reader import Element, fields_of
from privacy.promises.played_clock import NOON, at_the_hour
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights import restrictions, services
from privacy.rights.answer_drafts import draft_answer
from privacy.rights.choices import Channel, Did, Kind, Proof
from privacy.rights.intake import open_request
from privacy.rights.models import SubjectRequest, SystemCheck, VendorTask
from privacy.rights.promises.played_desk import staff_read_that_it_is_only_stored
from privacy.rights.promises.played_requests import (
    ADDRESS,
    CHOICES,
    REASON,
    at_the_desk,
    is_refused,
    mailed,
    request_of,
    taken_by_the_form,
)
from privacy.rights.promises.stored_requests import due_after
from privacy.rights.statistics import figures
from sens_site.lib.forms.base import SiteForm

KINDS = {
    "access": "See or get a copy of my information",
    "rectification": "Correct my information",
    "erasure": "Erase my information",
    "restriction": "Restrict how my information is used",
    "portability": "Hand my information over to another organization",
    "objection": "Object to how my information is used",
    "withdrawal": "Withdraw a consent",
    "complaint": "Complain about how my information is handled",
    "question": "Ask a question about privacy",
}
"""Every right of the policy, in the words under which a form offers it."""


MESSAGE = {"about", "email", "message", "name", "phone", "subject_line", "wants_contact"}
MAY_ASK = {
    "DepartmentForm": {
        *MESSAGE, "company", "model", "order_number", "photos", "serial_number", "site",
    },
    "OwnRequestForm": {"kind", "text"},
    "RequestForm": {"email", "kind", "name", "subject_line", "text"},
    "WebmasterForm": MESSAGE,
}  # fmt: skip
"""Each form by which somebody can use a right, with all that it asks: where they live is not in it."""
WHERE = re.compile(
    r"address|city|countr|eea|europe|live|living|locat|place|post_?code|postal|"
    r"provinc|region|reside|state|territor|town|where|zip|zone|\beu\b",
    re.IGNORECASE,
)
"""In a field that asks it. What else no form may ask is the matter of `information.business-card`."""


def _offers_rights(form: type[SiteForm]) -> bool:
    """Tell whether people choose by a form what they ask for, whatever the field is called."""
    choices = [getattr(one, "choices", ()) for one in form.base_fields.values()]
    return any(KINDS.keys() & {str(value) for value, _ in offered} for offered in choices)


def _no_class_asks_where_one_lives() -> int:
    """Require of each form that offers rights, met or not, that it does not ask where one lives."""
    found = {one.__name__: one for one in every_class_of_forms() if _offers_rights(one)}
    missing = sorted(MAY_ASK.keys() - found.keys())
    require(not missing, f"{missing[:1]} offers no rights")
    for name, one in found.items():
        boxes = one.base_fields.items()
        said = {field: f"{field} {box.label} {box.help_text}" for field, box in boxes}
        asking = sorted(
            field for field in said.keys() - MAY_ASK.get(name, set()) if WHERE.search(said[field])
        )
        require(not asking, f"{name} asks for {asking[:1]}")
    return len(found)


def _offered(form: Element) -> dict[str, str]:
    options = {one.get("value"): one.text for one in form.all("option")}
    return {value: text for value, text in options.items() if value}


@promise("rights.eea-may-ask", look=Look.NOW)
def everybody_is_offered_every_right(site: RunningSite) -> Evidence:
    """The form offers each kind of request to strangers and does not ask where they live."""
    page = site.get(CHOICES)
    require(page.status == 200, f"{CHOICES} answers {page.status} to a stranger")
    forms = page.page.forms(CHOICES)
    require(len(forms) == 1, f"{CHOICES} holds {len(forms)} forms")
    offered = _offered(forms[0])
    missing = sorted(KINDS.keys() - offered.keys())
    require(not missing, f"the form does not offer {missing[:1]}")
    require(offered == KINDS, "the form calls a right by other words")
    said = {box.name: f"{box.name} {box.label}" for box in fields_of(forms[0])}
    asking = sorted(one for one in said.keys() - MAY_ASK["RequestForm"] if WHERE.search(said[one]))
    require(not asking, f"the form asks for {asking[:1]}")
    kinds = _no_class_asks_where_one_lives()
    footers = [answer.path for answer in site.pages if CHOICES not in answer.page.links]
    require(not footers, f"{footers[:1]} does not lead to the form")
    return Evidence(
        "The request form offers every right to everybody, and asks nobody where they live.",
        {
            "kinds of requests": len(KINDS),
            "kinds of forms": kinds,
            "pages that lead there": len(site.pages),
        },
    )


@promise("rights.by-webmaster-form", look=Look.REHEARSAL)
def the_form_on_the_privacy_page_takes_requests(site: RunningSite) -> Evidence:
    """The form at the foot of the page opens each kind, without script, cookie or account."""
    forms = site.get("/privacy/").page.forms("/contact/webmaster/")
    require(len(forms) == 1, f"the Privacy page holds {len(forms)} such forms")
    offered = _offered(forms[0])
    require(offered == KINDS, "the form does not offer every kind of request")
    with site.rehearsal(), at_the_hour(NOON):
        for kind in KINDS:
            data = {"message": f"{REASON} {kind}", "about": kind}
            made = taken_by_the_form(site, "/contact/webmaster/", data)
            require(made.kind == kind, f"the form makes “{made.kind}” of “{kind}”")
            require(data["message"] in made.text, "what was written is not with the request")
            require(not made.is_held, "what is in order is held")
            day = timezone.localdate()
            require(made.due_on == due_after(day), f"it is due on {made.due_on}")
    return Evidence(
        "Played through for this check, the form at the foot of the Privacy page opened a request "
        "of each kind, without cookie or account.",
        {"kinds of requests": len(KINDS)},
    )


@promise("rights.restriction", look=Look.REHEARSAL)
def restriction_can_be_asked_for(site: RunningSite) -> Evidence:
    """Restriction is a kind of its own at each form, is proved, and is answered as what it is."""
    with at_the_desk(site) as staff:
        asked = {"kind": "restriction", "text": REASON}
        made = taken_by_the_form(site, CHOICES, asked)
        by_contact = {"about": "restriction", "message": f"{REASON} Again."}
        again = taken_by_the_form(site, "/contact/webmaster/", by_contact)
        for one in (made, again):
            require(one.kind == "restriction", "it is filed as another kind")
            require(one.get_kind_display().startswith("Restrict"), "it is filed as another kind")
            require(not one.may_act, "anybody can have a stranger’s information restricted")
        services.record_proof(made, by=staff, how=REASON)
        made = SubjectRequest.objects.get(pk=made.pk)
        require(made.may_act, "who has shown who asks is not heard")
        draft = draft_answer(made)
        require("only store" in draft, "the answer does not say that the rest is only stored")
        restrictions.restrict(made, by=staff)
        require("only store" in mailed(), "the person is not told that it is restricted")
        staff_read_that_it_is_only_stored(site, made)
        OutboxMail.objects.to_address(ADDRESS).update(
            sent_at=timezone.now() - timedelta(days=15), parked_at=None
        )
        held = OutboxMail.objects.to_address(ADDRESS).count()
        news = mail.EmailMessage("News", REASON, to=[ADDRESS], headers={"X-Purpose": "notice"})
        news.send()
        unasked = OutboxMail.objects.to_address(ADDRESS).count() - held
        services.answer(made, by=staff, text="From now on we only store it.")
        answers = OutboxMail.objects.to_address(ADDRESS).count() - held - unasked
        # It holds until it is lifted: that the request is answered ends nothing.
        news.send()
        carried_out(PURGE)
        left = OutboxMail.objects.to_address(ADDRESS).count() - answers
        require(
            not unasked and left <= held,
            "somebody who asked for a restriction is written to all the same",
        )
        require(left >= held, "what is only to be stored is deleted")
        require("only store it" in mailed(), "the person is not told")
    return Evidence(
        "Played through for this check, a request to restrict processing was taken by each form as "
        "a kind of its own, proved, and answered; what is held of the person was neither purged nor "
        "used for a mail, and staff who opened it read that it is only stored.",
        {"ways in": 2},
    )


@promise("rights.object", look=Look.REHEARSAL)
def an_objection_is_taken(site: RunningSite) -> Evidence:
    """An objection is taken by each form without proof of identity, and staff may act at once."""
    with at_the_desk(site) as staff:
        asked = {"kind": "objection", "text": REASON}
        made = taken_by_the_form(site, CHOICES, asked)
        by_contact = {"about": "objection", "message": f"{REASON} Again."}
        again = taken_by_the_form(site, "/contact/webmaster/", by_contact)
        for one in (made, again):
            require(one.kind == "objection", "it is filed as another kind")
            require(one.may_act, "an objection has to wait for a proof of identity")
            services.answer(one, by=staff, text=REASON)
            require(not SubjectRequest.objects.get(pk=one.pk).is_open, "it cannot be answered")
    return Evidence(
        "Played through for this check, an objection was taken by each form, and staff could act "
        "on it at once.",
        {"ways in": 2},
    )


@promise("rights.whether-we-process", look=Look.REHEARSAL)
def the_answer_says_yes_or_no(site: RunningSite) -> Evidence:
    """The draft of an answer says no where nothing is held, and yes wherever something is."""
    with at_the_desk(site):
        for number, kind in enumerate((Kind.ACCESS, Kind.PORTABILITY, Kind.ERASURE)):
            asked = request_of(kind, days_ago=number)
            require(
                draft_answer(asked).startswith("No, "), "nothing is held, and the answer is yes"
            )
        mail.EmailMessage("A check", "Rolled back.", to=[ADDRESS]).send()
        yes = draft_answer(asked).startswith("Yes, ")
        require(yes, "a mail is held, and the answer is no")
        OutboxMail.objects.to_address(ADDRESS).delete()
        message = {"name": "A check", "email": ADDRESS, "message": f"{REASON} Held?"}
        site.visitor().post("/contact/webmaster/", message)
        OutboxMail.objects.to_address(ADDRESS).delete()
        yes = draft_answer(asked).startswith("Yes, ")
        require(yes, "a message is held, and the answer is no")
        other = Played(site)
        theirs = open_request(
            kind=Kind.ACCESS, name=other.mark, email=other.email, text=REASON,
            channel=Channel.FORM, proof=Proof.STAFF,
        )  # fmt: skip
        said = draft_answer(theirs)
        require(said.startswith("Yes, "), "an account is held, and the answer is no")
        require("Account and profile" in said, "the answer does not say what is held")
        erase(other.subject, cause="promise")
        # What an erasure forgets is its own fault, and `yes` is then the true answer.
        left = other.rows(Database.as_it_stands())
        for ours in (VendorTask, SystemCheck):  # who was told, where it was looked: words of ours
            left.pop(ours._meta.db_table, None)
        again = open_request(
            kind=Kind.ACCESS, name=other.mark, email=other.email, text=f"{REASON} Again.",
            channel=Channel.FORM, proof=Proof.STAFF,
        )  # fmt: skip
        OutboxMail.objects.to_address(other.email).delete()
        no = draft_answer(again).startswith("No, ")
        require(no or left, "what is erased is said to be held")
    return Evidence(
        "Played through for this check, the answer said no where nothing was held or any more, and "
        "yes where a mail, a message or an account was.",
        {"cases": 7},
    )


@promise("rights.erasure", look=Look.REHEARSAL)
def the_desk_erases_and_reports(site: RunningSite) -> Evidence:
    """A request to erase is carried out, closed, and answered with the report."""
    with at_the_desk(site) as staff:
        person = Played(site)
        asked = open_request(
            kind=Kind.ERASURE, name=person.mark, email=person.email, text=REASON,
            channel=Channel.FORM, proof=Proof.STAFF,
        )  # fmt: skip
        early = is_refused(services.erase_for_request, asked, by=staff)
        require(early, "somebody is erased before it is known which vendors to tell")
        services.no_vendor_concerned(asked, by=staff, reason=REASON)
        services.erase_for_request(asked, by=staff)
        rows = person.rows(Database.as_it_stands())
        mails = rows.pop(OutboxMail._meta.db_table, {})
        for ours in (VendorTask, SystemCheck):  # who was told, where it was looked: words of ours
            rows.pop(ours._meta.db_table, None)
        require(not rows, f"something is left in {sorted(rows)[:1]}")
        require(len(mails) == 1, f"{len(mails)} mails are left to who was erased")
        said = mail_text(OutboxMail.objects.get(pk=next(iter(mails))).message)
        require("Account and profile" in said, "the mail does not say what was erased")
        closed = SubjectRequest.objects.get(pk=asked.pk)
        require(bool(closed.did(Did.ERASED, Did.ANSWERED)), "the request is not closed")
        require(closed.closed_at is not None, "the request is not closed")
    return Evidence(
        "Played through for this check, the desk erased who asked for it and mailed the report.",
        {"mails": 1},
    )


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
        "Played through for this check, there was no payment from the form to the answer.",
        {"forms looked at": len(forms)},
    )


@promise("sharing.not-identifying", look=Look.REHEARSAL)
def published_figures_name_nobody(site: RunningSite) -> Evidence:
    """Figures of fewer than five requests are not shown, and no figure tells of one more."""
    first = timezone.localdate().replace(day=1)
    last_month = datetime.combine(first, time(12), UTC) - timedelta(days=10)
    seen: dict[int, int | None] = {}
    with at_the_desk(site):
        SubjectRequest.objects.all().update(received_at=timezone.now())
        for number in range(1, 12):
            asked = request_of(Kind.ACCESS, days_ago=number)
            SubjectRequest.objects.filter(pk=asked.pk).update(received_at=last_month)
            shown = figures()
            cells = [shown.received, shown.answered, shown.late, *(n for _, n in shown.by_kind)]
            small = [cell for cell in cells if cell is not None and 0 < cell < 5]
            require(not small, f"a count of {small[:1]} is published")
            seen[number] = shown.received
        page = site.get("/privacy/requests/")
    tell = [number for number in range(1, 5) if seen[number] is not None]
    require(not tell, f"{tell[:1]} requests are published as {seen[1]}")
    alike = {seen[number] for number in range(5, 10)} == {5} and {seen[10], seen[11]} == {10}
    require(alike, "a figure tells of one request more")
    require(ADDRESS not in page.text, "the page of figures names somebody")
    return Evidence(
        "Played through for this check, published figures held no count smaller than five, told "
        "of no single request, and held nothing personal.",
        {"smallest count": 5},
    )


@promise("retention.other-records", look=Look.REHEARSAL)
def the_answer_has_a_place_for_other_periods(site: RunningSite) -> Evidence:
    """Whoever asks for access is told the periods of records that this website does not hold."""
    with at_the_desk(site):
        words = draft_answer(request_of(Kind.ACCESS))
    require("outside it" in words, "the answer does not speak of records outside the website")
    require("[say the period]" in words, "the answer has no place for their periods")
    return Evidence("The answer to a request has a place for the periods of records elsewhere.")
