"""See, copy and ask: what a signed-in person does with their own information."""

import io
import json
import zipfile

import pytest

from privacy.rights.models import SubjectRequest
from tests.accounts.conftest import prove_again
from tests.client import SiteClient
from tests.subject import make_subject

pytestmark = pytest.mark.django_db
COPY, ASK = "/accounts/data/copy/", "/accounts/data/ask/"


@pytest.fixture
def ada(settings, tmp_path):
    settings.PRIVATE_ROOT = str(tmp_path / "private")
    return make_subject("ada")


@pytest.fixture
def adas(ada) -> SiteClient:
    client = SiteClient()
    client.force_login(ada)
    return client


@pytest.mark.parametrize("path", [COPY, ASK])
def test_without_a_fresh_proof_nothing_is_shown_or_done(adas, path):
    for method in (adas.get, adas.post):
        response = method(path)
        assert response.status_code == 303
        assert response["Location"].startswith("/accounts/reauthenticate/?next=")
    assert SubjectRequest.objects.filter(channel="account").count() == 0


def test_the_page_tells_what_is_found(adas):
    prove_again(adas)
    page = " ".join(adas.get(COPY).content.decode().split())
    assert "<dt>Messages to us</dt> <dd>1</dd>" in page
    assert "<dt>Email addresses</dt> <dd>2</dd>" in page


def test_the_copy_is_streamed_to_its_person_alone(ada, adas):
    make_subject("babbage")
    prove_again(adas)
    response = adas.post(COPY)
    assert response.streaming is True
    assert response.headers["Cache-Control"] == "private, no-store"
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    data = archive.read("data.json").decode()
    assert json.loads(data)["tables"]["accounts.User"][0]["email"] == ada.email
    assert "babbage" not in data


def test_who_is_signed_in_asks_without_a_mailed_link(ada, adas):
    prove_again(adas)
    invalid = adas.post(ASK, {"kind": "", "text": "please"})
    assert (invalid.status_code, b"please" in invalid.content) == (422, True)
    response = adas.post(ASK, {"kind": "restriction", "text": "please"})
    asked = SubjectRequest.objects.get(kind="restriction")
    assert response.status_code == 303
    assert asked.email == ada.email
    assert [event.proof for event in asked.events.all() if event.proof] == ["password"]
    assert adas.get(response["Location"]).status_code == 200
