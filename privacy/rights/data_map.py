"""What requests hold: the outline stays for 36 months, the words for 12."""

from privacy.datamap.columns import not_personal, personal, secret
from privacy.datamap.registry import Keep, activity, classify
from privacy.datamap.subjects import ByAddress
from privacy.datamap.terms import Category, OnErase, People, Purpose, Source
from privacy.rights.private_storage import erase_export_files

ROW = not_personal("number of the row")

REQUESTS = activity(
    "requests",
    title="Privacy requests",
    purpose=Purpose.RIGHTS,
    people=(People.CUSTOMERS, People.WRITERS, People.VISITORS),
    source=Source.YOU,
)
OUTLINE = Keep("36 months after closing", "retention.requests", after="closed_at", months=36)
TEXT = "12 months after closing"
WHY_KEPT = "type, dates and outcome stay, to prove that we answered"

classify(
    "rights.SubjectRequest",
    "Your privacy requests",
    activity=REQUESTS,
    subject=ByAddress("email", "received_at"),
    keep=(
        Keep(
            TEXT,
            "retention.requests",
            after="closed_at",
            months=12,
            blank=("name", "email", "text", "fingerprint"),
        ),
        OUTLINE,
    ),
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
        "text": personal(Category.COMMUNICATIONS, blank=""),
        "fingerprint": secret(Category.COMMUNICATIONS, blank=""),
        "is_held": not_personal("a program's suspicion"),
        "due_on": personal(Category.REQUEST),
        "closed_at": personal(Category.REQUEST),
    },
)
OF_REQUEST = ByAddress("request__email", "request__received_at")
classify(
    "rights.RequestEvent",
    "What happened to your requests",
    activity=REQUESTS,
    subject=OF_REQUEST,
    keep=Keep("36 months after closing", "retention.requests"),
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
    keep=Keep(TEXT, "retention.requests", after="event__request__closed_at", months=12),
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
    keep=Keep(TEXT, "retention.requests", after="expires_at", days=30),
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
    keep=Keep(TEXT, "retention.requests"),
    erase=erase_export_files,
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
    "rights.VendorTask",
    "What vendors had to do for your requests",
    activity=REQUESTS,
    subject=OF_REQUEST,
    keep=Keep(
        TEXT,
        "retention.requests",
        after="request__closed_at",
        months=12,
        blank=("evidence",),
    ),
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
