"""The public pages of the desk: no account, no cookie, no script, and no write on GET."""

import io
import json
import zipfile

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from privacy.rights import export_files
from privacy.rights.choices import Did, Kind
from privacy.rights.models import RequestEvent, SubjectRequest
from privacy.rights.secret_links import status_path
from tests.client import said_by
from tests.privacy.rights.conftest import STRANGER

pytestmark = pytest.mark.django_db

CHOICES = "/privacy/choices/"
FORM = {"kind": "access", "name": "A Stranger", "email": STRANGER, "text": "Please tell me."}


def counts() -> dict[str, int]:
    return {m._meta.label: m._base_manager.count() for m in apps.get_models()}


def test_the_form_is_a_page_for_everyone(client):
    response = client.get(CHOICES)
    assert (response.status_code, dict(response.cookies)) == (200, {})
    assert response.headers["Cache-Control"] == "public,no-cache"
    for kind in Kind:
        assert f'value="{kind.value}"' in response.content.decode()


def test_a_stranger_sends_a_request(client):
    response = client.post(CHOICES, FORM)
    assert (response.status_code, said_by(response)) == (303, ("/privacy/choices/sent/", "stored"))
    assert dict(response.cookies) == {}
    assert client.get(response["Location"]).status_code == 200
    request = SubjectRequest.objects.get()
    assert (request.kind, request.email, request.name) == ("access", STRANGER, "A Stranger")


def test_the_answer_tells_nothing_of_whether_an_address_is_known(client, person, time_machine):
    time_machine.move_to(timezone.now(), tick=False)  # the word that says "stored" holds the second
    known = client.post(CHOICES, FORM | {"email": person.email})
    unknown = client.post(CHOICES, FORM)
    assert known.content == unknown.content
    assert dict(known.headers) == dict(unknown.headers)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("kind", "", "Choose what you would like"),
        ("kind", "nonsense", "Choose one of the answers"),
        ("name", "", "Enter your name"),
        ("name", "x" * 101, "Name must be 100 characters or fewer"),
        ("email", "", "Enter your email address"),
        ("email", "nobody", "Enter an email address in the correct format"),
        ("text", "x" * 5001, "Details must be 5,000 characters or fewer"),
        ("name", "a\x00b", "Name holds characters that cannot be read"),
        ("name", "\u200b", "Enter your name"),
    ],
)
def test_a_mistake_is_named_and_the_text_kept(client, field, value, message):
    response = client.post(CHOICES, FORM | {field: value})
    assert response.status_code == 422
    assert message in response.content.decode()
    assert ("Please tell me." in response.content.decode()) is (field != "text")
    assert SubjectRequest.objects.count() == 0


def test_the_trap_holds_the_request_and_answers_as_always(client):
    honest = client.post(CHOICES, FORM)
    trapped = client.post(CHOICES, FORM | {"text": "Buy", "subject_line": "x"})
    assert trapped.content == honest.content
    assert SubjectRequest.objects.held().count() == 1


@pytest.mark.parametrize("breaks", ["\r\n", "\n"])
def test_a_line_break_in_the_details_counts_as_one_character(client, breaks):
    lines = [*["x" * 49] * 99, "x" * 50]  # 100 lines: 4,901 characters and 99 breaks
    exact = breaks.join(lines)
    assert len(exact.replace("\r\n", "\n")) == 5000
    assert client.post(CHOICES, FORM | {"text": exact}).status_code == 303
    assert SubjectRequest.objects.get().text == exact.replace("\r\n", "\n")
    refused = client.post(CHOICES, FORM | {"text": f"{exact}x"})
    assert refused.status_code == 422
    assert refused.context["form"].errors == {"text": ["Details must be 5,000 characters or fewer"]}


def test_the_sixth_request_in_an_hour_is_refused_with_its_text(client):
    for number in range(5):
        assert client.post(CHOICES, FORM | {"text": str(number)}).status_code == 303
    response = client.post(CHOICES, FORM)
    assert response.status_code == 429
    assert "Please tell me." in response.content.decode()
    assert int(response["Retry-After"]) in range(3601)
    assert SubjectRequest.objects.count() == 5


@pytest.mark.parametrize("times", [20, pytest.param(500, marks=pytest.mark.exhaustive)])
def test_a_mailed_link_acts_on_post_alone(client, link_in, times):
    client.post(CHOICES, FORM)
    path = link_in("/privacy/confirm/")
    before = counts()
    for method in (client.get, client.head):
        for _ in range(times):
            assert method(path).status_code == 200
    assert counts() == before
    response = client.post(path)
    assert response.status_code == 303
    assert said_by(response) == (status_path(SubjectRequest.objects.get()), "confirmed")
    assert RequestEvent.objects.filter(did=Did.IDENTITY_PROVED).count() == 1


def test_links_that_are_unknown_or_used_up_answer_alike(client, link_in):
    client.post(CHOICES, FORM)
    path = link_in("/privacy/confirm/")
    client.post(path)
    used = client.get(path)
    unknown = client.get("/privacy/confirm/" + "x" * 43 + "/")
    assert (used.status_code, unknown.status_code) == (404, 404)
    other = path.replace(path.split("/")[-2], "x" * 43)
    assert used.content == unknown.content.replace(other.encode(), path.encode())
    assert client.post(path).status_code == 404


def test_no_log_names_a_secret_address(client, link_in, caplog):
    client.post(CHOICES, FORM)
    paths = [link_in("/privacy/confirm/"), link_in("/privacy/request/")]
    client.post(paths[0])
    client.post(paths[1] + "withdraw/")
    for path in (paths[0], paths[1] + "withdraw/", paths[1] + "link/"):
        assert client.post(path).status_code in {403, 404}
    assert [r.getMessage() for r in caplog.records if "/privacy/" in r.getMessage()] == []


def test_the_private_page_shows_how_it_stands_and_no_name(client, link_in):
    client.post(CHOICES, FORM)
    response = client.get(link_in("/privacy/request/"))
    page = response.content.decode()
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "Waiting for you to confirm your address" in page
    assert "A Stranger" not in page
    assert STRANGER not in page


def test_a_wrong_private_address_is_not_there(client, link_in):
    client.post(CHOICES, FORM)
    path = link_in("/privacy/request/")
    assert client.get(path[:-2] + ("0/" if path[-2] != "0" else "1/")).status_code == 404


def test_the_person_has_a_new_link_sent_and_withdraws(client, link_in, mails_to):
    client.post(CHOICES, FORM)
    path = link_in("/privacy/request/")
    assert said_by(client.post(path + "link/")) == (path, "mailed")
    assert len(mails_to(STRANGER)) == 2
    assert said_by(client.post(path + "withdraw/")) == (path, "withdrawn")
    assert SubjectRequest.objects.get().state == "Withdrawn by the person"
    assert client.post(path + "withdraw/").status_code == 403


def test_a_stranger_fetches_the_copy(client, officer, link_in, person):
    client.post(CHOICES, FORM | {"email": person.email})
    client.post(link_in("/privacy/confirm/", person.email))
    export_files.make_export(SubjectRequest.objects.get(), by=officer)
    path = link_in("/privacy/copy/", person.email)
    assert client.get(path).status_code == 200
    response = client.post(path)
    body = b"".join(response.streaming_content)
    data = json.loads(zipfile.ZipFile(io.BytesIO(body)).read("data.json"))
    assert data["tables"]["accounts.User"][0]["username"] == person.username
    assert response.headers["Content-Disposition"].startswith(
        f'attachment; filename="{settings.COMPANY.slug}-data-'
    )
    assert response.headers["Cache-Control"] == "private, no-store"


def test_the_pages_of_the_desk_are_named(client):
    assert reverse("rights:choices") == CHOICES
    for path in (CHOICES, "/privacy/choices/sent/", "/privacy/requests/", "/privacy/record/"):
        assert client.get(path).status_code == 200
