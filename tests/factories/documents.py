"""Documents for tests."""

import hashlib
from datetime import datetime
from io import BytesIO
from typing import Any

from django.utils import timezone

from downloads.models import Document, DocumentPlace, DocumentVersion, Kind
from downloads.store import write


def make_document(
    number: str = "guide", *, places: tuple[str, ...] = (), **fields: Any
) -> Document:
    """Make a document without versions."""
    fields = {"title": number.title(), "kind": Kind.MANUAL, **fields}
    document = Document.objects.create(number=number, **fields)
    DocumentPlace.objects.bulk_create(
        DocumentPlace(document=document, path=path) for path in places
    )
    return document


def make_version(
    document: Document,
    label: str = "1",
    *,
    content: bytes = b"%PDF-1.7",
    publish_at: datetime | str | None = "now",
    **fields: Any,
) -> DocumentVersion:
    """Make a version whose file is in the store."""
    digest = hashlib.sha256(content).hexdigest()
    fields = {
        "file_name": f"{document.number}-{label}.pdf",
        "content_type": "application/pdf",
        "size": len(content),
        "sha256": digest,
        "publish_at": timezone.now() if publish_at == "now" else publish_at,
        **fields,
    }
    version = DocumentVersion.objects.create(document=document, label=label, **fields)
    write(BytesIO(content), digest)
    return version
