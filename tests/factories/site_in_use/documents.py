"""Documents of each kind and in each state, who has fetched them, and who waits for the next version."""

from datetime import timedelta
from io import BytesIO

from django.utils import timezone

from accounts.models import User
from downloads import records, services, watching
from downloads.inspection import Inspected, inspect
from downloads.models import GATED_KINDS, Document, DocumentVersion, Kind
from tests.factories.site_in_use.clock import days_ago, spread
from tests.factories.site_in_use.people import EDITOR

DOCUMENTS = 26


def offer_documents(staff: list[User], customers: list[User]) -> None:
    """Publish documents in one to three versions; customers fetch and watch them."""
    offered = [_document(number, staff[EDITOR]) for number in range(DOCUMENTS)]
    published = DocumentVersion.objects.filter(publish_at__lte=timezone.now()).order_by("pk")
    for number, person in enumerate(customers[::2]):
        with days_ago(spread(number, len(customers) // 2 + 1, first=600, last=0)):
            for document in offered[:: number + 1]:
                watching.watch(document, user=person)
            records.record_downloads(list(published[number : number + 3]), user=person)
            records.count_downloads(list(published[number : number + 5]))
    with days_ago(1):  # of which those who watch are told
        _version(offered[0], "new", staff[EDITOR], publish_in=0)


def _document(number: int, by: User) -> Document:
    kind = list(Kind)[number % len(Kind)]
    gated = kind in GATED_KINDS and number % 3 != 0
    first = spread(number, DOCUMENTS, first=680, last=70)
    with days_ago(first):
        document = services.add_document(
            number=f"doc-{number}", title=f"Doc {number} <b>&", description="About ünï", kind=kind,
            part_numbers=f"P-{number}", places=["/products/"] if number % 2 else [],
            access="registered" if gated else "everyone",
        )  # fmt: skip
    for version in range(number % 3 + 1):
        with days_ago(first - 20 * version):
            made = _version(document, str(version + 1), by, publish_in=0)
            if number % 8 == 1 and version == 0:
                services.withdraw_version(made, reason="It was wrong.")
    if number % 6 == 5:
        _version(document, "draft", by, publish_in=None)
    if number % 6 == 4:
        _version(document, "planned", by, publish_in=3)
    return document


def _version(
    document: Document, label: str, by: User, *, publish_in: int | None
) -> DocumentVersion:
    at = None if publish_in is None else timezone.now() + timedelta(days=publish_in)
    file = _file(f"{document.number}-{label}", Kind(document.kind))
    return services.add_version(
        document, file, label=label, change_note="Changed <b>", publish_at=at, by=by
    )


def _file(name: str, kind: Kind) -> Inspected:
    return inspect(BytesIO(f"{name}: words on a battery\n".encode()), name=f"{name}.txt", kind=kind)
