"""Deciding: one POST, one cookie, every group."""

from itertools import product

import pytest
from django.conf import settings

from privacy.consent.decision import decide
from privacy.consent.offer.current import current_offer
from tests.client import SAME_ORIGIN, SiteClient, said_by
from tests.privacy.consent.conftest import COOKIE, answer, squeezed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("full_offer")]
KEYS = ["preferences", "analytics", "marketing", "social"]


def test_the_cookies_page_asks_without_setting_or_storing_anything(
    client, django_assert_num_queries
):
    client.get("/cookies/")
    with django_assert_num_queries(0):
        response = client.get("/cookies/")
    assert response.status_code == 200
    assert response.cookies == {}
    assert response.headers["Cache-Control"] == "public,no-cache"
    assert response.headers["Vary"] == "Accept-Encoding,Cookie,Sec-GPC"
    html = squeezed(response)
    for key in KEYS:
        assert f'name="{key}" value="no" checked' in html
        assert f'name="{key}" value="yes" checked' not in html
    for name in (settings.SESSION_COOKIE_NAME, COOKIE, settings.CSRF_COOKIE_NAME):
        assert f"<code>{name}</code>" in html


def test_the_page_shows_the_decision_that_was_made(client, choose):
    choose("some", analytics="yes", marketing="no")
    html = squeezed(client.get("/cookies/"))
    assert 'name="analytics" value="yes" checked' in html
    assert 'name="analytics" value="no" checked' not in html
    assert 'name="marketing" value="no" checked' in html


@pytest.mark.parametrize(
    ("choice", "fields", "granted"),
    [
        ("accept", {}, set(KEYS)),
        ("reject", {}, set()),
        ("some", {}, set()),
        ("some", {"analytics": "yes"}, {"analytics"}),
        ("some", dict.fromkeys(KEYS, "yes"), set(KEYS)),
    ],
)
def test_one_post_decides_every_group(choose, choice, fields, granted):
    response = choose(choice, next="/about/", **fields)
    assert response.status_code == 303
    assert said_by(response) == ("/about/", "cookies-saved")
    assert set(response.cookies) >= {COOKIE}
    decision = decide(response.cookies[COOKIE].value, gpc=False)
    assert decision.granted == granted
    assert decision.declined == set(KEYS) - granted
    assert decision.answered is True


def test_the_cookie_is_bound_to_this_host_and_lives_182_days(choose):
    morsel = choose("reject").cookies[COOKIE]
    assert COOKIE == "__Host-cookie_consent"
    assert (morsel["max-age"], morsel["path"], morsel["domain"]) == (15724800, "/", "")
    assert (morsel["secure"], morsel["httponly"], morsel["samesite"]) == (True, True, "Lax")


def test_everyone_who_rejects_carries_the_same_single_cookie():
    answers = []
    for body in (answer("reject"), answer("some"), answer("some", social="no")):
        client = SiteClient()
        response = client.post("/cookies/choose/", body, headers=SAME_ORIGIN)
        assert list(response.cookies) == [COOKIE]
        answers.append(response.cookies[COOKIE].value)
    assert answers == ["preferences=-1|analytics=-1|marketing=-1|social=-1"] * 3


def test_there_are_no_more_than_2_to_the_k_values():
    values = set()
    for answers in product(["yes", "no"], repeat=4):
        fields = dict(zip(KEYS, answers, strict=True))
        response = SiteClient().post(
            "/cookies/choose/", answer("some", **fields), headers=SAME_ORIGIN
        )
        values.add(response.cookies[COOKIE].value)
    assert len(values) == 16
    assert max(map(len, values)) <= 85


def test_choosing_twice_is_choosing_the_last(client, choose):
    choose("accept")
    choose("accept")
    first = client.cookies[COOKIE].value
    choose("reject")
    choose("accept")
    assert client.cookies[COOKIE].value == first


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 303),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "https://testserver"}, 403),
        ({"sec-fetch-site": "same-site", "origin": "https://shop.testserver"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "https://testserver"}, 303),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://testserver"}, 403),
        ({"origin": "null"}, 403),
        ({"referer": "https://testserver/about/"}, 303),
        ({"referer": "https://testserver.evil.example/"}, 403),
        ({"referer": "https://[broken"}, 403),
        ({}, 403),
    ],
)
def test_a_choice_made_elsewhere_is_no_choice(strict_client, headers, status):
    response = strict_client.post("/cookies/choose/", answer("accept"), headers=headers)
    assert response.status_code == status
    assert (COOKIE in response.cookies) is (status == 303)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"choice": "maybe"},
        {"choice": "some", "analytics": "on"},
        {"choice": "accept", "x": "y"},
    ],
)
def test_a_choice_that_is_not_offered_is_a_clear_page(client, body):
    response = client.post("/cookies/choose/", body, headers=SAME_ORIGIN)
    assert response.status_code == 400
    assert response.cookies == {}
    assert "<h1>That request could not be read</h1>" in squeezed(response)


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete"])
def test_nothing_but_a_post_decides(client, method):
    response = getattr(client, method)("/cookies/choose/", headers=SAME_ORIGIN)
    assert response.status_code == 405
    assert response.cookies == {}


def test_the_banner_goes_when_everything_is_answered_and_comes_back_for_what_is_new(client, choose):
    offer = current_offer()
    assert b'name="choice"' in client.get("/about/").content
    saved = b"Your choice about cookies is saved."
    done = choose("reject")
    page = client.get("/about/").content
    assert (b'name="choice"' in page, saved in page) == (False, False)
    page = client.get(f"/about/?{done.headers['Location'].partition('?')[2]}").content
    assert (b'name="choice"' in page, saved in page) == (False, False)
    assert saved in client.get(done.headers["Location"]).content
    assert saved not in SiteClient().get(done.headers["Location"]).content
    old = client.cookies[COOKIE].value.replace("analytics=-1", "analytics=00000000")
    client.cookies[COOKIE] = old
    assert offer.by_key["analytics"].version != "00000000"
    assert b'name="choice"' in client.get("/about/").content


def test_accept_all_under_the_signal_leaves_covered_groups_off(client, choose):
    headers = {**SAME_ORIGIN, "sec-gpc": "1"}
    response = choose("accept", headers=headers)
    raw = response.cookies[COOKIE].value
    assert decide(raw, gpc=True).granted == {"preferences"}
    # Switching the signal off later grants nothing that was not granted then.
    assert decide(raw, gpc=False).granted == {"preferences"}
    html = squeezed(client.get("/cookies/", headers={"sec-gpc": "1"}))
    assert "Opt-out preference signal honored" in html


def test_only_a_yes_to_that_very_group_overrides_the_signal(choose):
    headers = {**SAME_ORIGIN, "sec-gpc": "1"}
    raw = choose("some", headers=headers, marketing="yes").cookies[COOKIE].value
    assert decide(raw, gpc=True).granted == {"marketing"}


def test_do_not_track_changes_nothing(client):
    plain = client.get("/cookies/")
    asked = client.get("/cookies/", headers={"dnt": "1"})
    assert asked.content == plain.content
    assert asked.headers.items() == plain.headers.items()


def test_the_banner_is_small_and_stands_before_everything_else(client):
    import gzip

    html = client.get("/about/").content
    start = html.index(b'<section class="cookie-banner"')
    end = html.index(b"</section>", start) + len(b"</section>")
    without = html[:start] + html[end:]
    cost = len(gzip.compress(html, 9, mtime=0)) - len(gzip.compress(without, 9, mtime=0))
    assert cost <= 400
    before = html[html.index(b"<body>") + len(b"<body>") : start]
    assert before.strip() == b""
    after = html[end:]
    assert after.lstrip().startswith(b"<header")
    assert after.index(b'<a class="skip" href="#main">') < after.index(b'<a class="logo"')
    banner = html[start:end]
    assert banner.count(b'<button class="button" name="choice"') == 2


def test_support_of_the_signal_is_said_in_the_standards_own_place(client):
    response = client.get("/.well-known/gpc.json")
    assert response.json() == {"gpc": True, "lastUpdate": "2026-11-20"}
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "public,no-cache"


def test_the_cookies_page_leads_to_the_other_privacy_choices(client):
    html = squeezed(client.get("/cookies/"))
    assert 'id="your-privacy-choices"' in html
    assert '<a href="/privacy/choices/">send a request</a>' in html


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/register/",
        "/contact/webmaster/",
        "/privacy/choices/",
        "/privacy/",
    ],
)
def test_on_a_page_with_a_form_the_banner_stands_below_it(client, path):
    html = client.get(path).content.decode()
    assert html.count('<section class="cookie-banner"') == 1
    assert html.index("<textarea" if "account" not in path else 'type="password"') < html.index(
        "</main>"
    )
    assert html.index("</main>") < html.index('<section class="cookie-banner"')
    assert html.index('<section class="cookie-banner"') < html.index("<footer")


def test_where_a_log_in_leads_to_survives_the_banner(strict_client):
    path = "/accounts/login/?next=%2Faccounts%2Fdata%2F"
    html = strict_client.get(path).content.decode()
    banner = html[html.index('<section class="cookie-banner"') :]
    assert 'name="next"' not in banner
    response = strict_client.post("/cookies/choose/", {"choice": "reject"}, headers=SAME_ORIGIN)
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/cookies/answer/?done=cookies-saved")
    back = strict_client.get(path).content.decode()
    assert f'action="{path}"' in back
