"""A session that ends while somebody writes: the text is kept through the log-in, without script."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Session
from privacy.rights.models import SubjectRequest
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.people import PASSWORD

PROFILE = "/accounts/profile/"
TYPED = {"name": 'Ada <King> & "Sons"', "note": "\nTwo\nlines", "marketing": "on"}
HIDDEN = re.compile(r'<textarea name="([^"]*)" hidden>\n(.*?)</textarea>', re.DOTALL)
ACTION = re.compile(r'<form\s+method="post"\s+action="([^"]*)"')
pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(person):
    """Who logs in and is logged out elsewhere; a POST must say where it comes from."""
    browser = SiteClient(enforce_csrf_checks=True)
    browser.force_login(person)
    Session.listed.all().delete()
    return browser


def text_of(response):
    return response.content.decode()


def kept(response):
    return {
        html.unescape(name): html.unescape(value)
        for name, value in HIDDEN.findall(text_of(response))
    }


def send_again(browser, response):
    (action,) = (a for a in ACTION.findall(text_of(response)) if not a.startswith("/cookies/"))
    return browser.post(html.unescape(action), kept(response), headers=SAME_ORIGIN)


def test_what_was_typed_on_an_own_page_is_kept_and_sent_again_after_the_log_in(browser, person):
    answer = browser.post(f"{PROFILE}?a=b", TYPED, headers=SAME_ORIGIN)
    assert answer.status_code == 403
    assert "<h1>Your login has ended</h1>" in text_of(answer)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert kept(answer) == TYPED
    assert 'href="/accounts/login/" target="_blank" rel="noopener"' in text_of(answer)

    browser.post("/accounts/login/", {"login": "ada", "password": PASSWORD}, headers=SAME_ORIGIN)
    assert send_again(browser, answer).status_code == 303
    person.refresh_from_db()
    assert person.name == TYPED["name"]


def test_a_draft_in_the_admin_is_kept_without_its_old_token(staff):
    browser = SiteClient(enforce_csrf_checks=True)
    browser.force_login(staff)
    address = "/admin/policy/policydraft/add/"
    Session.listed.all().delete()
    typed = {"source_text": "A new sentence.", "csrfmiddlewaretoken": "x" * 64, "_save": "Save"}
    answer = browser.post(address, typed, headers=SAME_ORIGIN)
    assert answer.status_code == 403
    assert kept(answer) == {"source_text": "A new sentence.", "_save": "Save"}

    browser.force_login(staff)
    again = send_again(browser, answer)
    # The form itself answers: it was taken in, though the token is gone.
    assert again.status_code == 200
    assert "A new sentence." in text_of(again)


def test_who_has_to_show_the_password_once_more_keeps_the_text_too(person):
    browser = SiteClient(enforce_csrf_checks=True)
    browser.force_login(person)
    typed = {"kind": "access", "text": "All about the charger."}
    answer = browser.post("/accounts/data/ask/", typed, headers=SAME_ORIGIN)
    assert answer.status_code == 403
    assert kept(answer) == typed
    assert 'href="/accounts/reauthenticate/" target="_blank"' in text_of(answer)

    browser.post("/accounts/reauthenticate/", {"password": PASSWORD}, headers=SAME_ORIGIN)
    assert send_again(browser, answer).status_code == 303
    assert SubjectRequest.objects.get().text == typed["text"]


def test_passwords_codes_and_files_are_never_kept(browser):
    secret = {"oldpassword": PASSWORD, "password1": "new-one-entirely", "code": "123456"}
    answer = browser.post(
        PROFILE,
        {"name": "Ada", "file": SimpleUploadedFile("a.txt", b"in the file"), **secret},
        headers=SAME_ORIGIN,
    )
    assert kept(answer) == {"name": "Ada"}
    assert [text for text in (*secret.values(), "in the file") if text in text_of(answer)] == []
    assert "Passwords, codes and files are not kept." in text_of(answer)


@pytest.mark.parametrize(
    "headers",
    [{}, {"sec-fetch-site": "none"}, {"referer": "https://testserver/accounts/profile/"}],
)
def test_what_does_not_say_that_it_comes_from_our_page_is_not_shown_again(headers):
    answer = SiteClient(enforce_csrf_checks=True).post(PROFILE, TYPED, headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/accounts/login/?next=/accounts/profile/",
    )


def test_another_sites_form_is_refused(browser):
    headers = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    answer = browser.post(PROFILE, TYPED, headers=headers)
    assert (answer.status_code, "Send it again" in text_of(answer)) == (403, False)


def test_a_form_in_which_nothing_was_typed_leads_to_the_log_in(browser):
    assert browser.post(PROFILE, {"name": ""}, headers=SAME_ORIGIN).status_code == 302
