"""What was true when a page was drawn, or a request began, and is no longer when it acts."""

from datetime import timedelta

import pytest
from allauth.account import views as allauth_views
from django.db import IntegrityError

from accounts import idle_accounts, views
from accounts.idle_accounts import end_idle, notify_idle
from accounts.models import IdleNotice, Session, User
from accounts.session_store import SessionStore
from privacy.datamap.erasure import NothingToEraseError
from tests.client import said_by
from tests.factories.people import PASSWORD, make_person

pytestmark = pytest.mark.django_db


def overtaken(*args, **kwargs):
    raise IntegrityError


def gone(*args, **kwargs):
    raise NothingToEraseError


def test_an_address_that_another_account_gets_while_it_is_confirmed_stays_theirs(
    proven, person, letters, monkeypatch
):
    proven.post("/accounts/email/", {"email": "later@customer.test", "action_add": ""})
    link = letters.link("Confirm your email address")
    monkeypatch.setattr(allauth_views.ConfirmEmailView, "post", overtaken)
    response = proven.post(link)
    assert response.status_code == 409
    person.refresh_from_db()
    assert person.email == "ada@customer.test"


def test_the_form_for_an_address_sent_twice_at_once_is_answered_once_more(proven, monkeypatch):
    monkeypatch.setattr(allauth_views.EmailView, "post", overtaken)
    response = proven.post("/accounts/email/", {"email": "new@customer.test", "action_add": ""})
    assert (response.status_code, response.url) == (303, "/accounts/email/")


def test_of_two_tabs_that_delete_the_account_the_second_is_told_that_it_is_done(
    proven, person, monkeypatch
):
    monkeypatch.setattr(views, "erase_account", gone)
    response = proven.post("/accounts/delete/", {"username": person.username})
    assert response.status_code == 303
    assert said_by(response) == ("/accounts/deleted/", "deleted")


def test_an_account_that_its_person_deletes_just_then_is_not_counted_as_ended(
    idle_account, monkeypatch
):
    notify_idle()
    IdleNotice.objects.update(sent_at=idle_account.date_joined + timedelta(days=400))
    asked = []

    def erase(user, **facts):
        asked.append(user)
        raise NothingToEraseError

    monkeypatch.setattr(idle_accounts, "erase_account", erase)
    assert (end_idle(), asked) == (0, [idle_account])


@pytest.fixture
def idle_account() -> User:
    long_ago = "2020-01-01T00:00:00Z"
    user = make_person("idle", last_login=long_ago, date_joined=long_ago)
    user.refresh_from_db()
    return user


def test_of_two_workers_one_gives_notice(idle_account, letters):
    IdleNotice.objects.create(user=idle_account)
    assert idle_accounts._notify(idle_account, idle_account.date_joined) is False
    assert letters.all() == []


def test_a_key_that_is_taken_is_made_anew(db, monkeypatch):
    taken = SessionStore()
    taken.save()
    keys = [taken.session_key, "fresh" * 6]
    store = SessionStore()
    monkeypatch.setattr(store, "_get_new_session_key", lambda: keys.pop(0))
    store.create()
    assert store.session_key == "fresh" * 6
    assert Session.objects.count() == 2


def test_a_page_without_a_form_says_when_to_try_again(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password_from_key": "1/m/ip"}
    path = "/accounts/password/reset/key/1-no-such-key/"
    assert client.post(path, {"password1": PASSWORD}).status_code == 404
    response = client.post(path, {"password1": PASSWORD})
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "60"
    assert "Wait a minute, then try again." in response.content.decode()
