from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.exceptions import SessionInterrupted
from django.utils import timezone

from accounts.models import Session
from accounts.session_store import SessionStore
from tests.client import SiteClient
from tests.factories.people import PASSWORD


def stored(**data):
    store = SessionStore()
    store.update(data)
    store.save()
    return Session.objects.get(session_key=store.session_key)


@pytest.mark.django_db
def test_a_session_knows_its_user(person):
    row = stored(**{SESSION_KEY: str(person.pk), "device": "Firefox on Mac"})
    assert (row.user, row.device) == (person, "Firefox on Mac")
    assert row.expire_date - row.signed_in_at == timedelta(days=14)
    assert list(Session.listed.of(person)) == [row]


@pytest.mark.django_db
def test_a_half_finished_log_in_knows_its_user_too_and_ends_soon(person):
    row = stored(account_authentication_methods_user=str(person.pk))
    assert (row.user, row.signed_in_at) == (person, None)
    assert timedelta(minutes=59) < row.expire_date - timezone.now() <= timedelta(hours=1)
    assert list(Session.listed.of(person)) == []


@pytest.mark.django_db
def test_a_session_of_nobody(db):
    assert stored(something=1).user is None


@pytest.mark.django_db
def test_saving_again_never_prolongs_a_session(person):
    with time_machine.travel("2026-11-22T12:00:00Z", tick=False) as clock:
        store = SessionStore()
        store[SESSION_KEY] = str(person.pk)
        store.save()
        first = Session.objects.get()
        clock.shift(timedelta(days=10))
        store["more"] = 1
        store.save()
        second = Session.objects.get()
    assert second.expire_date == first.expire_date
    assert second.signed_in_at == first.signed_in_at


@pytest.mark.django_db
def test_a_session_ends_after_14_days_whatever_is_done_in_it(client, person):
    with time_machine.travel("2026-11-08T12:00:00Z") as clock:
        client.post("/accounts/login/", {"login": "ada", "password": PASSWORD, "remember": "on"})
        for _ in range(13):
            clock.shift(timedelta(days=1))
            assert client.get("/accounts/profile/").status_code == 200
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        clock.shift(timedelta(days=1, seconds=1))
        assert client.get("/accounts/profile/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_session_for_an_account_that_is_gone_ends_instead_of_trying_for_ever(db):
    store = SessionStore()
    store[SESSION_KEY] = "987654321"
    with pytest.raises(SessionInterrupted):
        store.save()


@pytest.mark.django_db
def test_a_deleted_account_is_a_visitor_on_every_device(signed_in, person):
    second = SiteClient()
    second.force_login(person)
    person.delete()
    for client in (signed_in, second):
        response = client.get("/accounts/profile/")
        assert response.status_code == 302
    assert Session.objects.count() == 0
