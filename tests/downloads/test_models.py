"""Documents and versions: what follows from dates."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from downloads.models import (
    Access,
    Document,
    DocumentPlace,
    DocumentVersion,
    DownloadCount,
    DownloadRecord,
    Kind,
    State,
    Watch,
    WatchNotice,
    new_short,
)
from tests.factories.documents import make_document, make_version
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_the_state_of_a_version_follows_from_its_dates() -> None:
    now = timezone.now()
    document = make_document()
    dates = {
        "oldest": (now - 3 * DAY, now - DAY),
        "old": (now - 2 * DAY, None),
        "now": (now - DAY, now + DAY),
        "gone": (now - DAY / 2, now),
        "later": (now + DAY, None),
        "draft": (None, None),
    }
    for label, (publish_at, withdrawn_at) in dates.items():
        reason = "It was wrong." if withdrawn_at else ""
        make_version(
            document,
            label,
            publish_at=publish_at,
            withdrawn_at=withdrawn_at,
            withdrawn_reason=reason,
        )
    expected = {
        "oldest": State.WITHDRAWN,
        "old": State.SUPERSEDED,
        "now": State.CURRENT,
        "gone": State.WITHDRAWN,
        "later": State.PLANNED,
        "draft": State.DRAFT,
    }
    ours = DocumentVersion.objects.filter(document=document)
    assert {one.label: one.state for one in ours} == expected
    assert {one.label: one.state for one in ours.with_newer()} == expected
    current = document.current
    assert current is not None
    assert current.label == "now"
    assert Document.objects.with_current().get(pk=document.pk).current_id == current.pk  # type: ignore[attr-defined]
    assert Document.objects.with_current(now + DAY).get(pk=document.pk).current_id == (  # type: ignore[attr-defined]
        ours.get(label="later").pk
    )


def test_a_short_name_fits_on_a_label_and_holds_nothing_that_is_confused() -> None:
    names = [new_short() for _ in range(200)]
    assert {len(name) for name in names} == {8}
    assert set("".join(names)) & set("01ilo") == set()
    assert "".join(names) == "".join(names).lower()
    assert len(set(names)) == 200


def test_only_drawings_and_cad_files_may_ask_for_an_account() -> None:
    for kind in (Kind.DRAWING, Kind.CAD):
        assert make_document(kind, kind=kind, access=Access.REGISTERED).is_gated is True
    with pytest.raises(IntegrityError):
        make_document("note", kind=Kind.APPLICATION_NOTE, access=Access.REGISTERED)


@pytest.mark.parametrize(
    "fields",
    [
        {"sha256": "a" * 63},
        {"file_name": ""},
        {"size": 0},
        {"withdrawn_at": timezone.now() + DAY},
        {"withdrawn_reason": "Without a day."},
        {"publish_at": None, "withdrawn_at": timezone.now(), "withdrawn_reason": "Never out."},
    ],
)
def test_the_database_refuses_a_version_that_cannot_be(fields: dict[str, object]) -> None:
    version = make_version(make_document())
    with pytest.raises(IntegrityError):
        DocumentVersion.objects.filter(pk=version.pk).update(**fields)


def test_rows_are_named_without_their_people() -> None:
    document, person = make_document("m-1", title="Manual"), make_person("ada")
    version = make_version(document, "2")
    watch = Watch.objects.create(user=person, document=document)
    rows = [
        document,
        DocumentPlace.objects.create(document=document, path="/a/"),
        version,
        DownloadCount.objects.create(version=version, month=date(2026, 11, 1)),
    ]
    assert [str(row) for row in rows] == [
        "Manual (m-1)", "/a/", "m-1, version 2", "m-1, version 2, 2026-11",
    ]  # fmt: skip
    of_people = [
        DownloadRecord.objects.create(user=person, version=version),
        watch,
        WatchNotice.objects.create(watch=watch, version=version),
    ]
    assert [str(row) for row in of_people] == [
        f"{word} {row.pk}"
        for word, row in zip(("Download", "Watch", "Notice"), of_people, strict=True)
    ]
