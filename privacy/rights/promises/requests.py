"""Promises about requests: who may ask for what, what is kept of it, and what is published."""

import secrets
from datetime import UTC, datetime, time, timedelta

from django.core import mail
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from outbox.models import OutboxMail
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
from privacy.datamap.vendors import VENDORS
from privacy.promises.page_reader import fields_of
from privacy.promises.registry import Evidence, Look, Strength, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights import services
from privacy.rights.answer_drafts import draft_answer
from privacy.rights.choices import Channel, Did, Ground, Kind
from privacy.rights.intake import record
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
    request_of,
    taken_by_the_form,
)
from privacy.rights.statistics import SMALLEST, figures


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
    require(VENDORS, "no vendor is on record")
    bare = [v.title for v in VENDORS if v.agreed_on is None and not v.exception.strip()]
    require(not bare, f"{bare[:1]} has neither an agreement nor a reason")
    dated = sum(vendor.agreed_on is not None for vendor in VENDORS)
    return Evidence(
        "Each vendor on record has the date of its agreement, or the reason why there is none.",
        {"vendors": len(VENDORS), "with an agreement": dated},
    )


@promise("retention.other-records", look=Look.REHEARSAL)
def the_answer_has_a_place_for_other_periods(site: RunningSite) -> Evidence:
    """Whoever asks for access is told the periods of records that this website does not hold."""
    with at_the_desk(site):
        words = draft_answer(request_of(Kind.ACCESS))
    require("outside it" in words, "the answer does not speak of records outside the website")
    require("[say the period]" in words, "the answer has no place for their periods")
    return Evidence("The answer to a request has a place for the periods of records elsewhere.")
