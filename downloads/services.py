"""Everything that writes documents and their versions."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from downloads import store
from downloads.inspection import Inspected
from downloads.models import Document, DocumentPlace, DocumentVersion
from sens_site.lib.cache.content_stamp import content_changed

PAST = "Choose a time that is still to come."
LABEL_TAKEN = "There is a version {label} of this document already."
SAME_FILE = "The current version holds exactly this file."
PUBLISHED = "This version is published, so it stays as it is."
NOT_PUBLISHED = "This version is not published, so there is nothing to withdraw."
WITHDRAWN = "This version is withdrawn already."
NOT_WITHDRAWN = "This version is not withdrawn."
NOT_PLANNED = "This version is not planned for later, so nothing can be cancelled."
HAS_ADDRESS = "This document has been published, so its address and number stay."


class DocumentError(Exception):
    """What staff asked for cannot be. The message says why."""


@transaction.atomic
def add_document(*, places: Iterable[str] = (), **fields: Any) -> Document:
    """Make a document. Nobody sees it before a version of it is published."""
    document = Document.objects.create(**fields)
    _set_places(document, places)
    content_changed()
    return document


@transaction.atomic
def change_document(document: Document, *, places: Iterable[str] | None = None) -> None:
    """Save what is said of a document. Its number stays once anybody may know it."""
    before = Document.objects.select_for_update().get(pk=document.pk)
    if before.number != document.number and is_known(before):
        raise DocumentError(HAS_ADDRESS)
    document.short = before.short
    document.save()
    if places is not None:
        _set_places(document, places)
    content_changed()


@transaction.atomic
def delete_document(document: Document) -> None:
    """Remove a document that has never been published, with its drafts."""
    if is_known(document):
        raise DocumentError(HAS_ADDRESS)
    digests = set(document.versions.values_list("sha256", flat=True))
    document.watches.all().delete()
    document.versions.all().delete()
    document.delete()
    _remove_on_commit(digests)
    content_changed()


def is_known(document: Document) -> bool:
    """Tell whether a version of a document is published, or about to be."""
    return document.versions.filter(publish_at__isnull=False).exists()


def add_version(
    document: Document,
    inspected: Inspected,
    *,
    label: str,
    issued_on: date | None = None,
    change_note: str = "",
    publish_at: datetime | None = None,
    by: AbstractBaseUser | None = None,
) -> DocumentVersion:
    """Store a file as a version: first the file, then the row. The same form twice is one version.

    Without a time it waits as a draft. A version that is published later makes the others
    superseded by that alone.
    """
    store.write(inspected.content, inspected.sha256)
    try:
        with transaction.atomic():
            Document.objects.select_for_update().get(pk=document.pk)
            same = sent_before(document, label, inspected.sha256)
            if same is not None:
                return same
            version = DocumentVersion.objects.create(
                document=document,
                label=label,
                issued_on=issued_on or timezone.localdate(),
                change_note=change_note,
                publish_at=publish_at,
                uploaded_by_id=by.pk if by else None,
                file_name=inspected.file_name,
                size=inspected.size,
                content_type=inspected.content_type,
                sha256=inspected.sha256,
                text=inspected.text,
            )
            if not store.store().exists(version.stored_as):  # swept between the two
                store.write(inspected.content, inspected.sha256)
            _heal(inspected.sha256)
            content_changed()
    except (DocumentError, IntegrityError):
        store.remove_unless_named(inspected.sha256)
        raise
    return version


@transaction.atomic
def change_version(version: DocumentVersion, *, issued_on: date, change_note: str) -> None:
    """Correct what is said of a version. Its file and its name stay."""
    version.issued_on, version.change_note = issued_on, change_note
    version.save(update_fields=("issued_on", "change_note"))
    content_changed()


@transaction.atomic
def publish_version(version: DocumentVersion, *, at: datetime | None = None) -> None:
    """Give a draft out from a time on, or from now."""
    now = timezone.now()
    if version.is_published:
        raise DocumentError(PUBLISHED)
    if at is not None and at <= now:
        raise DocumentError(PAST)
    version.publish_at = at or now
    version.save(update_fields=("publish_at",))
    content_changed()


@transaction.atomic
def cancel_plan(version: DocumentVersion) -> None:
    """Take back the time at which a version is to be published: it is a draft again."""
    if version.publish_at is None or version.is_published:
        raise DocumentError(NOT_PLANNED)
    version.publish_at, version.withdrawn_at, version.withdrawn_reason = None, None, ""
    version.save(update_fields=("publish_at", "withdrawn_at", "withdrawn_reason"))
    content_changed()


@transaction.atomic
def withdraw_version(version: DocumentVersion, *, reason: str, at: datetime | None = None) -> None:
    """Give a version out no longer. Its page stays and says why."""
    now = timezone.now()
    if not version.is_published:
        raise DocumentError(NOT_PUBLISHED)
    if version.is_withdrawn:
        raise DocumentError(WITHDRAWN)
    if at is not None and at <= now:
        raise DocumentError(PAST)
    version.withdrawn_at, version.withdrawn_reason = at or now, reason.strip()
    version.save(update_fields=("withdrawn_at", "withdrawn_reason"))
    content_changed()


@transaction.atomic
def offer_again(version: DocumentVersion) -> None:
    """Take back a withdrawal, also one that is planned."""
    if version.withdrawn_at is None:
        raise DocumentError(NOT_WITHDRAWN)
    version.withdrawn_at, version.withdrawn_reason = None, ""
    version.save(update_fields=("withdrawn_at", "withdrawn_reason"))
    content_changed()


@transaction.atomic
def discard_version(version: DocumentVersion) -> None:
    """Remove a version that nobody has seen, and its file with it."""
    if version.is_published:
        raise DocumentError(PUBLISHED)
    digest = version.sha256
    version.delete()
    _remove_on_commit({digest})
    content_changed()


def sent_before(document: Document, label: str, sha256: str) -> DocumentVersion | None:
    """Return the version that this very form has made already. Raises DocumentError."""
    same = document.versions.filter(label=label).first()
    if same is not None and same.sha256 == sha256:
        return same
    if same is not None:
        raise DocumentError(LABEL_TAKEN.format(label=label))
    current = document.current
    if current is not None and current.sha256 == sha256:
        raise DocumentError(SAME_FILE)
    return None


def _set_places(document: Document, paths: Iterable[str]) -> None:
    wanted = set(paths)
    document.places.exclude(path__in=wanted).delete()
    held = set(document.places.values_list("path", flat=True))
    DocumentPlace.objects.bulk_create(
        DocumentPlace(document=document, path=path) for path in sorted(wanted - held)
    )


def _heal(sha256: str) -> None:
    """Take note that the file of these versions has just been written anew."""
    DocumentVersion.objects.filter(sha256=sha256).faulty().update(
        missing_since=None, damaged_since=None
    )


def _remove_on_commit(digests: Iterable[str]) -> None:
    def remove() -> None:
        for digest in digests:
            store.remove_unless_named(digest)

    transaction.on_commit(remove)
