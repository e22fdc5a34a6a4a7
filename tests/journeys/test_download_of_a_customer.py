"""A manual's drawing found by its number: the gate, the file, what stays of it, and its end."""

import io
import json
import re
import zipfile
from urllib.parse import unquote

import pytest

from accounts.models import User
from downloads.models import DownloadRecord, Watch
from outbox.models import OutboxMail
from privacy.datamap.stored_mail import mail_text
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.documents import make_document, make_version

pytestmark = pytest.mark.django_db
PASSWORD = "plover lantern 42 quiet"
CONTENT = b"an outline drawing, to scale"


def words(response) -> str:
    return " ".join(response.content.decode().split())


def link_to(page: str, start: str) -> str:
    (found,) = re.findall(rf'href="({re.escape(start)}[^"]*)"', page)
    return unquote(str(found))


def test_a_customer_finds_registers_downloads_sees_the_record_and_leaves_without_a_trace(client):
    document = make_document(
        "ds-100", title="Outline drawing DS-100", kind="drawing", access="registered",
        part_numbers="A1C-24",
    )  # fmt: skip
    version = make_version(document, content=CONTENT, file_name="ds-100.pdf")

    # Found by a part number, as it stands on the machine.
    found = words(client.get("/downloads/?q=A1C-24"))
    assert "1 document " in found
    assert "With an account" in found

    # What it is and why it is closed; then four pages to the file.
    gate = words(client.get(link_to(found, "/downloads/ds-100/")))
    assert "This file is for registered customers" in gate
    register = link_to(gate, "/accounts/register/?next=")
    typed = {"username": "ada", "email": "ada@customer.test", "password1": PASSWORD}
    sent = client.fill_in(register, typed)
    assert "Check your email" in words(client.get(sent.url))
    (link,) = re.findall(
        r"https://testserver(/\S+)", mail_text(OutboxMail.objects.latest("pk").message)
    )
    assert "Confirm your email address" in words(client.get(link))
    login = client.post(link, headers=SAME_ORIGIN).url
    assert "“Outline drawing DS-100” is for registered customers" in words(client.get(login))
    entered = client.post(login, {"login": "ada", "password": PASSWORD}, headers=SAME_ORIGIN)
    assert entered.url == "/downloads/ds-100/"
    assert "Download (PDF, 28 bytes)" in words(client.get(entered.url))

    # The file, once by the button; and being told of what comes.
    pressed = client.post(f"/downloads/ds-100/{version.pk}/fetch/", headers=SAME_ORIGIN)
    assert b"".join(client.get(pressed.url).streaming_content) == CONTENT
    client.post("/downloads/ds-100/watch/", headers=SAME_ORIGIN)
    make_version(document, "2", content=CONTENT * 2)
    user = User.objects.get(username="ada")
    assert [record.version for record in DownloadRecord.objects.filter(user=user)] == [version]

    # It stands under what is held, and in the copy.
    assert "Outline drawing DS-100, version 1, on" in words(client.get("/accounts/data/"))
    copy = client.post("/accounts/data/copy/", headers=SAME_ORIGIN)
    with zipfile.ZipFile(io.BytesIO(b"".join(copy.streaming_content))) as archive:
        tables = json.loads(archive.read("data.json"))["tables"]
    (record,) = tables["downloads.DownloadRecord"]
    assert record["version"] == "ds-100, version 1"
    assert len(tables["downloads.Watch"]) == 1

    # It goes with the account; the document stays.
    client.post("/accounts/delete/", {"username": "ada"}, headers=SAME_ORIGIN)
    assert not User.objects.filter(username="ada").exists()
    assert (DownloadRecord.objects.count(), Watch.objects.count()) == (0, 0)
    assert SiteClient().get("/downloads/ds-100/").status_code == 200
