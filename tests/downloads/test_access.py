"""Who gets what of a document: all doors, all people, all states."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from downloads.access import Answer, Stranger, answer_for
from downloads.models import DocumentVersion
from downloads.search_sources import entries
from sens_site.lib.public_pages import public_pages
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.documents import make_document, make_version
from tests.factories.people import make_person, make_staff

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)
# What lies in each file, and stands nowhere else.
WORDS = {
    "for-all": b"everybody-may-read-this",
    "for-customers": b"customers-may-read-this",
    "planned": b"nobody-may-read-this-yet",
    "withdrawn": b"nobody-may-read-this-any-more",
    "draft": b"nobody-may-read-this",
}


@pytest.fixture
def versions() -> dict[str, DocumentVersion]:
    now = timezone.now()
    gone = {"withdrawn_at": now, "withdrawn_reason": "It was wrong.", "publish_at": now - A_DAY}
    told: dict[str, dict[str, Any]] = {
        "for-all": {},
        "for-customers": {},
        "planned": {"publish_at": now + A_DAY},
        "withdrawn": gone,
        "draft": {"publish_at": None},
    }
    gated: dict[str, Any] = {"kind": "drawing", "access": "registered"}
    return {
        number: make_version(
            make_document(number, **(gated if number == "for-customers" else {})),
            content=WORDS[number],
            text=WORDS[number].decode(),
            **fields,
        )
        for number, fields in told.items()
    }


def doors(client: SiteClient, number: str, version: DocumentVersion) -> dict[str, Any]:
    """Return what somebody gets at each door: a status, or whether the document or its file is there."""
    title = f">{number.title()}<"
    pages = {page.path: page for page in public_pages()}
    path = f"/downloads/{number}/"
    client.post(f"{path}{version.pk}/fetch/", headers=SAME_ORIGIN)
    file: Any = client.get(f"{path}{version.pk}/file")
    body = b"".join(file.streaming_content) if file.streaming else b""
    bundle: Any = client.post("/downloads/selection/", {"document": number}, headers=SAME_ORIGIN)
    packed = (
        zipfile.ZipFile(io.BytesIO(b"".join(bundle.streaming_content)))
        if bundle.streaming
        else None
    )
    found = {entry.path: entry for entry in entries()}
    return {
        "page": client.get(path).status_code,
        "version": client.get(f"{path}{version.pk}/").status_code,
        "label": client.get(f"{path}label/").status_code,
        "code": client.get(f"{path}code.svg").status_code,
        "short": client.get(f"/d/{version.document.short}").status_code,
        "list": title in client.get("/downloads/").content.decode(),
        "feed": f"{number.title()}, version" in client.get("/downloads/feed.atom").content.decode(),
        "search": path in found,
        "words in the search": path in found and WORDS[number].decode() in found[path].text,
        "site map and Markdown": path in pages and number.title() in pages[path].markdown(),
        "file": (file.status_code, body == WORDS[number]),
        "bundle": packed.read(packed.namelist()[0]) == WORDS[number]
        if packed
        else bundle.status_code,
    }


SEEN = {
    "page": 200, "version": 200, "label": 200, "code": 200, "short": 302, "list": True,
    "feed": True, "search": True, "site map and Markdown": True,
}  # fmt: skip
NOTHING = {
    "page": 404, "version": 404, "label": 404, "code": 404, "short": 404, "list": False,
    "feed": False, "search": False, "words in the search": False, "site map and Markdown": False,
    "file": (404, False), "bundle": 422,
}  # fmt: skip
OPEN = {"file": (200, True), "bundle": True}
CLOSED = {"words in the search": False, "bundle": 422}
WITHDRAWN = {**SEEN, **CLOSED, "feed": False, "file": (410, False)}
EXPECTED = {
    "for-all": {"*": {**SEEN, **OPEN, "words in the search": True}},
    "for-customers": {
        "a stranger": {**SEEN, **CLOSED, "file": (302, False)},
        "*": {**SEEN, **OPEN, "words in the search": False},
    },
    "planned": {"*": NOTHING},
    "draft": {"*": NOTHING},
    "withdrawn": {"*": WITHDRAWN},
}


def people() -> dict[str, SiteClient]:
    clients = {who: SiteClient() for who in ("a stranger", "a customer", "staff")}
    clients["a customer"].force_login(make_person())
    clients["staff"].force_login(make_staff())
    return clients


@pytest.mark.parametrize("number", WORDS)
def test_each_door_says_the_same_to_each_kind_of_people(versions, number):
    for who, client in people().items():
        expected = EXPECTED[number].get(who, EXPECTED[number]["*"])
        assert doors(client, number, versions[number]) == expected, who


def test_no_page_for_strangers_holds_a_word_of_a_file(versions):
    client = SiteClient()
    paths = ["/downloads/", "/downloads/feed.atom"]
    for number, version in versions.items():
        paths += [f"/downloads/{number}/", f"/downloads/{number}/{version.pk}/"]
    shown = b"".join(client.get(path).content for path in paths)
    assert [number for number, words in WORDS.items() if words in shown] == []


def test_whose_account_is_switched_off_is_a_stranger(versions):
    person = make_person(is_active=False)
    assert answer_for(versions["for-customers"], person) is Answer.LOG_IN
    assert answer_for(versions["for-customers"], Stranger()) is Answer.LOG_IN
