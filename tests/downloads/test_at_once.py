"""The same form sent many times at the same moment: one document, one version, one file."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from downloads.models import Document
from tests.client import SiteClient
from tests.contact.test_at_once import at_once
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = b"A manual that is sent again and again.\n"


def test_twelve_equal_uploads_make_one_document_and_one_version(client: SiteClient) -> None:
    staff = make_staff()
    said = {
        "title": "Manual", "number": "m-12", "kind": "manual", "language": "en",
        "access": "everyone", "label": "1", "when": "now",
    }  # fmt: skip
    desks = [SiteClient() for _ in range(12)]
    for desk in desks:
        desk.force_login(staff)

    def send(number: int) -> Any:
        upload = SimpleUploadedFile("manual.txt", CONTENT)
        return desks[number].post("/admin/downloads/document/add/", {**said, "upload": upload})

    answers = at_once(12, send)
    told = {(one.status_code, one.headers.get("Location", "")) for one in answers}
    assert told == {(200, ""), (302, "/admin/downloads/document/")}
    document = Document.objects.get(number="m-12")
    assert [version.label for version in document.versions.all()] == ["1"]
    assert client.get("/downloads/m-12/").status_code == 200
