"""A browser that keeps no cookies is told so, instead of being led in a circle."""

import pytest

from privacy.consent.offer.current import current_offer
from tests.client import SAME_ORIGIN, SiteClient
from tests.factories.people import PASSWORD

LOG_IN = ("/accounts/login/", {"login": "ada", "password": PASSWORD})
ACCEPT = ("/cookies/choose/", {"choice": "accept", "next": "/"})
REJECT = ("/cookies/choose/", {"choice": "reject", "next": "/"})
TOLD = "<h1>Your browser keeps no cookies</h1>"
pytestmark = pytest.mark.django_db


class Browser(SiteClient):
    shows_cookie_check = True


def send(browser, act):
    path, data = act
    shown = {"shown": current_offer().shown} if path == ACCEPT[0] else {}
    return browser.post(path, {**data, **shown}, headers=SAME_ORIGIN)


def led_to(response):
    return response.headers["Location"]


@pytest.fixture(autouse=True)
def _ada(person):
    """The person who logs in."""


@pytest.mark.parametrize("act", [LOG_IN, ACCEPT, REJECT], ids=["log in", "accept", "reject"])
def test_who_keeps_no_cookies_is_told_so(act):
    browser = Browser()
    answer = send(browser, act)
    assert answer.status_code == 303
    browser.cookies.clear()
    page = browser.get(led_to(answer))
    assert page.status_code == 200
    assert TOLD in page.content.decode()
    assert dict(page.cookies) == {}
    assert page.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("act", "target"),
    [(LOG_IN, "/accounts/profile/"), (REJECT, "/?done=cookies-saved")],
    ids=["log in", "reject"],
)
def test_who_keeps_them_is_led_on(act, target):
    browser = Browser()
    led = browser.get(led_to(browser.post(*act, headers=SAME_ORIGIN)))
    assert (led.status_code, led_to(led).partition("%3A")[0]) == (302, target)


def test_who_has_shown_a_cookie_takes_no_step_more():
    browser = Browser()
    browser.post(*REJECT, headers=SAME_ORIGIN)
    assert led_to(browser.post(*LOG_IN)) == "/accounts/profile/"


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "/\\evil", ""])
def test_the_step_leads_to_no_other_site(target):
    browser = Browser()
    browser.post(*REJECT, headers=SAME_ORIGIN)
    assert led_to(browser.get("/cookies/kept/", {"next": target})) == "/"
