"""How files go out: parts of them, headers, and what happens where the store is away."""

import pytest
from django.core.files.storage import FileSystemStorage

from downloads.delivery import asked_range
from downloads.models import DownloadRecord
from tests.client import SAME_ORIGIN
from tests.factories.documents import make_document, make_version

CONTENT = bytes(range(256)) * 1024  # four pieces of what is read at once
SIZE = len(CONTENT)


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", (0, 0)),
        ("bytes=10-19", (10, 19)),
        ("Bytes= 10-19 ", (10, 19)),
        ("bytes=90-", (90, 99)),
        ("bytes=-1", (99, 99)),
        ("bytes=-100", (0, 99)),
        ("bytes=-4000", (0, 99)),
        ("bytes=99-99999999999999999999", (99, 99)),
        # What says nothing, or asks for more than one part, gets the whole.
        ("", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=20-10", None),
        ("bytes=0-1,5-6", None),
        ("bytes=" + ",".join("0-0" for _ in range(2000)), None),
        ("bytes=1-999999999999999999999999999999999", None),
        ("bytes=a-b", None),
        ("lines=0-1", None),
        ("bytes=٣-٤", None),
    ],
)
def test_one_part_is_understood_and_everything_else_is_the_whole(header, part):
    assert asked_range(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_part_of_which_no_byte_is_there_is_refused(header):
    with pytest.raises(ValueError, match=r"byte|end"):
        asked_range(header, 100)


@pytest.fixture
def version(db):
    return make_version(make_document("guide"), content=CONTENT, file_name="Guide “ü”.pdf")


@pytest.fixture
def path(version):
    return f"/downloads/guide/{version.pk}/file"


def body(response):
    return b"".join(response.streaming_content)


def test_a_file_is_an_attachment_in_a_sandbox_with_its_hash_as_validator(client, version, path):
    response = client.get(path)
    assert (response.status_code, body(response)) == (200, CONTENT)
    assert {name: response.headers[name] for name in (
        "Content-Type", "Content-Length", "Content-Disposition", "Content-Security-Policy",
        "X-Content-Type-Options", "ETag", "Accept-Ranges", "Cache-Control", "Vary",
    )} == {
        "Content-Type": "application/pdf",
        "Content-Length": str(SIZE),
        "Content-Disposition": "attachment; filename*=utf-8''Guide%20%E2%80%9C%C3%BC%E2%80%9D.pdf",
        "Content-Security-Policy": "default-src 'none';frame-ancestors 'none';sandbox",
        "X-Content-Type-Options": "nosniff",
        "ETag": f'"{version.sha256}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "public,no-cache",
        "Vary": "Cookie",
    }  # fmt: skip
    chosen = client.get(path, headers={"cookie": "other=1"})
    assert chosen.headers["Cache-Control"] == "private,no-cache"


def test_of_what_a_customer_gets_no_cache_keeps_anything(signed_in, person, version, path):
    DownloadRecord.objects.create(user=person, version=version)
    response = signed_in.get(path)
    assert (body(response), response.headers["Cache-Control"]) == (CONTENT, "private, no-store")


def test_a_part_goes_out_alone(client, path):
    response = client.get(path, headers={"range": "bytes=1000-70000"})
    assert (response.status_code, body(response)) == (206, CONTENT[1000:70001])
    assert response.headers["Content-Range"] == f"bytes 1000-70000/{SIZE}"
    assert response.headers["Content-Length"] == "69001"


def test_a_part_behind_the_end_is_refused_with_the_size(client, path):
    response = client.get(path, headers={"range": f"bytes={SIZE}-"})
    assert (response.status_code, response.content) == (416, b"")
    assert response.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(("mark", "status"), [("", 206), ("0", 200)])
def test_a_part_of_another_state_of_the_file_is_the_whole(client, version, path, mark, status):
    headers = {"range": "bytes=0-9", "if-range": f'"{version.sha256}{mark}"'}
    response = client.get(path, headers=headers)
    assert (response.status_code, len(body(response))) == (status, 10 if status == 206 else SIZE)


@pytest.mark.parametrize("known", ['"{}"', 'W/"{}"', '"x", "{}"', "*"])
def test_who_has_the_file_is_told_so(client, version, path, known):
    response = client.get(path, headers={"if-none-match": known.format(version.sha256)})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == f'"{version.sha256}"'


def test_who_has_another_file_gets_this_one(client, path):
    assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200


def test_a_head_tells_the_length_and_sends_nothing(client, path):
    response = client.head(path)
    assert (response.status_code, response.headers["Content-Length"]) == (200, str(SIZE))
    assert body(response) == b""


def test_nginx_is_told_where_the_file_lies(client, version, path, settings):
    settings.SENDFILE = "nginx"
    response = client.get(path, headers={"range": "bytes=0-9"})
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["X-Accel-Redirect"] == (
        f"/stored-documents/{version.sha256[:2]}/{version.sha256}"
    )
    assert response.headers["Content-Type"] == "application/pdf"


def test_a_store_that_is_away_is_a_503_before_the_first_byte(client, version, path, monkeypatch):
    def away(self, name, mode="rb"):
        raise ConnectionError("The store does not answer.")

    monkeypatch.setattr(FileSystemStorage, "_open", away)
    response = client.get(path)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert "Our store of documents cannot be reached" in response.content.decode()
    assert "attachment" not in str(response.headers)


def test_a_file_that_cannot_be_read_is_a_503_too(client, version, path, monkeypatch):
    class Broken:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

        def seek(self, place):
            raise OSError("Input/output error")

    monkeypatch.setattr("downloads.delivery.open_stored", lambda version: Broken())
    assert client.get(path).status_code == 503


def test_a_selection_of_which_a_file_is_gone_is_a_503_and_counts_nothing(
    client, version, monkeypatch
):
    monkeypatch.setattr(FileSystemStorage, "exists", lambda self, name: False)
    response = client.post("/downloads/selection/", {"document": "guide"}, headers=SAME_ORIGIN)
    assert (response.status_code, version.counts.count()) == (503, 0)


def test_a_selection_while_the_store_is_away_is_a_503_and_counts_nothing(
    client, version, monkeypatch
):
    def away(self, name):
        raise ConnectionError("The store does not answer.")

    monkeypatch.setattr(FileSystemStorage, "exists", away)
    response = client.post("/downloads/selection/", {"document": "guide"}, headers=SAME_ORIGIN)
    assert (response.status_code, version.counts.count()) == (503, 0)
