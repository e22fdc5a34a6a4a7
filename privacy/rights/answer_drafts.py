"""Drafts of answers, filled from what the map finds, for staff to read, change and send."""

import re

from privacy.datamap.erasure import plan_erasure
from privacy.datamap.registry import entries
from privacy.datamap.rows import rows_of
from privacy.rights.choices import Did, Kind
from privacy.rights.mails import OF_REQUESTS
from privacy.rights.models import SubjectRequest

NOT_HERE = (
    "This covers what this website holds. For records outside it, such as orders and payments, "
    "the period is: [say the period]."
)

OF_THE_REQUEST = frozenset(
    f"rights.{name}"
    for name in (
        "ExportFile", "InternalNote", "MailedLink", "RequestEvent", "RequestNote", "RequestScan",
        "SubjectRequest", "SystemCheck", "VendorTask",
    )
)  # fmt: skip
"""Where requests are kept: to have asked is not to be held. Nor is to have been answered."""
MAIL = "outbox.OutboxMail"

NOT_KNOWN = "[Say whether we hold anything about you, and what.]"
DONE = {
    Kind.RECTIFICATION: (Did.CORRECTED, "We have corrected what we hold about you"),
    Kind.OBJECTION: (Did.STOPPED, "We have switched off what you object to"),
    Kind.WITHDRAWAL: (Did.STOPPED, "Your consent is withdrawn. We have switched off"),
}
"""What a step at the desk has done already, and how the answer says so."""
OPENINGS = {
    Kind.RECTIFICATION: "We have corrected what you told us: [say what].",
    Kind.RESTRICTION: "From now on we only store the following and do not otherwise use it: [say what].",
    Kind.OBJECTION: "We have stopped the use that you object to: [say what].",
    Kind.WITHDRAWAL: "Your consent is withdrawn. From now on we no longer: [say what].",
    Kind.COMPLAINT: "[Say what you found, and what you have done about it.]",
    Kind.QUESTION: "[Answer the question.]",
}

GAP = re.compile(r"\[[^\[\]]+\]")


def gap_in(text: str) -> str:
    """Return the first part in brackets: what a draft leaves to be said, as long as it is unsaid."""
    found = GAP.search(text)
    return found[0] if found else ""


def draft_answer(request: SubjectRequest) -> str:
    """Return the draft of an answer. It says yes or no to whether anything is held."""
    if not request.may_act:
        return ""
    if request.kind not in (Kind.ACCESS, Kind.PORTABILITY, Kind.ERASURE):
        return _what_was_done(request) or OPENINGS[Kind(request.kind)]
    if not request.email:
        return f"{NOT_KNOWN}\n\n{NOT_HERE}"
    counts = plan_erasure(request.subject).counts
    if MAIL in counts:
        mails = rows_of(entries()[MAIL], request.subject)
        counts[MAIL] -= mails.filter(purpose__in=OF_REQUESTS).count()
    mapped = entries().keys() - OF_THE_REQUEST
    held = [label for label, count in counts.items() if count and label in mapped]
    if not held:
        return f"No, we hold nothing about you besides this request.\n\n{NOT_HERE}"
    lines = "\n".join(f"- {entries()[label].title}: {counts[label]}" for label in held)
    sent = (
        "You have the copy by the link that we mailed to you. For each item it says the purposes, "
        "where it came from, who may have received it and how long it is kept."
    )
    return f"Yes, we hold information about you:\n{lines}\n\n{sent}\n\n{NOT_HERE}"


def _what_was_done(request: SubjectRequest) -> str:
    if request.restricted_at is not None:
        return "From now on we only store what we hold about you, and do not otherwise use it."
    did, opening = DONE.get(Kind(request.kind), (None, ""))
    if did is None:
        return ""
    notes = [event.note.text for event in request.did(did) if hasattr(event, "note")]
    return f"{opening}:\n" + "\n".join(notes) if notes else ""
