"""Who is shown a kept page for members before Django is entered, and who is not."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from accounts.member_state import member_state
from accounts.models import Session, User
from accounts.session_store import SessionStore
from privacy.consent.decision import decide
from privacy.consent.offer.current import current_offer
from privacy.consent.personal_services import object_to_sharing
from sens_site.lib.cache import member_page_cache
from sens_site.wsgi import ready_member_pages
from tests.architecture import wsgi
from tests.client import SAME_ORIGIN, SiteClient

pytestmark = pytest.mark.django_db


VISIT = {"__Host-visit": "1"}


class Browser:
    """A browser that brings a session, and what it is told of it without a request."""

    def __init__(self, client: SiteClient, name: str) -> None:
        self.name, self.key = name, client.cookies[name].value

    def state(self, *, gpc: bool = False, **cookies: str) -> str | None:
        return member_state({self.name: self.key, **cookies}, gpc)

    @property
    def session(self) -> SessionStore:
        return SessionStore(self.key)


@pytest.fixture
def browser(signed_in: SiteClient, settings: Any) -> Browser:
    return Browser(signed_in, settings.SESSION_COOKIE_NAME)


def consent(group: str) -> dict[str, str]:
    return {settings.COOKIE_CONSENT_NAME: f"{group}={current_offer().by_key[group].version}"}


def test_it_is_the_state_of_whoever_says_the_same_and_costs_one_query(
    browser, django_assert_num_queries
):
    browser.state()  # reads for all whether there is news of the policy
    for cookies in ({}, consent("analytics")):
        raw = cookies.get(settings.COOKIE_CONSENT_NAME, "")
        for gpc in (False, True):
            with django_assert_num_queries(1):
                state = browser.state(gpc=gpc, **cookies)
            # A yes that the signal overtakes is corrected in the cookie, so Django answers.
            assert state == (None if gpc and raw else decide(raw, gpc=gpc).key)


def test_what_the_person_has_refused_elsewhere_is_part_of_it(browser, person):
    before = browser.state(**consent("analytics"))
    object_to_sharing(person)
    assert browser.state(**consent("analytics")) not in (None, before)


def test_a_cookie_that_has_to_be_deleted_is_left_to_django(browser):
    assert browser.state(_ga="1") is None
    assert browser.state(**VISIT) is None
    assert browser.state(**VISIT, **consent("analytics")) is not None


@pytest.mark.parametrize("key", ["a" * 32, "short"])
def test_a_session_that_does_not_exist_has_none(browser, key):
    browser.key = key
    assert browser.state() is None


def test_a_session_that_is_over_has_none(browser):
    Session.listed.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert browser.state() is None


def test_a_session_that_was_ended_elsewhere_has_none(browser, person):
    assert browser.state() is not None
    Session.listed.of(person).delete()
    assert browser.state() is None


def test_an_account_that_is_switched_off_has_none(browser, person):
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert browser.state() is None


def test_a_session_from_before_the_password_was_changed_has_none(browser, person):
    person.set_password("another-lantern-43-quiet")
    person.save()
    assert browser.state() is None


def test_a_session_that_was_signed_with_an_older_key_is_left_to_django(browser, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a key that has come after the first one and is as long"
    assert browser.state() is None


def test_half_a_login_has_none(browser):
    session = browser.session
    for name in (SESSION_KEY, HASH_SESSION_KEY, BACKEND_SESSION_KEY):
        value = session[name]
        session[name] = "0"
        session.save()
        assert browser.state() is None
        session[name] = value
    session.save()
    assert browser.state() is not None


def test_a_session_without_an_account_has_none(browser):
    Session.listed.update(user=None)
    assert browser.state() is None


def test_whoever_has_something_to_be_told_has_none(browser, monkeypatch):
    asked = []
    notice = lambda request: asked.append((request.user, request.session, request.COOKIES))  # noqa: E731 - says no
    monkeypatch.setattr(member_page_cache, "_personal_notices", [notice])
    assert browser.state() is not None
    ((user, session, cookies),) = asked
    assert (str(user.pk), cookies[browser.name]) == (session[SESSION_KEY], browser.key)
    monkeypatch.setattr(member_page_cache, "_personal_notices", [lambda request: True])
    assert browser.state() is None
    monkeypatch.setattr(member_page_cache, "_personal_notices", [])
    session = browser.session
    session["_messages"] = "one"
    session.save()
    assert browser.state() is None


def test_before_django_a_member_gets_what_django_would_send(browser, signed_in):
    """And after a log-out somewhere else, at once, what it sends to a stranger."""
    headers = {"cookie": f"{browser.name}={browser.key}"}
    answers = [
        wsgi.request(ready_member_pages, "GET", "/about/", b"", headers, CONTENT_LENGTH="")
        for _ in range(3)
    ]
    assert len(ready_member_pages._answers) == 1
    assert answers[0] == answers[1] == answers[2]
    assert 'href="/accounts/"' in answers[2].body.decode()
    signed_in.post("/accounts/logout/", headers=SAME_ORIGIN)
    stranger = wsgi.request(ready_member_pages, "GET", "/about/", b"", headers, CONTENT_LENGTH="")
    assert 'href="/accounts/"' not in stranger.body.decode()
