"""The answer to a banner below a form comes in a frame, so that nothing typed above is lost."""

import re

import pytest
from django.conf import settings

from privacy.consent import services
from privacy.consent.offer.current import current_offer
from tests.client import SAME_ORIGIN, SiteClient
from tests.privacy.consent.conftest import COOKIE, squeezed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("full_offer")]
FORM, PLAIN = "/contact/webmaster/", "/about/"


def send(client, choice="reject", *, shown=None, **headers):
    """Press a button of the banner below a form."""
    body = {"choice": choice, "shown": current_offer().shown if shown is None else shown}
    return client.post("/cookies/choose/", body, headers=SAME_ORIGIN | headers)


def may_be_framed(response):
    """Whether a page of this site, and no other, may show this answer in a frame."""
    policy = response.headers["Content-Security-Policy"]
    (ancestors,) = re.findall(r"frame-ancestors ([^;]*)", policy)
    kinds = {("SAMEORIGIN", "'self'"): True, ("DENY", "'none'"): False}
    return kinds[response.headers["X-Frame-Options"], ancestors]


def test_only_a_page_with_a_banner_below_its_form_may_hold_a_frame(client, choose):
    below, above = client.get(FORM), client.get(PLAIN)
    assert re.search(r'<form[^>]* action="/cookies/choose/"[^>]* target="answer"', squeezed(below))
    assert squeezed(below).count('<iframe name="answer" title="') == 1
    assert "frame-src 'self'" in below.headers["Content-Security-Policy"]
    assert "<iframe" not in squeezed(above)
    assert "frame-src" not in above.headers["Content-Security-Policy"]
    assert (may_be_framed(below), may_be_framed(above)) == (False, False)
    choose("reject")
    answered = client.get(FORM)
    assert "<iframe" not in squeezed(answered)
    assert "frame-src" not in answered.headers["Content-Security-Policy"]


def test_the_answer_is_kept_and_said_in_a_page_that_only_ours_may_frame(client):
    done = send(client)
    assert (done.status_code, done.cookies[COOKIE].value != "") == (303, True)
    page = client.get(done.headers["Location"], headers={"Sec-Fetch-Site": "same-origin"})
    assert page.status_code == 200
    assert may_be_framed(page)
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "Saved. The next page no longer asks." in squeezed(page)
    assert b"<form" not in page.content
    assert b"cookie-banner" not in client.get(FORM).content


@pytest.mark.parametrize("pressed", [True, False])
def test_only_a_button_that_somebody_pressed_moves_the_focus_to_the_answer(client, pressed):
    done = send(client, **({"Sec-Fetch-User": "?1"} if pressed else {}))
    assert done.headers["Location"].endswith("#done") is pressed


def test_a_browser_that_keeps_no_cookies_is_told_so_in_the_frame(client):
    done = send(client)
    page = SiteClient().get(done.headers["Location"])
    assert may_be_framed(page)
    assert "Your browser keeps no cookies" in squeezed(page)
    assert "Saved" not in squeezed(page)


def test_what_stays_off_because_of_the_signal_is_said_in_the_frame(client):
    done = send(client, "accept", **{"Sec-GPC": "1"})
    page = client.get(done.headers["Location"], headers={"Sec-GPC": "1"})
    assert "not everything could be switched on" in squeezed(page)


@pytest.mark.parametrize("word", ["", "?done=", "?done=cookies-saved", "?done=cookies-saved:x:y"])
def test_nobody_can_be_led_to_a_saved_answer(client, word):
    response = client.get(f"/cookies/answer/{word}")
    assert (response.status_code, response.headers["Location"]) == (302, "/cookies/")
    assert response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("choice", ["accept", "reject"])
def test_a_banner_out_of_date_grants_nothing_and_says_so_in_the_frame(client, choice):
    response = send(client, choice, shown="analytics=00000000")
    if choice == "reject":
        assert response.status_code == 303
        return
    assert response.status_code == 409
    assert may_be_framed(response)
    assert "What this asks about has changed." in squeezed(response)
    assert '<a href="/cookies/" target="_blank">' in squeezed(response)
    assert response.cookies == {}


def test_a_grant_that_cannot_be_written_down_is_refused_in_the_frame(client, monkeypatch):
    def flooded(*args, **kwargs):
        raise services.TooManyReceiptsError(60)

    monkeypatch.setattr(services, "record_choice", flooded)
    response = send(client, "accept")
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 600
    assert may_be_framed(response)
    assert "Nothing was allowed or changed" in squeezed(response)
    assert settings.COOKIE_CONSENT_NAME not in response.cookies
