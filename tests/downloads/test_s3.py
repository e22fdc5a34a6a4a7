"""Documents in an S3-compatible store: a real server, asked over HTTP by the real client."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import pyrage
import pytest
import time_machine
from botocore.exceptions import BotoCoreError
from django.test import override_settings
from django.utils import timezone

from downloads import services, store
from downloads.bucket import DocumentBucket
from downloads.inspection import inspect
from downloads.models import DocumentVersion, stored_name
from downloads.verification import verify_documents
from sens_site import backups
from sens_site.lib.deploy import backup_archive, database_dump
from sens_site.lib.deploy.backup_archive import BackupError
from tests.factories.documents import make_document, make_version

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.once]
BUCKET = "documents-of-a-test"
PATIENCE = 60


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(port: int) -> bool:
    with closing(socket.socket()) as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet) as process:
        try:
            until = time.monotonic() + PATIENCE
            while not answers(port):
                assert time.monotonic() < until, "the server does not start"
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture
def bucket(server: str, settings: Any) -> Any:
    """A bucket, and settings as those that name one."""
    boto3: Any = import_module("boto3")

    settings.DOCUMENTS_S3_BUCKET = BUCKET
    options = {
        "bucket_name": BUCKET,
        "endpoint_url": server,
        "region_name": "us-east-1",
        "access_key": "key",
        "secret_key": "secret",
        "file_overwrite": True,
        "default_acl": None,
        "object_parameters": {"ContentType": "application/octet-stream"},
    }
    chosen = {"BACKEND": "downloads.bucket.DocumentBucket", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "documents": chosen}
    made = boto3.resource(
        "s3",
        endpoint_url=server,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    ).Bucket(BUCKET)
    made.create()
    made.objects.all().delete()
    return made


def test_a_document_lives_in_the_bucket_from_upload_to_sweep(bucket: Any) -> None:
    DocumentVersion.objects.all().delete()
    content = b"words of a manual\n" * 1000
    digest = sha256(content).hexdigest()
    version = services.add_version(
        make_document(), inspect(BytesIO(content), name="manual.txt"), label="1"
    )
    assert [one.key for one in bucket.objects.all()] == [f"{digest[:2]}/{digest}"]
    with store.open_stored(version) as file:
        file.seek(6)
        assert file.read(11) == b"of a manual"
    assert verify_documents().words == []

    bucket.put_object(Key=stored_name(digest), Body=content[:-1] + b"!")
    assert verify_documents().damaged == [f"guide, version 1 ({stored_name(digest)})"]
    bucket.objects.all().delete()
    assert verify_documents().missing == [f"guide, version 1 ({stored_name(digest)})"]

    store.write(BytesIO(content), digest)
    bucket.put_object(Key="aa/left-behind", Body=b"x")
    assert store.sweep() == 0  # it may belong to a form that is under way
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        assert store.sweep() == 1
    assert [one.key for one in bucket.objects.all()] == [stored_name(digest)]


def test_a_store_that_is_away_takes_nothing_and_leaves_no_row(bucket: Any, settings: Any) -> None:
    away = settings.STORAGES["documents"]
    options = {**away["OPTIONS"], "bucket_name": "nobody-made-this"}
    settings.STORAGES = {**settings.STORAGES, "documents": {**away, "OPTIONS": options}}
    document, brought = make_document(), inspect(BytesIO(b"words\n"), name="a.txt")
    with pytest.raises(store.StoreAwayError):
        services.add_version(document, brought, label="1")
    assert document.versions.count() == 0


def test_a_store_that_hangs_up_is_asked_twice_and_no_longer(settings: Any) -> None:
    asked = 0
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def hang_up() -> None:
            nonlocal asked
            with suppress(OSError):
                while True:
                    server.accept()[0].close()
                    asked += 1

        threading.Thread(target=hang_up, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
        bucket = DocumentBucket(
            bucket_name=BUCKET, endpoint_url=endpoint, access_key="key", secret_key="secret"
        )
        with pytest.raises(BotoCoreError):
            bucket.exists("a")
        server.shutdown(socket.SHUT_RDWR)
    assert asked == 2
    waits: Any = bucket.get_default_settings()["client_config"]
    assert (waits.connect_timeout, waits.read_timeout) == (1, 5)


def test_a_part_of_a_file_comes_from_the_bucket_alone(
    bucket: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def whole(self: Any) -> None:
        pytest.fail("the whole file is loaded")

    version = make_version(make_document(), content=bytes(range(256)) * 2000)
    monkeypatch.setattr("storages.backends.s3.S3File._get_file", whole)
    path = f"/downloads/guide/{version.pk}/file"
    part = client.get(path, headers={"range": "bytes=256-511"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, bytes(range(256)))
    assert len(b"".join(client.get(path).streaming_content)) == 512_000
    bucket.objects.all().delete()
    assert client.get(path).status_code == 503


def archived(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a backup and unpack it, without the database."""
    monkeypatch.setattr(database_dump, "dump", lambda scratch: scratch / "database")
    key = pyrage.x25519.Identity.generate()
    with override_settings(
        BACKUP_DIR=str(folder / "backups"), BACKUP_RECIPIENTS=[str(key.to_public())]
    ):
        archive = backups.make_backup()
    backup_archive.unpack(archive, folder, identities=[key], sign=backups._signatures)
    return folder / "documents"


def test_a_backup_has_the_documents_of_the_bucket_and_a_restore_puts_them_back(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    DocumentVersion.objects.all().delete()
    contents = [b"lost", b"damaged", b"well"]
    names = [stored_name(sha256(content).hexdigest()) for content in contents]
    document = make_document()
    for label, content in enumerate(contents):
        make_version(document, label=str(label), content=content)
    documents = archived(tmp_path, monkeypatch)
    assert [(documents / name).read_bytes() for name in names] == contents

    bucket.Object(names[0]).delete()
    bucket.put_object(Key=names[1], Body=b"of somebody else")
    bucket.put_object(Key="aa/newer", Body=b"newer than the backup")
    untouched = bucket.Object(names[2]).last_modified
    assert len(verify_documents().words) == 2
    backups._fill_bucket(documents)
    assert verify_documents().words == []
    assert bucket.Object(names[2]).last_modified == untouched
    assert bucket.Object("aa/newer").get()["Body"].read() == b"newer than the backup"


def test_where_the_bucket_has_copies_of_its_own_no_backup_has_them(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    make_version(make_document(), content=b"words")
    settings.BACKUP_S3_DOCUMENTS = False
    assert not archived(tmp_path, monkeypatch).exists()
    # A restore, and its trial, look whether each document is where the database says.
    bucket.objects.all().delete()
    assert [fault for fault in backups.faults_of_the_site() if "missing" in fault] != []


def test_a_bucket_that_is_away_is_said_before_anything_is_lost(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    away = settings.STORAGES["documents"]
    options = {**away["OPTIONS"], "bucket_name": "nobody-made-this"}
    settings.STORAGES = {**settings.STORAGES, "documents": {**away, "OPTIONS": options}}

    def unpack(archive: Path, scratch: Path, **options: Any) -> None:
        (scratch / database_dump.FILES["sqlite"]).touch()
        document = scratch / "documents" / stored_name(sha256(b"words").hexdigest())
        document.parent.mkdir(parents=True)
        document.write_bytes(b"words")

    monkeypatch.setattr(database_dump, "has_tables", lambda: False)
    monkeypatch.setattr(database_dump, "load", lambda file: pytest.fail("the database is lost"))
    monkeypatch.setattr(backup_archive, "read_identities", lambda file: [])
    monkeypatch.setattr(backup_archive, "unpack", unpack)
    with pytest.raises(BackupError, match="The bucket of the documents takes nothing"):
        backups.restore(tmp_path, identity=tmp_path, replace=False, newest_ledger="backup")
