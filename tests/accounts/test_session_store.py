from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core import signing
from django.utils import timezone

from accounts.models import Session
from accounts.session_store import SessionSigner, SessionStore, _derived_key
from tests.client import SiteClient
from tests.factories.people import PASSWORD


def stored(**data):
    store = SessionStore()
    store.update(data)
    store.save()
    return Session.objects.get(session_key=store.session_key)


@pytest.mark.parametrize("data", [{}, {"a": "é:1"}, {"long": "word " * 500}])
def test_a_session_is_read_as_django_reads_it_by_the_keys_of_today_and_before(settings, data):
    store = SessionStore()
    of_before = store.encode(data)
    assert store.decode(of_before) == data
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key of this site, for all that is signed from now on"
    assert [store.decode(one) for one in (of_before, store.encode(data))] == [data, data]
    settings.SECRET_KEY_FALLBACKS = []
    assert store.decode(of_before) == {}


@pytest.mark.parametrize("change", ["", "x", "é", ":", "other text", "cut", "time"])
def test_a_session_that_is_not_well_signed_is_empty_and_told_of(change, caplog):
    store = SessionStore()
    whole = store.encode({"_auth_user_id": "1"})
    body, when, signature = whole.split(":")
    forged = {
        "cut": whole[:-1], "time": f"{body}:1{when}:{signature}", "x": f"x{whole}", "é": f"{whole}é",
    }.get(change, change)  # fmt: skip
    assert store.decode(forged) == {}
    assert caplog.messages == ["Session data corrupted"]


def test_a_signature_is_the_one_of_django(settings):
    (made,) = {
        kind(key=key, salt="a.salt").signature("what is signed")
        for kind in (SessionSigner, signing.TimestampSigner)
        for key in ("a key", b"a key")
    }
    assert len(made) == 43


def test_the_key_of_a_signature_is_derived_once():
    store = SessionStore()
    store.decode(store.encode({}))
    before = _derived_key.cache_info().misses
    store.decode(store.encode({}))
    assert _derived_key.cache_info().misses == before


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
