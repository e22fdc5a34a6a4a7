"""The browser's opt-out signal: what it ends for good, which pages it shares, and since when."""

import datetime as dt

import pytest
from django.utils import timezone

from privacy.consent.decision import decide
from privacy.consent.offer import current
from privacy.consent.offer.loading import signal_honored_since
from tests.architecture.wsgi import connection_kept, fresh_application, request
from tests.client import SAME_ORIGIN, SiteClient, said_by
from tests.factories.policies import add_version
from tests.privacy.consent.conftest import COOKIE, answer, squeezed

pytestmark = pytest.mark.django_db
SIGNAL = {"sec-gpc": "1"}
CLAIM = "signals.gpc-honored"


def granted(full_offer, *keys):
    """The cookie of a visitor who has allowed some groups and refused the others."""
    return "|".join(f"{o.key}={o.version if o.key in keys else '-1'}" for o in full_offer.groups)


def test_a_consent_that_is_older_than_the_signal_does_not_come_back(client, full_offer):
    client.cookies[COOKIE] = granted(full_offer, "preferences", "marketing")
    response = client.get("/about/", headers=SIGNAL)
    assert response.cookies[COOKIE].value == granted(full_offer, "preferences")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert decide(client.cookies[COOKIE].value, gpc=False).granted == {"preferences"}
    again = client.get("/about/", headers=SIGNAL)
    assert (dict(again.cookies), "Clear-Site-Data" in again.headers) == ({}, False)


def test_what_the_overtaken_consent_has_set_goes_in_the_same_answer(client, full_offer):
    client.cookies[COOKIE] = granted(full_offer, "analytics")
    client.cookies["_ga"] = "1"
    response = client.get("/about/", headers=SIGNAL)
    assert response.cookies[COOKIE].value == granted(full_offer)
    assert {m.key for m in response.cookies.values() if m["max-age"] == "0"} == {"_ga"}


def test_the_signal_touches_no_cookie_that_has_nothing_to_correct(client, full_offer):
    marketing = full_offer.by_key["marketing"]
    for cookie in (
        granted(full_offer, "preferences"),
        f"marketing={marketing.version}!",
        f"preferences={full_offer.by_key['preferences'].version}",
        "something=00000000",
        "no cookie of ours",
    ):
        client.cookies[COOKIE] = cookie
        assert COOKIE not in client.get("/about/", headers=SIGNAL).cookies
    client.cookies[COOKIE] = granted(full_offer, "marketing")
    assert COOKIE not in client.get("/about/").cookies


def test_a_consent_to_what_is_switched_off_at_the_moment_does_not_outlive_the_signal(client):
    client.cookies[COOKIE] = "marketing=0a1b2c3d|preferences=0a1b2c3d"
    response = client.get("/about/", headers=SIGNAL)
    assert response.cookies[COOKIE].value == "marketing=-1|preferences=0a1b2c3d"


def test_a_stranger_who_sends_the_signal_gets_no_cookie(client, full_offer):
    assert dict(client.get("/about/", headers=SIGNAL).cookies) == {}


def test_what_accept_all_leaves_off_is_said(full_offer):
    client = SiteClient()
    headers = {**SAME_ORIGIN, **SIGNAL}
    response = client.post("/cookies/choose/", answer(next="/about/"), headers=headers)
    assert said_by(response) == ("/about/", "cookies-partly")
    page = squeezed(client.get(response.headers["Location"], headers=SIGNAL))
    for name in ("Analytics", "Marketing", "Social media"):
        assert f"“{name}” is off: your browser’s opt-out signal covers it." in page
    assert "“Preferences” is off" not in page


def test_the_banner_does_not_ask_about_what_the_signal_covers(client, full_offer):
    page = squeezed(client.get("/about/", headers=SIGNAL))
    assert "May we use cookies for preferences?" in page
    page = squeezed(client.get("/about/"))
    assert "May we use cookies for preferences, analytics, marketing and social media?" in page


def test_where_the_signal_covers_everything_nothing_is_asked(client):
    assert b'class="cookie-banner"' not in client.get("/about/", headers=SIGNAL).content


# --- kept pages ------------------------------------------------------------------------------------


@pytest.fixture
def pages(full_offer, monkeypatch):
    """A server process of its own; ask it for a page."""
    # It may look for news of the offer at any time, and would find what the database has.
    monkeypatch.setattr(current, "refresh_offer", lambda: full_offer)
    application = fresh_application()

    def ask(path, **headers):
        return request(application, "GET", path, b"", {"host": "testserver", **headers})

    with connection_kept():
        yield ask


@pytest.mark.parametrize("signal", [{}, {"sec_gpc": "1"}], ids=["plain", "signal"])
def test_strangers_share_kept_pages_with_the_signal_as_without(
    pages, signal, django_assert_num_queries
):
    first = pages("/about/", **signal)
    assert first.headers["Cache-Control"] == "public,no-cache"
    assert set(first.headers["Vary"].split(",")) >= {"Cookie", "Sec-GPC"}
    with django_assert_num_queries(0):
        again = pages("/about/", **signal)
        unchanged = pages("/about/", if_none_match=first.headers["ETag"], **signal)
    assert (again.body, again.headers["ETag"]) == (first.body, first.headers["ETag"])
    assert unchanged.status == "304 Not Modified"
    assert unchanged.headers["Cache-Control"] == first.headers["Cache-Control"]


def test_with_and_without_the_signal_are_two_bodies_and_two_names(pages):
    one, other = pages("/about/"), pages("/about/", sec_gpc="1")
    assert one.body != other.body
    assert one.headers["ETag"] != other.headers["ETag"]


def test_a_kept_page_hides_no_correction(pages, full_offer):
    refused = f"{COOKIE}={granted(full_offer)}"
    allowed = f"{COOKIE}={granted(full_offer, 'marketing')}"
    for _ in range(2):
        assert "Set-Cookie" not in pages("/about/", sec_gpc="1", cookie=refused).headers
        corrected = pages("/about/", sec_gpc="1", cookie=allowed)
        assert f'{COOKIE}="{granted(full_offer)}"' in corrected.headers["Set-Cookie"]
        assert corrected.headers["Cache-Control"] == "private, no-store"


def test_a_request_with_a_session_is_answered_from_no_page_of_strangers(pages, full_offer, person):
    browser = SiteClient()
    browser.force_login(person)
    browser.post("/cookies/choose/", answer("reject"), headers=SAME_ORIGIN)
    allowed = f"{COOKIE}={granted(full_offer, *full_offer.by_key)}"
    session = f"__Host-session={browser.cookies['__Host-session'].value}"
    policies = [
        pages("/about/", cookie=cookie).headers["Content-Security-Policy"]
        for cookie in (allowed, f"{allowed}; {session}", allowed)
    ]
    assert ["https://" in policy for policy in policies] == [True, False, True]


# --- since when ------------------------------------------------------------------------------------


def test_support_is_dated_by_the_policy_that_says_so(client, policy):
    response = client.get("/.well-known/gpc.json")
    assert response.json() == {"gpc": True, "lastUpdate": "2026-11-20"}
    assert response.headers["Cache-Control"] == "public,no-cache"


def test_the_date_is_that_of_the_first_version_of_the_unbroken_run():
    day = timezone.localdate()
    says, silent = f"We honor it.{{promise:{CLAIM}}}", "We say nothing of it."

    since = signal_honored_since
    assert since() == dt.date(2026, 11, 20)
    add_version(says, effective_on=day - dt.timedelta(days=3))
    assert since() == dt.date(2026, 11, 20)
    add_version(silent, effective_on=day - dt.timedelta(days=2))
    assert since() is None
    add_version(says, effective_on=day - dt.timedelta(days=1))
    add_version(says, effective_on=day)
    add_version(silent, effective_on=day + dt.timedelta(days=1))
    assert since() == day - dt.timedelta(days=1)


def test_a_policy_that_does_not_speak_of_it_gives_no_date(client):
    add_version("We say nothing of it.", effective_on=timezone.localdate())
    assert client.get("/.well-known/gpc.json").json() == {"gpc": True}


def test_what_every_version_says_is_honored_since_the_first(monkeypatch):
    monkeypatch.setattr("privacy.consent.offer.loading.SIGNAL_HONORED", "signals.do-not-track")
    assert signal_honored_since() == dt.date(2020, 7, 17)
