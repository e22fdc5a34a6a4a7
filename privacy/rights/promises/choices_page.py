"""Promises about asking: the page for it, complaints to us, and a refusal to whom nobody knows.

What may be asked is named here as the policy names it, and not as the form does.
"""

import re
import secrets
from datetime import timedelta
from typing import Any

from django.utils import timezone

from outbox.models import OutboxMail
from privacy.datamap.promises.purging import LATE, months_from
from privacy.policy.promises.text import linked
from privacy.promises.played_clock import NOON, at_the_hour
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import Answer, RunningSite
from privacy.promises.seen_links import fields_are_seen
from privacy.rights import services
from privacy.rights.models import RequestEvent, SubjectRequest
from privacy.rights.promises.played_requests import (
    CHOICES,
    REASON,
    at_the_desk,
    is_refused,
)

MAY_BE_ASKED = {
    "access": "copy",
    "rectification": "correct",
    "erasure": "erase",
    "restriction": "restrict",
    "portability": "another organization",
    "objection": "object",
    "withdrawal": "withdraw",
    "complaint": "complain",
}
"""The rights of the policy and a complaint, each with a word of hers."""
FOLLOWED = re.compile(r"https?://[^/\s]+(/privacy/request/\S+)")
AUTHORITIES = "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en"


def asked_at(site: RunningSite, path: str, **data: str) -> tuple[str, Answer]:
    """Ask as a stranger without cookie or script; return the address, and what was answered."""
    email = f"check-{secrets.token_hex(8)}@example.com"
    visitor = site.visitor()
    answer = visitor.post(path, {"name": "A check", "email": email, **data})
    require(answer.status == 303, f"{path} answers {answer.status} to a request")
    return email, answer


def mails_to(email: str) -> list[str]:
    """Return what was mailed to an address, the newest first."""
    found: list[str] = []
    for mail in OutboxMail.objects.to_address(email).order_by("-pk"):
        payload: Any = mail.as_message().message().get_payload(decode=True)
        found.append(payload.decode())
    return found


def request_from(email: str) -> SubjectRequest:
    """Return the one request of an address."""
    found = list(SubjectRequest.objects.filter(email=email))
    require(len(found) == 1, f"the form made {len(found)} requests instead of one")
    return found[0]


@promise("choices.page", look=Look.REHEARSAL)
def anybody_asks_and_follows_on_the_page(site: RunningSite) -> Evidence:
    """Each right is offered to a stranger, taken, and can be followed to its end by its address."""
    words = linked(site, CHOICES, "the page on which people choose")
    opened = site.get(CHOICES)
    fields_are_seen(site, opened, opened.page, "kind", "name", "email", "text")
    heading = opened.page.first("h1")
    require(
        heading is not None and heading.text == words, "the page has another name than the link"
    )
    with at_the_desk(site) as staff:
        for kind, word in MAY_BE_ASKED.items():
            email, _ = asked_at(site, CHOICES, kind=kind, text=f"{REASON} {kind}")
            request = request_from(email)
            require(request.kind == kind, f"asked for {kind}, the page filed {request.kind}")
            found = FOLLOWED.search(mails_to(email)[0]) if mails_to(email) else None
            require(found, f"who asks for {kind} gets no address at which to follow it")
            assert found is not None  # noqa: S101 - for the type checker
            followed = site.get(found[1])
            require(followed.status == 200, f"the address of a request answers {followed.status}")
            require(word in followed.page.text.lower(), f"its page does not say that it is {kind}")
            services.refuse(request, by=staff, ground="unfounded", reason=REASON)  # type: ignore[arg-type]  # as posted
            closed = site.get(found[1]).page.text
            require("Refused" in closed, f"its page does not show how a request for {kind} ended")
            wrong = found[1].rstrip("/")[:-1] + "x/"
            require(site.get(wrong).status == 404, "a request is shown to who guesses its address")
    return Evidence(
        "Played through for this check: a stranger asked for each right on the page, got a private "
        "page by email, and saw there how the request ended.",
        {"rights asked for": len(MAY_BE_ASKED)},
    )


@promise("rights.complaint-to-us", look=Look.REHEARSAL)
def a_complaint_is_answered_like_a_request(site: RunningSite) -> Evidence:
    """Both forms take a complaint; its clock runs, nobody has to prove anything, it is answered."""
    ways = (
        (CHOICES, {"kind": "complaint", "text": REASON}),
        ("/contact/webmaster/", {"about": "complaint", "message": REASON}),
    )
    with at_the_desk(site) as staff, at_the_hour(NOON):
        for path, data in ways:
            email, _ = asked_at(site, path, **data)
            complaint = request_from(email)
            require(complaint.kind == "complaint", f"{path} files a complaint as {complaint.kind}")
            day = timezone.localtime(complaint.received_at).date()
            due = min(day + timedelta(days=30), months_from(day, 1))
            require(complaint.due_on == due, f"a complaint of {day} is due on {complaint.due_on}")
            text = f"What we found. {REASON}"
            require(
                not is_refused(services.answer, complaint, by=staff, text=text),
                "a complaint cannot be answered before a proof of identity",
            )
            require(text in mails_to(email)[0], "who complains does not get the answer")
            require(not request_from(email).is_open, "an answered complaint stays open")
    return Evidence(
        "Played through for this check: a complaint was sent by each of the two forms, had the "
        "deadline of a request, and was answered without a proof of identity.",
        {"forms": len(ways)},
    )


@promise("rights.complaint-to-us", look=Look.ROWS)
def no_complaint_waits_too_long(site: RunningSite) -> Evidence:
    """No stored complaint has been open for more than three months."""
    limit = months_from(timezone.now(), -3) - LATE
    waiting = SubjectRequest.objects.filter(kind="complaint", closed_at=None)
    late = waiting.filter(received_at__lt=limit).count()
    require(not late, f"{late} complaints have been open for more than three months")
    return Evidence(
        "No complaint has been open for more than three months.",
        {"complaints that wait": waiting.count(), "open for more than three months": late},
    )


@promise("rights.refusal-if-not-shown", look=Look.REHEARSAL)
def whom_nobody_knows_may_be_refused_and_nobody_else(site: RunningSite) -> Evidence:
    """The ground holds for who has shown nothing; it needs a reason, and is none for a fee."""
    ground: Any = "not-shown"
    with at_the_desk(site) as staff:
        email, _ = asked_at(site, CHOICES, kind="access", text=REASON)
        request = request_from(email)
        bare = is_refused(services.refuse, request, by=staff, ground=ground, reason=" ")
        require(bare, "a refusal needs no reason")
        fee = is_refused(
            services.quote_fee, request, by=staff, ground=ground, reason=REASON, amount="20 USD"
        )
        require(fee, "a fee is named because it was not shown who is asking")
        services.refuse(request, by=staff, ground=ground, reason=REASON)
        mailed = mails_to(email)[0]
        require(REASON in mailed, "the notice does not give the reason")
        require(AUTHORITIES in mailed, "the notice does not say where to complain")
        require("not shown who is asking" in mailed, "the notice does not name the ground")
        known, _ = asked_at(site, CHOICES, kind="erasure", text=REASON)
        services.record_proof(request_from(known), by=staff, how=REASON)
        shown = is_refused(
            services.refuse, request_from(known), by=staff, ground=ground, reason=REASON
        )
        require(shown, "who has shown who they are is refused because they have not")
    return Evidence(
        "Played through for this check: a request was refused because it was not shown who asked, "
        "with a reason and the authorities; one whose sender was known could not be, and no fee "
        "could be named for it.",
    )


@promise("rights.refusal-if-not-shown", look=Look.ROWS)
def nobody_who_was_known_was_refused_as_unknown(site: RunningSite) -> Evidence:
    """No stored refusal has this ground after it was shown who asked, and no fee has it at all."""
    grounds = RequestEvent.objects.filter(ground="not-shown")
    refused = grounds.filter(did="refused")
    proved = RequestEvent.objects.filter(did="identity-proved")
    known = refused.filter(request__in=proved.values("request")).count()
    require(not known, f"{known} people were refused as unknown after they had shown who they are")
    fees = grounds.filter(did="fee-quoted").count()
    require(not fees, f"{fees} fees were named because it was not shown who asked")
    return Evidence(
        "Nobody who had shown who they are was refused as unknown.",
        {"refusals on this ground": refused.count(), "of them to known people": known},
    )
