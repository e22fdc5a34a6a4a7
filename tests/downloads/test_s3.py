"""Documents in an S3-compatible store: a real server, asked over HTTP by the real client."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from downloads import services, store
from downloads.inspection import inspect
from downloads.models import DocumentVersion, stored_name
from downloads.verification import verify_documents
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
    chosen = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
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
