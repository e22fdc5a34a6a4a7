"""Writes of documents and versions."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from downloads import services, store
from downloads.inspection import Inspected, inspect
from downloads.models import Document, DocumentVersion, Kind, State, Watch, stored_name
from downloads.services import DocumentError
from tests.downloads.bad_files import pdf
from tests.factories.documents import make_document, make_version
from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def brought(words: str = "one") -> Inspected:
    return inspect(BytesIO(f"{words}\n".encode()), name="notes.txt")


def state_of(version: DocumentVersion) -> str:
    return str(version.state)


def lies_there(inspected: Inspected) -> bool:
    return store.store().exists(stored_name(inspected.sha256))


def test_a_document_is_made_with_its_places() -> None:
    document = services.add_document(
        number="a-1", title="A", kind=Kind.MANUAL, places=["/b/", "/a/", "/a/"]
    )
    assert [place.path for place in document.places.all()] == ["/a/", "/b/"]
    document.title = "B"
    services.change_document(document, places=["/b/", "/c/"])
    document.refresh_from_db()
    assert (document.title, len(document.short)) == ("B", 8)
    assert [place.path for place in document.places.all()] == ["/b/", "/c/"]


def test_the_number_stays_once_a_version_is_published() -> None:
    document = make_document("a-1")
    document.number = "a-2"
    services.change_document(document)
    make_version(document)
    document.number, short = "a-3", document.short
    with pytest.raises(DocumentError, match="stay"):
        services.change_document(document)
    document.number, document.short = "a-2", "zzzzzzzz"
    services.change_document(document)
    document.refresh_from_db()
    assert (document.number, document.short) == ("a-2", short)


def test_only_what_nobody_has_seen_can_be_deleted(
    django_capture_on_commit_callbacks: Any,
) -> None:
    document = make_document()
    made = brought("to be deleted")
    services.add_version(document, made, label="1")
    Watch.objects.create(user=make_person(), document=document)
    known = make_document("known")
    make_version(known, publish_at=timezone.now() + DAY)
    with pytest.raises(DocumentError, match="stay"):
        services.delete_document(known)
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_document(document)
    assert [one.number for one in Document.objects.filter(number__in=["guide", "known"])] == [
        "known"
    ]
    assert not lies_there(made)


def test_a_version_is_a_file_and_a_row() -> None:
    staff, made = make_staff(), brought("a version")
    version = services.add_version(
        make_document(), made, label="1", issued_on=date(2026, 1, 2), change_note="New.", by=staff
    )
    version.refresh_from_db()
    assert (version.label, version.issued_on, version.change_note) == (
        "1", date(2026, 1, 2), "New.",
    )  # fmt: skip
    assert (version.file_name, version.size, version.sha256) == (
        "notes.txt", 10, made.sha256,
    )  # fmt: skip
    assert (version.text, version.uploaded_by, state_of(version)) == (
        "a version\n", staff, State.DRAFT,
    )  # fmt: skip
    with store.open_stored(version) as file:
        assert file.read() == b"a version\n"


def test_the_same_form_twice_is_one_version() -> None:
    document = make_document()
    first = services.add_version(document, brought(), label="1", publish_at=timezone.now())
    assert services.add_version(document, brought(), label="1") == first
    assert DocumentVersion.objects.filter(document=document).count() == 1


def test_a_label_stands_for_one_file_and_a_new_version_is_another_file() -> None:
    document = make_document()
    services.add_version(document, brought(), label="1", publish_at=timezone.now())
    other = brought("other, for a label that is taken")
    with pytest.raises(DocumentError, match="There is a version 1"):
        services.add_version(document, other, label="1")
    assert not lies_there(other)
    with pytest.raises(DocumentError, match="exactly this file"):
        services.add_version(document, brought(), label="2")
    assert lies_there(brought())


def test_a_row_that_the_database_refuses_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**fields: object) -> None:
        raise IntegrityError

    made, document = brought("refused by the database"), make_document()
    monkeypatch.setattr(DocumentVersion.objects, "create", refuse)
    with pytest.raises(IntegrityError):
        services.add_version(document, made, label="1")
    assert not lies_there(made)


def test_a_crash_between_file_and_commit_leaves_no_row_without_a_file() -> None:
    made, document = brought("power cut"), make_document()
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        services.add_version(document, made, label="1")
        raise KeyboardInterrupt
    assert lies_there(made)
    assert DocumentVersion.objects.filter(sha256=made.sha256).count() == 0


def test_a_file_that_was_swept_in_between_is_written_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, create = brought("swept"), DocumentVersion.objects.create

    def sweep_first(**fields: Any) -> DocumentVersion:
        store.store().delete(stored_name(made.sha256))
        return create(**fields)

    document = make_document()
    monkeypatch.setattr(DocumentVersion.objects, "create", sweep_first)
    services.add_version(document, made, label="1")
    assert lies_there(made)


def test_bringing_a_file_again_heals_a_version_whose_file_was_lost() -> None:
    made = brought("healed")
    old = services.add_version(make_document("old"), made, label="1")
    DocumentVersion.objects.filter(pk=old.pk).update(missing_since=timezone.now())
    services.add_version(make_document("new"), made, label="1")
    old.refresh_from_db()
    assert old.missing_since is None


def test_a_draft_is_published_now_or_later_and_a_plan_can_be_cancelled() -> None:
    version = make_version(make_document(), publish_at=None)
    now = timezone.now()
    with pytest.raises(DocumentError, match="still to come"):
        services.publish_version(version, at=now - DAY)
    with pytest.raises(DocumentError, match="not planned"):
        services.cancel_plan(version)
    services.publish_version(version, at=now + DAY)
    assert state_of(version) == State.PLANNED
    services.cancel_plan(version)
    assert state_of(version) == State.DRAFT
    services.publish_version(version)
    assert state_of(version) == State.CURRENT
    with pytest.raises(DocumentError, match="is published"):
        services.publish_version(version)
    with pytest.raises(DocumentError, match="not planned"):
        services.cancel_plan(version)


def test_a_version_is_withdrawn_now_or_later_with_a_reason() -> None:
    document = make_document()
    older = make_version(document, "1", publish_at=timezone.now() - DAY)
    version = make_version(document, "2")
    draft = make_version(document, "3", publish_at=None)
    now = timezone.now()
    with pytest.raises(DocumentError, match="nothing to withdraw"):
        services.withdraw_version(draft, reason="Wrong.")
    with pytest.raises(DocumentError, match="still to come"):
        services.withdraw_version(version, reason="Wrong.", at=now - DAY)
    with pytest.raises(DocumentError, match="not withdrawn"):
        services.offer_again(version)
    services.withdraw_version(version, reason="Wrong.", at=now + DAY)
    assert (state_of(version), document.current) == (State.CURRENT, version)
    services.withdraw_version(version, reason=" Wrong table on page 3. ")
    assert (state_of(version), version.withdrawn_reason) == (
        State.WITHDRAWN, "Wrong table on page 3.",
    )  # fmt: skip
    assert document.current == older
    with pytest.raises(DocumentError, match="withdrawn already"):
        services.withdraw_version(version, reason="Wrong.")
    services.offer_again(version)
    assert (state_of(version), document.current) == (State.CURRENT, version)


def test_what_is_said_of_a_version_can_be_corrected() -> None:
    version = make_version(make_document())
    services.change_version(version, issued_on=date(2026, 3, 4), change_note="Table corrected.")
    version.refresh_from_db()
    assert (version.issued_on, version.change_note) == (date(2026, 3, 4), "Table corrected.")


def test_only_a_version_that_nobody_has_seen_is_discarded(
    django_capture_on_commit_callbacks: Any,
) -> None:
    document = make_document()
    with pytest.raises(DocumentError, match="is published"):
        services.discard_version(make_version(document, content=pdf()))
    made = brought("discarded")
    draft = services.add_version(document, made, label="2")
    with django_capture_on_commit_callbacks(execute=True):
        services.discard_version(draft)
    assert not lies_there(made)
