"""Every stored byte is read anew, and one that is flipped is found and named."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from downloads import verification
from downloads.models import DocumentVersion
from downloads.verification import verify_documents
from tests.factories.documents import make_document, make_version

pytestmark = pytest.mark.django_db
CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 9
FIRST, SECOND = datetime(2026, 11, 1, 3, tzinfo=UTC), datetime(2026, 11, 2, 3, tzinfo=UTC)


@pytest.fixture
def root(settings: Any, tmp_path: Path) -> Path:
    chosen = {"BACKEND": "downloads.store.DocumentFolder", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "documents": chosen}
    DocumentVersion.objects.all().delete()
    return tmp_path


def flip_a_bit(root: Path, version: DocumentVersion) -> None:
    file = root / version.stored_as
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)


def faults(version: DocumentVersion) -> tuple[datetime | None, ...]:
    version.refresh_from_db()
    return version.checked_at, version.missing_since, version.damaged_since


def test_a_flipped_bit_and_a_lost_file_are_named_until_they_are_back(root: Path) -> None:
    document = make_document("manual-7")
    good = make_version(document, "1", content=CONTENT + b"good")
    changed = make_version(document, "2", content=CONTENT)
    lost = make_version(document, "3", content=CONTENT + b"lost", publish_at=None)
    flip_a_bit(root, changed)
    (root / lost.stored_as).unlink()
    with time_machine.travel(FIRST, tick=False):
        found = verify_documents()
    assert found.words == [
        f"missing: manual-7, version 3 ({lost.stored_as})",
        f"changed: manual-7, version 2 ({changed.stored_as})",
    ]
    assert (found.files, found.size) == (3, 2 * len(CONTENT) + 4)
    assert [faults(one) for one in (good, changed, lost)] == [
        (FIRST, None, None), (FIRST, None, FIRST), (FIRST, FIRST, None),
    ]  # fmt: skip
    with time_machine.travel(SECOND, tick=False):
        verify_documents()
        assert faults(changed) == (SECOND, None, FIRST)
        make_version(make_document("again"), content=CONTENT)
        (root / lost.stored_as).write_bytes(CONTENT + b"lost")
        assert verify_documents().words == []
    assert [faults(one) for one in (changed, lost)] == [(SECOND, None, None)] * 2


def test_a_file_of_another_size_is_a_changed_one(root: Path) -> None:
    version = make_version(make_document(), content=CONTENT, size=1)
    assert verify_documents().damaged == [f"guide, version 1 ({version.stored_as})"]


def test_one_content_is_read_once_and_rows_are_written_together(
    root: Path, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    told: list[int] = []
    for number in ("a", "b", "c"):
        make_version(make_document(number), content=CONTENT)
    make_version(make_document("d"), content=CONTENT + b"d")
    monkeypatch.setattr(verification, "AT_ONCE", 3)
    found = verify_documents(tell=told.append)
    assert (found.files, told, found.in_order) == (2, [1, 2], True)
    monkeypatch.undo()
    with django_assert_num_queries(6):
        verify_documents()
    assert DocumentVersion.objects.filter(checked_at=None).count() == 0


def test_the_command_says_what_is_wrong_and_fails(root: Path) -> None:
    version = make_version(make_document(), content=CONTENT)
    said = StringIO()
    call_command("verify_documents", stdout=said)
    assert said.getvalue() == f"1 files, {len(CONTENT)} bytes: all as published.\n"
    quiet = StringIO()
    call_command("verify_documents", verbosity=0, stdout=quiet)
    assert quiet.getvalue() == ""
    flip_a_bit(root, version)
    said = StringIO()
    with pytest.raises(CommandError, match="1 of the published files"):
        call_command("verify_documents", stdout=said)
    assert said.getvalue() == f"changed: guide, version 1 ({version.stored_as})\n"
