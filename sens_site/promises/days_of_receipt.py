"""The promise about 30 days, played through: a request is as old as the day on which it came.

Forms are sent early and late in the day. Letters, calls and emails are entered at the desk on the
day on which they came, and long after it: their time has run since.
"""

import secrets
from datetime import date, time, timedelta
from itertools import cycle

from django.apps import apps
from django.contrib.auth import get_user_model
from django.utils import timezone

from privacy.promises.page_reader import hidden_in
from privacy.promises.played_clock import at_the_hour
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite, Visitor
from privacy.rights.choices import Channel, Kind
from privacy.rights.intake import enter_request
from privacy.rights.models import SubjectRequest
from privacy.rights.promises.every_step import no_step_moves_the_day
from privacy.rights.promises.stored_requests import due_after
from sens_site.promises.access import played_member
from sens_site.promises.every_form import password_just_typed

HOURS = (time(0, 10), time(23, 50))
A_MONTH = timedelta(days=30)
FORMS = (("/privacy/choices/", "kind", "text"), ("/contact/webmaster/", "about", "message"))
"""Each form that takes a request, with its box for what is asked, and that for the words."""
DAYS_AGO = (0, 8, 31, 300)
"""How long before it is entered a letter may have come; the desk takes those of twelve months."""
BY_HAND = ("letter", "phone", "email", "person")
KINDS = (
    "access", "rectification", "erasure", "restriction", "portability", "objection", "withdrawal",
    "complaint", "question",
)  # fmt: skip
OFFICER, ENTER = "Privacy officer", "/admin/rights/subjectrequest/add/"
REASON = "A check of the promises, rolled back."


@promise("rights.answer-within-30-days", look=Look.REHEARSAL)
def the_time_runs_from_the_day_of_receipt(site: RunningSite) -> Evidence:
    """By each way in, early and late in the day, and for what staff enter long after it came."""
    kinds, forms = cycle(KINDS), cycle(FORMS)
    with site.rehearsal():
        for hour in HOURS:
            with at_the_hour(hour):
                today = timezone.localdate()
                # Each kind by each form, the half of them at each hour.
                for which in KINDS:
                    path, kind, words = next(forms)
                    came = f"about {which} that is sent to {path} at {hour}"
                    data = {kind: which, words: REASON}
                    _must_be_due(_sent(site.visitor(), path, data), today, came)
                _must_be_due(_scanned(today - A_MONTH), today - A_MONTH, "of which there is a scan")
        with at_the_hour(HOURS[-1]):
            today = timezone.localdate()
            _must_be_due(_asks_in_the_account(site, next(kinds)), today, "of a customer")
        desk = played_member(site, [OFFICER])
        entry_forms = [one for one in desk.get(ENTER).page.all("form") if one.first("textarea")]
        require(entry_forms, "nobody at the desk can enter a request")
        token = hidden_in(entry_forms[-1])
        for entry in zip(kinds, cycle(BY_HAND), DAYS_AGO, strict=False):
            kind, way, days = entry
            day = timezone.localdate() - timedelta(days=days)
            _must_be_due(
                _entered(desk, {**token, "kind": kind, "channel": way}, day), day, f"come by {way}"
            )
        steps = no_step_moves_the_day()
    return Evidence(
        "Played through for this check: requests sent by each form early and late in the day, and "
        "entered at the desk up to 300 days after they came, had their day counted from receipt; no "
        "step at the desk moved it, or ended a request without an answer.",
        {"hours": len(HOURS), "entered at the desk": len(DAYS_AGO), "steps taken": steps},
    )


def _word() -> str:
    return f"check{secrets.token_hex(6)}"


def _must_be_due(name: str, day: date, which: str) -> None:
    """Require that a request came on a day, and is due when the policy says."""
    by_mail = SubjectRequest.objects.filter(email=f"{name}@example.com")
    found = by_mail | SubjectRequest.objects.filter(name=name)
    require(len(found) == 1, f"a request {which} is stored {len(found)} times")
    asked = found[0]
    came = timezone.localtime(asked.received_at).date()
    require(came == day, f"a request {which} counts from {(came - day).days} days later")
    due = due_after(day)
    require(
        asked.due_on == asked.deadline.due_on == asked.deadline.in_force == due,
        f"a request {which} is due {(asked.due_on - due).days} days late",
    )
    left = (due - timezone.localdate()).days
    require(asked.days_left == left, f"staff see another time left for a request {which}")


def _asks_in_the_account(site: RunningSite, kind: str) -> str:
    """Ask as a customer who has just typed the password; return the name in the request."""
    word, visitor = _word(), site.visitor()
    user = get_user_model().objects.create_user(
        username=word, email=f"{word}@example.com", password=secrets.token_hex()
    )
    apps.get_model("account", "EmailAddress").objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    visitor.sign_in(user, **password_just_typed(user))
    answer = visitor.post("/accounts/data/ask/", {"kind": kind, "text": REASON})
    require(answer.status == 303, f"a request of a customer is answered with {answer.status}")
    return word


def _sent(visitor: Visitor, path: str, data: dict[str, str]) -> str:
    """Send a form as a stranger; return the name in the request."""
    word = _word()
    answer = visitor.post(path, {"name": word, "email": f"{word}@example.com", **data})
    require(answer.status == 303, f"{path} answers {answer.status} to a request")
    return word


def _scanned(day: date) -> str:
    """Store a letter that came on a day, with its scan; return the name in the request."""
    word = _word()
    enter_request(
        kind=Kind.ACCESS, channel=Channel.LETTER, received_on=day, name=word, email="",
        postal_address="A street", text=REASON, actor="", scan=b"%PDF-1.7",
    )  # fmt: skip
    return word


def _entered(desk: Visitor, asked: dict[str, str], day: date) -> str:
    """Enter a request at the desk, with an address for mail or for letters; return the name."""
    word = _word()
    address = {"email": f"{word}@example.com"} if day.day % 2 else {"postal_address": "A street"}
    came = {**asked, "received_on": day.isoformat(), "name": word, "text": REASON}
    answer = desk.post(ENTER, {**came, **address})
    require(answer.status == 303, f"the desk answers {answer.status} to a request that came")
    return word
