"""Promises about requests: who may ask for what, what is kept of it, and what is published."""

import secrets
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.core import mail
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from outbox.models import OutboxMail
from privacy.datamap.erasure import erase
from privacy.datamap.promises.played_people import Played
from privacy.datamap.promises.purging import (
    LATE,
    PURGE,
    done_by_the_job,
    months_from,
    nothing_is_over,
    purge_keeps,
    ran_lately,
    runs_daily,
)
from privacy.datamap.promises.raw_rows import Database
from privacy.datamap.vendors import VENDORS
from privacy.promises.page_reader import Element
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights import services
from privacy.rights.answer_drafts import draft_answer
from privacy.rights.choices import Channel, Did, Ground, Kind, Proof
from privacy.rights.intake import open_request, record
from privacy.rights.models import (
    ExportFile,
    MailedLink,
    RequestEvent,
    RequestNote,
    SubjectRequest,
    VendorTask,
)
from privacy.rights.private_storage import files
from privacy.rights.promises.played_requests import (
    ADDRESS,
    CHOICES,
    REASON,
    at_the_desk,
    mailed,
    request_of,
    taken_by_the_form,
)
from privacy.rights.promises.stored_requests import due_after
from privacy.rights.statistics import figures

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
    boxes = {box.get("name") for box in forms[0].all("input", "select", "textarea")}
    beside = sorted(boxes - {"kind", "name", "email", "text", "subject_line"})
    require(not beside, f"the form asks for {beside[:1]}")
    footers = [answer.path for answer in site.pages if CHOICES not in answer.page.links]
    require(not footers, f"{footers[:1]} does not lead to the form")
    return Evidence(
        "The request form offers every right to everybody, and asks nobody where they live.",
        {"kinds of requests": len(KINDS), "pages that lead there": len(site.pages)},
    )


@promise("rights.by-webmaster-form", look=Look.REHEARSAL)
def the_form_on_the_privacy_page_takes_requests(site: RunningSite) -> Evidence:
    """The form at the foot of the page opens each kind, without script, cookie or account."""
    forms = site.get("/privacy/").page.forms("/contact/webmaster/")
    require(len(forms) == 1, f"the Privacy page holds {len(forms)} such forms")
    offered = _offered(forms[0])
    require(offered == KINDS, "the form does not offer every kind of request")
    with site.rehearsal():
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
        services.answer(made, by=staff, text="From now on we only store it.")
        require("only store it" in mailed(), "the person is not told")
    return Evidence(
        "Played through for this check, a request to restrict processing was taken by each form as "
        "a kind of its own, proved, and answered.",
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
        again = open_request(
            kind=Kind.ACCESS, name=other.mark, email=other.email, text=f"{REASON} Again.",
            channel=Channel.FORM, proof=Proof.STAFF,
        )  # fmt: skip
        OutboxMail.objects.to_address(other.email).delete()
        require(draft_answer(again).startswith("No, "), "what is erased is said to be held")
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
        services.erase_for_request(asked, by=staff)
        rows = person.rows(Database.as_it_stands())
        mails = rows.pop(OutboxMail._meta.db_table, {})
        rows.pop(VendorTask._meta.db_table, None)  # which vendor was told is a word of ours
        require(not rows, f"something is left in {sorted(rows)[:1]}")
        require(len(mails) == 1, f"{len(mails)} mails are left to who was erased")
        last: Any = OutboxMail.objects.get(pk=next(iter(mails)))
        said = last.as_message().message().get_payload(decode=True).decode()
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


CLOSED_BY = ("answered", "refused", "withdrawn", "spam")
"""How a request can come to its end."""


@promise("retention.requests", look=Look.REHEARSAL)
def words_go_after_12_months_and_the_rest_after_36(site: RunningSite) -> Evidence:
    """A purge blanks and deletes by the day of closing, whatever happened after it."""
    purge_keeps("retention.requests")
    now, a_day = timezone.now(), timedelta(days=1)
    closings = {
        "text, not yet": months_from(now, -12) + a_day,
        "text, over": months_from(now, -12) - a_day,
        "outline, not yet": months_from(now, -36) + a_day,
        "outline, over": months_from(now, -36) - a_day,
    }
    runs_daily("remove stray copies")
    with site.rehearsal():
        played = {
            _closed(moment, kind, CLOSED_BY[number % 4], list(Channel)[number % 4]): (name, kind)
            for name, moment in closings.items()
            for number, kind in enumerate(Kind)
        }
        done_by_the_job(PURGE)
        copies = ExportFile.objects.filter(request__in=played).count()
        rows = SubjectRequest.objects.filter(pk__in=played)
        left = {played[row.pk]: (_words_of(row), row.events.count()) for row in rows}
    require(not copies, f"{copies} copies of requests that are closed stay")
    for name in closings:
        kinds = {kind: found for (of, kind), found in left.items() if of == name}
        words = [kind.label for kind, (text, _) in kinds.items() if text]
        whole = [kind for kind, (text, _) in kinds.items() if text == ALL_OF_IT]
        events = {count for _, count in kinds.values()}
        if name == "outline, over":
            require(not kinds, "the outline of a request stays longer than 36 months")
            continue
        require(len(kinds) == len(Kind), "the outline of a request goes too early")
        require(events == {5}, "something that happened to a request goes too early")
        if name == "text, not yet":
            require(len(whole) == len(Kind), "the text of a request goes too early")
        else:
            require(not words, f"the text stays longer than 12 months ({', '.join(words)})")
    return Evidence(
        "Played through for this check with a request of each kind: the words went after 12 "
        "months, the outline after 36, and nothing earlier.",
        {"months for the text": 12, "months for the outline": 36, "requests": len(played)},
    )


LINK, WISH, FINGERPRINT = "a mailed link", "a wish to be contacted", "a fingerprint"
ALL_OF_IT = {REASON, ADDRESS, LINK, WISH, FINGERPRINT}


def _closed(closed: datetime, kind: Kind, how: str, channel: Channel) -> int:
    """Play a request that came long before it was closed, and to which something happened since."""
    received = closed - timedelta(days=25)
    asked = SubjectRequest.objects.create(
        kind=kind,
        channel=channel,
        name=ADDRESS,
        email=ADDRESS,
        text=REASON,
        wants_contact=True,
        fingerprint=secrets.token_hex(32),
        received_at=received,
        due_on=closed.date(),
        closed_at=closed,
    )
    record(asked, Did.RECEIVED, at=received)
    record(asked, Did.EXTENDED, at=received, text=REASON)
    ground = Ground.EXCESSIVE if how == "refused" else ""
    record(asked, Did(how), at=closed, text=REASON, ground=ground)
    record(asked, Did.FILE_DESTROYED, at=closed + timedelta(days=100))
    MailedLink.objects.create(
        request=asked,
        purpose=MailedLink.Purpose.IDENTITY,
        token_hash=secrets.token_hex(32),
        created_at=received,
        expires_at=closed,
    )
    ExportFile.objects.create(
        request=asked, file_name=secrets.token_hex(16), made_at=received, expires_at=closed
    )
    VendorTask.objects.create(
        request=asked, vendor=VENDORS[0].key, due_on=closed.date(), evidence=REASON
    )
    return asked.pk


def _words_of(asked: SubjectRequest) -> set[str]:
    """Return what is left of a request beside its outline, wherever it stands."""
    found = {asked.name, asked.email, asked.text}
    found |= ({WISH} if asked.wants_contact else set()) | (
        {FINGERPRINT} if asked.fingerprint else set()
    )
    found |= set(RequestNote.objects.filter(event__request=asked).values_list("text", flat=True))
    found |= set(asked.vendor_tasks.values_list("evidence", flat=True))
    found |= {LINK for _ in asked.links.all()}
    return found - {""}


@promise("retention.requests", look=Look.ROWS)
def no_stored_request_is_over(site: RunningSite) -> Evidence:
    """No words are left 12 months after closing, no outline after 36, and no copy that nobody fetches."""
    now = timezone.now()
    a_year_ago, three_years_ago = months_from(now, -12), months_from(now, -36)
    closing = RequestEvent._base_manager.filter(request=OuterRef("pk"), did__in=CLOSED_BY)
    closed = SubjectRequest._base_manager.annotate(
        ended_at=Coalesce(Subquery(closing.order_by("at").values("at")[:1]), "closed_at")
    ).exclude(ended_at=None)
    outlines = nothing_is_over(
        "requests closed more than 36 months ago", closed, "ended_at", before=three_years_ago
    )
    over = closed.filter(ended_at__lt=a_year_ago - LATE).values("pk")
    words = {
        "requests": SubjectRequest._base_manager.filter(pk__in=over).exclude(
            name="", email="", text="", fingerprint="", wants_contact=False
        ),
        "notes": RequestNote._base_manager.filter(event__request__in=over),
        "mailed links": MailedLink._base_manager.filter(request__in=over),
        "notes about vendors": VendorTask._base_manager.filter(request__in=over).exclude(
            evidence=""
        ),
        "copies": ExportFile._base_manager.filter(request__in=over),
    }
    for what, rows in words.items():
        late = rows.count()
        require(not late, f"{late} {what} still have their words 12 months after closing")
    copies = ExportFile._base_manager.all()
    waiting = nothing_is_over("copies to fetch, older than a month", copies, "made_at",
                              before=now - timedelta(days=30))  # fmt: skip
    known = set(copies.values_list("file_name", flat=True))
    old = (now - LATE).timestamp()
    strays = [f for f in files() if f.name not in known and f.stat().st_mtime < old]
    require(not strays, f"{len(strays)} files of copies belong to no request")
    return Evidence(
        "No stored request was closed more than 36 months ago, and none that was closed more than "
        "12 months ago still has its words.",
        {
            **outlines,
            "requests with words 12 months after closing": 0,
            "copies that wait": copies.count(),
            **{name: figure for name, figure in waiting.items() if name != "the oldest"},
            **ran_lately(PURGE),
        },
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
