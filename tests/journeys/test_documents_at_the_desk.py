"""An editor publishes a manual, brings its next version, withdraws that, and sees what the night found."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.roles import load_roles
from downloads.jobs import verify
from downloads.models import Document
from downloads.store import store
from tests.client import SiteClient
from tests.downloads.bad_files import pdf_with_script
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db
FIRST, SECOND = b"Manual of the charger, first edition.\n", b"Manual, with a corrected table.\n"


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def file(content: bytes, name: str = "manual-7.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def downloaded(client: SiteClient, page: str) -> bytes:
    (path,) = re.findall(r'action="([^"]+/fetch/)"', client.get(page).content.decode())
    answer: Any = client.post(path, headers={"Sec-Fetch-Site": "same-origin"}, follow=True)
    return b"".join(answer.streaming_content)


def test_a_manual_from_its_first_edition_to_the_nightly_look(client, settings, tmp_path):
    chosen = {"BACKEND": "downloads.store.DocumentFolder", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "documents": chosen}
    load_roles()
    desk = SiteClient()
    editor = make_staff("editor", is_superuser=False)
    editor.groups.add(Group.objects.get(name="Editor"))
    desk.force_login(editor)
    about = {
        "title": "Charger manual", "number": "manual-7", "kind": "manual", "language": "en",
        "access": "everyone", "part_numbers": "A1C-24", "label": "1", "when": "now",
    }  # fmt: skip

    # A file that would act by itself is not taken, and nothing of it stays.
    refused = desk.post(
        "/admin/downloads/document/add/", {**about, "upload": file(pdf_with_script(), "m.pdf")}
    )
    assert "This PDF can act by itself: a script." in words(refused)
    assert not any(one.is_file() for one in tmp_path.rglob("*"))
    made = desk.post("/admin/downloads/document/add/", {**about, "upload": file(FIRST)})
    assert made.status_code == 302
    document = Document.objects.get(number="manual-7")
    assert downloaded(client, "/downloads/manual-7/") == FIRST

    # The next edition waits for its day, then takes the place of the first.
    add = f"/admin/downloads/documentversion/add/?document={document.pk}"
    tomorrow = timezone.localtime(timezone.now() + timedelta(days=1))
    said = {"document": document.pk, "upload": file(SECOND), "label": "2", "when": "later"}
    desk.post(add, {**said, "publish_at": f"{tomorrow:%Y-%m-%dT%H:%M}", "change_note": "Table."})
    second = document.versions.get(label="2")
    assert downloaded(client, "/downloads/manual-7/") == FIRST
    page = f"/admin/downloads/documentversion/{second.pk}"
    assert desk.fill_in(f"{page}/publish/", {"at": ""}).status_code == 303
    assert downloaded(client, "/downloads/manual-7/") == SECOND

    # Withdrawn, it says why at its own address; the first is the current one again.
    assert "Version 1 is the current one again." in words(desk.get(f"{page}/withdraw/"))
    desk.fill_in(f"{page}/withdraw/", {"reason": "The table was wrong."})
    assert downloaded(client, "/downloads/manual-7/") == FIRST
    assert "The table was wrong." in words(client.get(f"/downloads/manual-7/{second.pk}/"))

    # At night a byte is found that is not as it was published; bringing the file again mends it.
    first = document.versions.get(label="1")
    stored = Path(store().path(first.stored_as))
    stored.write_bytes(FIRST.replace(b"first", b"worst"))
    verify()
    report = words(desk.get("/admin/downloads/documentversion/?file=faulty&q=manual-7"))
    assert "changed since" in report
    assert "1 version" in report
    again = {**about, "number": "manual-7-again", "when": "draft", "upload": file(FIRST)}
    desk.post("/admin/downloads/document/add/", again)
    report = words(desk.get("/admin/downloads/documentversion/?file=faulty&q=manual-7"))
    assert "0 versions" in report
    assert downloaded(client, "/downloads/manual-7/") == FIRST
