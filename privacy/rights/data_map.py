"""What requests hold: the outline stays, the words go earlier."""

from typing import Any

from django.db.models import QuerySet

from privacy.datamap.columns import not_personal, personal, secret
from privacy.datamap.periods import Period
from privacy.datamap.registry import Keep, activity, classify, not_about_people
from privacy.datamap.subjects import ByAddress
from privacy.datamap.terms import Category, OnErase, People, Purpose, Source
from privacy.rights.choices import CLOSING
from privacy.rights.export_files import destroy_copies
from privacy.rights.models import RequestEvent, SubjectRequest
from privacy.rights.private_storage import erase_export_files, erase_scans
from privacy.rights.scans import destroy_scans

ROW = not_personal("number of the row")

REQUESTS = activity(
    "requests",
    title="Privacy requests",
    purpose=Purpose.RIGHTS,
    people=(People.CUSTOMERS, People.WRITERS, People.VISITORS),
    source=Source.YOU,
)
TEXT, OUTLINE = Period(months=12), Period(months=36)
CLOSING_WORD = "closing"
WHY_KEPT = "type, dates and outcome stay, to prove that we answered"


def after_closing(period: Period, request: str = "", **how: Any) -> Keep:
    """Count from the closing event itself: the date that the guard of the events reads, too."""
    return Keep(
        "retention.requests",
        period,
        since=CLOSING_WORD,
        after=f"{request}events__at",
        where={f"{request}events__did__in": CLOSING},
        **how,
    )


def delete_with_events(requests: QuerySet[SubjectRequest]) -> None:
    """Delete requests, and of their events the closing ones last: the guard asks them."""
    RequestEvent.objects.filter(request__in=requests).exclude(did__in=CLOSING).delete()
    requests.delete()


classify(
    "rights.SubjectRequest",
    "Your privacy requests",
    activity=REQUESTS,
    subject=ByAddress("email", "received_at"),
    keep=(
        after_closing(
            TEXT, blank=("name", "email", "postal_address", "wants_contact", "text", "fingerprint")
        ),
        after_closing(OUTLINE),
    ),
    purge=delete_with_events,
    on_erase=OnErase.BLANK,
    ground=WHY_KEPT,
    fields={
        "id": ROW,
        "reference": personal(Category.REQUEST),
        "kind": personal(Category.REQUEST),
        "channel": personal(Category.REQUEST),
        "received_at": personal(Category.REQUEST),
        "name": personal(Category.CONTACT, blank=""),
        "email": personal(Category.CONTACT, blank=""),
        "wants_contact": personal(Category.COMMUNICATIONS, blank=False),
        "postal_address": personal(Category.CONTACT, blank=""),
        "text": personal(Category.COMMUNICATIONS, blank=""),
        "fingerprint": secret(Category.COMMUNICATIONS, blank=""),
        "is_held": not_personal("a program's suspicion"),
        "due_on": personal(Category.REQUEST),
        "closed_at": personal(Category.REQUEST),
        "restricted_at": personal(Category.REQUEST, blank=None),
        "handler": not_personal("keyed pseudonym of staff"),
        "answering": not_personal("keyed pseudonym of staff"),
        "answering_since": not_personal("since when staff write"),
        "remind_on": not_personal("when staff look again"),
    },
)
OF_REQUEST = ByAddress("request__email", "request__received_at")
classify(
    "rights.RequestEvent",
    "What happened to your requests",
    activity=REQUESTS,
    subject=OF_REQUEST,
    keep=Keep("retention.requests", OUTLINE, since=CLOSING_WORD),
    on_erase=OnErase.KEEP,
    ground="to prove that we answered",
    fields={
        "id": ROW,
        "request": personal(Category.REQUEST),
        "did": personal(Category.REQUEST),
        "at": personal(Category.REQUEST),
        "actor": not_personal("keyed pseudonym of staff"),
        "proof": personal(Category.REQUEST),
        "ground": personal(Category.REQUEST),
        "fact": not_personal("a stage, a date or a vendor"),
    },
)
classify(
    "rights.RequestNote",
    "What we wrote about your requests",
    activity=REQUESTS,
    subject=ByAddress("event__request__email", "event__at"),
    keep=after_closing(TEXT, "event__request__"),
    fields={
        "id": ROW,
        "event": personal(Category.REQUEST),
        "text": personal(Category.COMMUNICATIONS),
    },
)
classify(
    "rights.MailedLink",
    "Links that we mailed to you",
    activity=REQUESTS,
    subject=OF_REQUEST,
    keep=after_closing(TEXT, "request__"),
    fields={
        "id": ROW,
        "request": personal(Category.REQUEST),
        "purpose": personal(Category.REQUEST),
        "token_hash": secret(Category.CREDENTIALS),
        "created_at": personal(Category.REQUEST),
        "expires_at": personal(Category.REQUEST),
        "used_at": personal(Category.REQUEST),
    },
)
classify(
    "rights.ExportFile",
    "Copies that wait for you",
    activity=REQUESTS,
    subject=OF_REQUEST,
    # Long before that, when its own time is over.
    keep=Keep("retention.requests", TEXT, since=CLOSING_WORD, until="expires_at"),
    erase=erase_export_files,
    purge=destroy_copies,
    fields={
        "id": ROW,
        "request": personal(Category.REQUEST),
        "file_name": not_personal("random name of the file"),
        "made_at": personal(Category.REQUEST),
        "expires_at": personal(Category.REQUEST),
        "fetches": personal(Category.REQUEST),
    },
)
classify(
    "rights.RequestScan",
    "Scans of letters that you sent",
    activity=REQUESTS,
    subject=OF_REQUEST,
    keep=after_closing(TEXT, "request__"),
    erase=erase_scans,
    purge=destroy_scans,
    fields={
        "id": ROW,
        "request": personal(Category.REQUEST),
        "file_name": not_personal("random name of the file"),
        "content_type": not_personal("kind of the file"),
        "size": not_personal("size of the file"),
        "sha256": secret(Category.COMMUNICATIONS),
        "stored_at": personal(Category.REQUEST),
    },
)
classify(
    "rights.InternalNote",
    "Notes on your requests",
    activity=REQUESTS,
    subject=OF_REQUEST,
    keep=after_closing(TEXT, "request__"),
    fields={
        "id": ROW,
        "request": personal(Category.REQUEST),
        "at": personal(Category.REQUEST),
        "author": not_personal("keyed pseudonym of staff"),
        "text": personal(Category.COMMUNICATIONS),
    },
)
classify(
    "rights.SystemCheck",
    "Looked up in other systems",
    activity=REQUESTS,
    subject=OF_REQUEST,
    keep=after_closing(TEXT, "request__", blank=("evidence",)),
    on_erase=OnErase.BLANK,
    ground=WHY_KEPT,
    fields={
        "id": ROW,
        "request": personal(Category.REQUEST),
        "system": personal(Category.REQUEST),
        "at": personal(Category.REQUEST),
        "evidence": personal(Category.COMMUNICATIONS, blank=""),
    },
)
not_about_people(
    "rights.OutsideSystem", "a list of systems of the company",
    "id", "name", "what_to_do", "is_used",
)  # fmt: skip
classify(
    "rights.VendorTask",
    "What vendors had to do for your requests",
    activity=REQUESTS,
    subject=OF_REQUEST,
    keep=after_closing(TEXT, "request__", blank=("evidence",)),
    on_erase=OnErase.BLANK,
    ground=WHY_KEPT,
    fields={
        "id": ROW,
        "request": personal(Category.REQUEST),
        "vendor": personal(Category.REQUEST),
        "due_on": personal(Category.REQUEST),
        "done_at": personal(Category.REQUEST),
        "evidence": personal(Category.COMMUNICATIONS, blank=""),
    },
)
not_about_people(
    "rights.RequestSeal",
    "digests that prove that no event of a request was altered",
    "number", "sealed_on", "salt", "content", "previous_hash", "hash",
)  # fmt: skip
