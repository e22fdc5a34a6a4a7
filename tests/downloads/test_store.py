"""Where files lie: whole or not at all, and gone when no row names them."""

import os
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.core.files.storage import Storage
from django.utils import timezone

from downloads import store
from downloads.models import stored_name
from sens_site.lib.overlay_storage import OverlayStorage
from tests.factories.documents import make_document, make_version

CONTENT = b"%PDF-1.7 one"
DIGEST = sha256(CONTENT).hexdigest()
FOLDER = "downloads.store.DocumentFolder"


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    """A store of this test's own."""
    folder = tmp_path / "documents"
    chosen = {"BACKEND": FOLDER, "OPTIONS": {"location": str(folder), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "documents": chosen}
    return folder


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def read(files: Storage, name: str) -> bytes:
    with files.open(name) as file:
        return bytes(file.read())


def aged(file: Path, hours: float) -> None:
    then = (timezone.now() - timedelta(hours=hours)).timestamp()
    os.utime(file, (then, then))


def test_a_file_lies_under_the_hash_of_its_content(root: Path) -> None:
    store.write(BytesIO(CONTENT), DIGEST)
    store.write(BytesIO(CONTENT), DIGEST)
    assert files_in(root) == {f"{DIGEST[:2]}/{DIGEST}": CONTENT}
    assert (root / stored_name(DIGEST)).stat().st_mode & 0o777 == 0o640


def test_writing_again_heals_what_was_changed(root: Path) -> None:
    store.write(BytesIO(CONTENT), DIGEST)
    (root / stored_name(DIGEST)).write_bytes(b"flipped")
    store.write(BytesIO(CONTENT), DIGEST)
    assert files_in(root) == {stored_name(DIGEST): CONTENT}


def test_a_full_disk_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(store.StoreAwayError):
        store.write(BytesIO(CONTENT), DIGEST)
    assert files_in(root) == {}


@pytest.mark.django_db
def test_the_sweep_takes_what_no_row_has_named_for_a_day(root: Path) -> None:
    assert store.sweep() == 0  # a store in which nothing has ever been
    version = make_version(make_document(), content=CONTENT)
    for name, hours in (("aa/old", 25), ("aa/.part", 25), ("aa/young", 23)):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(b"x")
        aged(root / name, hours)
    aged(root / version.stored_as, 1000)
    assert store.sweep() == 2
    assert files_in(root) == {version.stored_as: CONTENT, "aa/young": b"x"}


@pytest.mark.django_db
def test_the_sweep_leaves_what_got_a_row_meanwhile(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def list_then_publish() -> Any:
        make_version(make_document(), content=CONTENT)
        aged(root / stored_name(DIGEST), 25)
        yield stored_name(DIGEST)

    monkeypatch.setattr(store, "stored_names", list_then_publish)
    assert store.sweep() == 0
    assert files_in(root) == {stored_name(DIGEST): CONTENT}


@pytest.mark.django_db
def test_a_file_that_another_version_shares_stays(root: Path) -> None:
    version = make_version(make_document(), content=CONTENT)
    store.remove_unless_named(DIGEST)
    assert files_in(root) == {version.stored_as: CONTENT}
    version.delete()
    store.remove_unless_named(DIGEST)
    assert files_in(root) == {}


def test_a_rehearsal_reads_the_store_and_writes_beside_it(root: Path, tmp_path: Path) -> None:
    store.write(BytesIO(CONTENT), DIGEST)
    below = {"BACKEND": FOLDER, "OPTIONS": {"location": str(root)}}
    over = OverlayStorage(below=below, location=str(tmp_path / "over"))
    name = stored_name(DIGEST)
    assert over.listdir("") == ([DIGEST[:2]], [])
    assert (read(over, name), over.size(name), over.exists(name)) == (CONTENT, 12, True)
    assert over.get_modified_time(name) <= timezone.now()
    over.delete(name)
    assert (over.exists(name), over.listdir(DIGEST[:2])) == (False, ([], []))
    with pytest.raises(FileNotFoundError):
        over.open(name)
    over.save(name, File(BytesIO(b"other")))
    over.save(name, File(BytesIO(b"new")))
    assert (read(over, name), over.size(name), over.exists(name)) == (b"new", 3, True)
    assert over.get_modified_time(name) <= timezone.now()
    assert over.listdir(DIGEST[:2]) == ([], [DIGEST])
    assert files_in(root) == {name: CONTENT}
