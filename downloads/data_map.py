"""What this room holds about people: which files they fetched, and of which they want to hear."""

from privacy.datamap.columns import not_personal, personal
from privacy.datamap.periods import Period
from privacy.datamap.registry import Keep, activity, classify, not_about_people
from privacy.datamap.subjects import ByUser
from privacy.datamap.terms import Category, People, Purpose, Source

DOWNLOADS = activity(
    "downloads",
    title="Downloads while logged in",
    purpose=Purpose.REQUESTED,
    people=(People.CUSTOMERS, People.STAFF),
    source=Source.YOUR_USE,
)
WATCHES = activity(
    "document-notices",
    title="Notices of new versions of documents",
    purpose=Purpose.REQUESTED,
    people=(People.CUSTOMERS, People.STAFF),
    source=Source.YOU,
)
ROW = not_personal("number of the row")
WITH_THE_ACCOUNT = Keep("retention.account", said="while you keep it")

not_about_people(
    "downloads.Document",
    "a document of the company",
    "id", "number", "short", "title", "description", "kind", "language", "access",
    "part_numbers", "created_at",
)  # fmt: skip
not_about_people("downloads.DocumentPlace", "where a document belongs", "id", "document", "path")
not_about_people(
    "downloads.DocumentVersion",
    "a file of the company; who brought it is cut off when the account goes",
    "id", "document", "label", "issued_on", "change_note", "file_name", "size", "content_type",
    "sha256", "text", "publish_at", "withdrawn_at", "withdrawn_reason", "uploaded_by",
    "uploaded_at", "checked_at", "missing_since", "damaged_since",
)  # fmt: skip
classify(
    "downloads.DownloadRecord",
    "Downloads",
    activity=DOWNLOADS,
    subject=ByUser(),
    keep=Keep("retention.downloads", Period(months=24), after="at"),
    fields={
        "id": ROW,
        "user": personal(Category.DOWNLOADS),
        "version": personal(Category.DOWNLOADS),
        "at": personal(Category.DOWNLOADS),
    },
)
not_about_people(
    "downloads.DownloadCount", "a count by file and month", "id", "version", "month", "count"
)
classify(
    "downloads.Watch",
    "Documents of which you want to hear",
    activity=WATCHES,
    subject=ByUser(),
    keep=WITH_THE_ACCOUNT,
    fields={
        "id": ROW,
        "user": personal(Category.ACCOUNT),
        "document": personal(Category.ACCOUNT),
        "since": personal(Category.ACCOUNT),
    },
)
classify(
    "downloads.WatchNotice",
    "Of which new versions we told you",
    activity=WATCHES,
    subject=ByUser("watch__user"),
    keep=WITH_THE_ACCOUNT,
    fields={
        "id": ROW,
        "watch": personal(Category.ACCOUNT),
        "version": personal(Category.ACCOUNT),
        "at": personal(Category.ACCOUNT),
    },
)
