"""Passkeys: added, used, removed, refused; no page that is only read remembers or runs anything."""

import re
from html import unescape

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django import forms
from django.db import OperationalError

from accounts.models import Session
from accounts.passkeys import _accepted
from tests.accounts.conftest import prove_again
from tests.accounts.soft_authenticator import SoftAuthenticator
from tests.client import SiteClient, said_by
from tests.factories.people import PASSWORD, make_person

pytestmark = pytest.mark.django_db
LIST, ADD, LOG_IN = "/accounts/passkey/", "/accounts/passkey/add/", "/accounts/passkey/login/"
ORIGIN = "https://testserver"


def asked(response):
    """What the page tells the browser to ask the device."""
    assert response.status_code == 200
    (options,) = re.findall(r'data-options="([^"]*)"', response.content.decode())
    return unescape(options)


def add(client, device, name="My phone"):
    options = asked(client.post(ADD, {"name": name}))
    return client.post(ADD, {"name": name, "credential": device.create(options)})


def log_in(client, device, query=""):
    options = asked(client.post(LOG_IN + query))
    return client.post(LOG_IN + query, {"credential": device.get(options)})


@pytest.fixture
def device():
    return SoftAuthenticator(origin=ORIGIN)


@pytest.fixture
def added(proven, device):
    assert add(proven, device).status_code == 303
    return proven


def test_a_passkey_is_added_listed_and_told_by_mail(added, letters):
    assert letters.all() == [("ada@customer.test", "A passkey has been added")]
    listed = " ".join(added.get(LIST).content.decode().split())
    assert "<dt>My phone</dt> <dd> Since" in listed
    assert "Passkey, since" in " ".join(added.get("/accounts/data/").content.decode().split())
    assert [row.type for row in Authenticator.objects.all()] == ["webauthn"]


def test_it_logs_in_without_password_and_counts_as_proof(added, device):
    response = log_in(SiteClient(), device)
    assert (response.status_code, response.url) == (303, "/accounts/profile/")
    other = SiteClient()
    response = log_in(other, device, "?next=/accounts/data/")
    assert (response.status_code, response.url) == (303, "/accounts/data/")
    assert other.get("/accounts/delete/").status_code == 200
    assert log_in(SiteClient(), device, "?next=//evil.example").url == "/accounts/profile/"
    assert other.post(LOG_IN).headers["Location"] == "/accounts/profile/"


def test_password_and_code_stay_as_they_are(added, device):
    by_password = SiteClient()
    response = by_password.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    assert response.headers["Location"] == "/accounts/profile/"


def test_it_stands_for_the_code_of_staff_but_does_not_replace_setting_one_up(
    staff_client, staff, device
):
    prove_again(staff_client)
    add(staff_client, device)
    inside = SiteClient()
    assert log_in(inside, device).url == "/accounts/profile/"
    assert inside.get("/admin/").status_code == 200
    Authenticator.objects.filter(user=staff, type=Authenticator.Type.TOTP).delete()
    Authenticator.objects.create(
        user=staff, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x"}
    )
    assert inside.get("/admin/").headers["Location"] == "/accounts/2fa/"


def test_a_removed_one_lets_nobody_in(added, device, letters):
    (passkey,) = Authenticator.objects.all()
    path = f"{LIST}{passkey.pk}/remove/"
    assert added.get(path).status_code == 200
    assert Authenticator.objects.count() == 1
    assert said_by(added.post(path)) == (LIST, "removed")
    assert letters.all()[-1] == ("ada@customer.test", "A passkey has been removed")
    assert log_in(SiteClient(), device).status_code == 422
    assert added.post(path).status_code == 404


def test_nobody_removes_somebody_elses(added):
    make_person("eve")
    thief = SiteClient()
    thief.post("/accounts/login/", {"login": "eve", "password": PASSWORD})
    (passkey,) = Authenticator.objects.all()
    assert thief.post(f"{LIST}{passkey.pk}/remove/").status_code == 404
    assert Authenticator.objects.count() == 1


def test_an_inactive_account_stays_shut(added, device, person):
    person.is_active = False
    person.save()
    client = SiteClient()
    assert log_in(client, device).url == "/accounts/inactive/"
    assert client.get("/accounts/profile/").status_code == 302


def test_adding_asks_for_a_fresh_proof_and_a_name(signed_in, person):
    assert "/reauthenticate/" in signed_in.post(ADD, {"name": "x"}).headers["Location"]
    prove_again(signed_in)
    assert signed_in.post(ADD, {"name": ""}).status_code == 422
    assert signed_in.get(ADD).status_code == 200


@pytest.mark.parametrize("who", ["another origin", "locked device", "another challenge"])
def test_what_no_device_of_the_owner_answered_is_refused(proven, device, who):
    if who == "another origin":
        device.origin = "https://evil.example"
    if who == "locked device":
        device.seen = SoftAuthenticator(origin=ORIGIN, unlocked=False).seen
    if who == "another challenge":
        answer = device.create(asked(proven.post(ADD, {"name": "x"})))
        asked(proven.post(ADD, {"name": "x"}))
        response = proven.post(ADD, {"name": "x", "credential": answer})
    else:
        response = add(proven, device)
    assert response.status_code == 422
    assert Authenticator.objects.count() == 0


def test_an_answer_is_good_once_and_another_key_never(added, device):
    client = SiteClient()
    answer = device.get(asked(client.post(LOG_IN)))
    assert client.post(LOG_IN, {"credential": answer}).status_code == 303
    thief = SiteClient()
    asked(thief.post(LOG_IN))
    assert thief.post(LOG_IN, {"credential": answer}).status_code == 422
    forged = SoftAuthenticator(origin=ORIGIN)
    forged.name, forged.owner = device.name, device.owner
    assert log_in(thief, forged).status_code == 422
    assert thief.get("/accounts/profile/").status_code == 302


HOSTILE = (
    "", "x", "[]", "null", "1", "{}", '{"id": 1}', '{"id": "a", "rawId": "a", "response": {}}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30"}}',
    '{"response": {"userHandle": "MQ"}}', '{"response": []}', '{"response": {"userHandle": 1}}',
    '{"response": {"userHandle": "////"}}', "[" * 5000, '{"a": "' + "x" * 16_000 + '"}',
)  # fmt: skip


@pytest.mark.parametrize("credential", HOSTILE)
@pytest.mark.parametrize("begun", [True, False])
def test_nonsense_is_refused_with_a_page(proven, credential, begun):
    visitor = SiteClient()
    if begun:
        visitor.post(LOG_IN)
        proven.post(ADD, {"name": "x"})
    for client, path in ((visitor, LOG_IN), (proven, ADD)):
        response = client.post(path, {"name": "x", "credential": credential})
        assert response.status_code == 422
        assert "was not accepted" in response.content.decode()
    assert Authenticator.objects.count() == 0


def test_reading_a_page_writes_nothing_and_runs_nothing(added):
    client = SiteClient()
    page = client.get(LOG_IN)
    assert (page.status_code, page.cookies) == (200, {})
    assert page.headers["Cache-Control"] == "public,no-cache"
    before = list(Session.listed.values_list("session_key", "session_data"))
    for path in (LIST, ADD, LOG_IN, "/accounts/login/"):
        assert "<script src" not in added.get(path).content.decode()
        assert "<script src" not in client.get(path).content.decode()
    assert list(Session.listed.values_list("session_key", "session_data")) == before
    policy = client.post(LOG_IN).headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@time_machine.travel("2026-11-22T12:00:00Z")  # counted by the minute of the clock
def test_one_client_begins_twenty_times_a_minute(client):
    statuses = [client.post(LOG_IN).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]


def test_a_database_that_is_down_is_no_wrong_answer():
    class Form(forms.Form):
        def is_valid(self):
            raise OperationalError("gone")

    with pytest.raises(OperationalError):
        _accepted(Form())
