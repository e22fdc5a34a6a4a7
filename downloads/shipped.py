"""Documents that come with the company's content, described by `documents/documents.toml`.

Some of their files are set from texts beside them, or from a policy; the files are what is shipped,
so that a site needs no typesetter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from downloads import services, store
from downloads.inspection import inspect
from downloads.models import Document, DocumentVersion, Language
from downloads.typesetting import pdf_of
from privacy.policy.rendering import strip_source_marks
from sens_site.lib.content import ContentError, read_content, read_toml

FILE = "documents/documents.toml"
ABOUT = ("number", "title", "description", "kind", "language", "access", "part_numbers")


@dataclass(frozen=True, slots=True)
class Shipped:
    """One version as it is described, with what is said of its document."""

    document: dict[str, Any]
    label: str
    file: Path
    issued_on: date
    publish_on: date
    change_note: str
    line: str
    source: Path | None
    origin: str


def shipped_versions() -> Iterator[Shipped]:
    """Yield what is described, oldest first. A company without documents has no such file."""
    folder: Path = settings.CONTENT_DIR
    if not (folder / FILE).is_file():
        return
    described = read_toml(folder / FILE)
    for document in described.get("document", ()):
        for version in document["version"]:
            yield Shipped(
                document=document,
                label=version["label"],
                file=folder / version["file"],
                issued_on=version["issued_on"],
                publish_on=version.get("publish_on", version["issued_on"]),
                change_note=version.get("change_note", ""),
                line=version.get("line", ""),
                source=folder / version["source"] if "source" in version else None,
                origin=described.get("origin", settings.SITE_ORIGIN),
            )


def load_documents() -> int:
    """Add what is described and not there, and return how many versions that were. Idempotent.

    A file that the store has lost comes back, too.
    """
    added = 0
    for shipped in shipped_versions():
        content = _read(shipped.file)
        known = DocumentVersion.objects.filter(
            document__number=shipped.document["number"], label=shipped.label
        ).first()
        if known is None:
            _add(shipped, content)
            added += 1
        elif not store.store().exists(known.stored_as):
            _bring_back(content)
    return added


@transaction.atomic
def _add(shipped: Shipped, content: bytes) -> None:
    said = shipped.document
    document = Document.objects.filter(number=said["number"]).first()
    if document is None:
        fields = {name: said[name] for name in ABOUT if name in said}
        document = services.add_document(places=said.get("places", ()), **fields)
    midnight = timezone.make_aware(datetime.combine(shipped.publish_on, time()))
    services.add_version(
        document,
        inspect(BytesIO(content), name=shipped.file.name, kind=document.kind),
        label=shipped.label,
        issued_on=shipped.issued_on,
        change_note=shipped.change_note,
        publish_at=midnight,
    )


def _bring_back(content: bytes) -> None:
    """Write a lost file again. One that is shipped otherwise by now is none that was lost."""
    digest = store.digest_of(BytesIO(content))
    if DocumentVersion.objects.filter(sha256=digest).exists():
        store.write(BytesIO(content), digest)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise ContentError(
            f"{file} is missing. Put the file there, take it out of {FILE}, or make it by "
            "`manage.py typeset_documents`."
        ) from None


def typeset(shipped: Shipped) -> bytes:
    """Set the text of a version. The same text gives the same bytes."""
    assert shipped.source is not None  # noqa: S101 - the caller has looked
    return pdf_of(
        strip_source_marks(read_content(shipped.source)),
        title=shipped.document["title"],
        author=settings.COMPANY.legal_name,
        issued_on=shipped.issued_on,
        line=shipped.line,
        origin=shipped.origin,
        lang=shipped.document.get("language", Language.ENGLISH),
    )
