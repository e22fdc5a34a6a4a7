"""What was shown is what is granted (law 16): old tabs, the page from Back, contradictions."""

import re
from html import unescape

import pytest
from django.conf import settings

from privacy.consent.decision import decide
from privacy.consent.models import ConsentReceipt
from privacy.consent.offer import current
from privacy.consent.offer.building import build_offer
from tests.client import SAME_ORIGIN, SiteClient
from tests.privacy.consent.conftest import COOKIE, IDENTIFIERS, squeezed

pytestmark = pytest.mark.django_db
VISITOR = "__Host-visitor"
NOTHING_HOLDS = "Nothing new is allowed until you answer here."


def offer(**identifiers):
    """Staff have switched on these services, besides our own."""
    keys = {key.replace("_", "-"): IDENTIFIERS[key.replace("_", "-")] for key in identifiers}
    return current.use_offer(build_offer(keys))


def fields_of(client, path):
    """Open a page and return what the form about cookies on it carries, filled in or hidden."""
    html = squeezed(client.get(path))
    form = html[html.index('action="/cookies/choose/"') :]
    form = form[: form.index("</form>")]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.findall(rf'{a}="([^"]*)"', tag)[0] for a in ("name", "value"))
        if 'type="hidden"' in tag or "checked" in tag:
            fields[name] = unescape(value)
    return fields


def send(client, fields, choice, **typed):
    data = {**fields, "choice": choice, **typed}
    return client.post("/cookies/choose/", data, headers=SAME_ORIGIN)


def granted(client):
    morsel = client.cookies.get(COOKIE)
    return set(decide(morsel.value if morsel else "", gpc=False).services)


@pytest.mark.parametrize(
    ("choice", "typed"), [("accept", {}), ("some", {"analytics": "yes"})], ids=["accept", "yes"]
)
@pytest.mark.parametrize("path", ["/about/", "/cookies/"])
def test_a_service_that_was_switched_on_since_is_not_granted(client, path, choice, typed):
    offer()
    form = fields_of(client, path)
    offer(google_analytics=1)
    response = send(client, form, choice, **typed)
    assert response.status_code == 409
    assert response.cookies == {}
    html = squeezed(response)
    assert "Analytics has changed." in html
    assert NOTHING_HOLDS in html
    assert 'name="analytics" value="no" checked' in html
    assert ConsentReceipt.objects.count() == 0
    # What has now been shown can be granted.
    assert send(client, fields_of(client, "/cookies/"), "accept").status_code == 303
    assert granted(client) == {"visits", "google-analytics"}


def test_a_group_that_came_since_is_shown_before_it_is_granted(client):
    offer()
    form = fields_of(client, "/cookies/")
    offer(google_ads=1)
    response = send(client, form, "some", analytics="yes")
    assert response.status_code == 409
    html = squeezed(response)
    assert '<a href="#marketing">Marketing is new.</a>' in html
    assert 'name="analytics" value="yes" checked' in html
    assert 'name="marketing" value="no" checked' in html
    assert 'name="next" value="/cookies/"' in html
    assert granted(client) == set()


def test_the_refusals_of_a_form_that_is_out_of_date_hold_at_once(client):
    offer(google_ads=1)
    send(client, fields_of(client, "/cookies/"), "accept")
    client.cookies["_gcl_au"] = "1"
    form = fields_of(client, "/cookies/")
    offer(google_ads=1, google_analytics=1)
    response = send(client, form, "some", analytics="yes", marketing="no")
    assert response.status_code == 409
    assert decide(response.cookies[COOKIE].value, gpc=False).declined == {"marketing"}
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "_gcl_au" in {morsel.key for morsel in response.cookies.values()}
    assert granted(client) == set()
    assert "Each No holds already." in squeezed(response)
    states = [receipt.document for receipt in ConsentReceipt.objects.order_by("pk")]
    assert sum('"state":"withdrawn"' in document for document in states) == 1


@pytest.mark.parametrize("choice", ["reject", "some"])
def test_a_form_that_only_refuses_is_taken_whatever_has_changed(client, choice):
    offer()
    form = fields_of(client, "/cookies/")
    offer(google_analytics=1)
    response = send(client, form, choice, next="/about/")
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/about/?done=cookies-saved")
    assert decide(response.cookies[COOKIE].value, gpc=False).declined == {"analytics"}


def test_what_ran_before_goes_on_while_the_rest_is_asked_again(client):
    offer(google_ads=1)
    send(client, fields_of(client, "/cookies/"), "accept")
    form = fields_of(client, "/cookies/")
    offer(google_ads=1, google_analytics=1)
    response = send(client, form, "accept")
    assert response.status_code == 409
    assert response.cookies == {}
    assert granted(client) == {"google-ads"}
    assert 'name="marketing" value="yes" checked' in squeezed(response)


def test_the_banner_decides_about_the_groups_that_it_names_and_no_others(client):
    offer(google_ads=1)
    send(client, fields_of(client, "/cookies/"), "some", analytics="no", marketing="yes")
    offer(google_ads=1, youtube=1)
    html = squeezed(client.get("/about/"))
    assert "May we use cookies for preferences? See our" in html
    assert send(client, fields_of(client, "/about/"), "accept").status_code == 303
    assert granted(client) == {"google-ads", "youtube"}
    assert decide(client.cookies[COOKIE].value, gpc=False).declined == {"analytics"}


def test_a_banner_that_is_out_of_date_leaves_the_groups_that_it_did_not_name_as_they_are(client):
    offer(google_ads=1)
    send(client, fields_of(client, "/cookies/"), "accept")
    offer(google_ads=1, youtube=1)
    banner = fields_of(client, "/about/")
    assert banner["shown"].startswith("preferences=")
    offer(google_ads=1, youtube=1, google_maps=1)
    response = send(client, banner, "accept")
    assert response.status_code == 409
    html = squeezed(response)
    assert "Preferences has changed." in html
    assert 'name="marketing" value="yes" checked' in html
    assert granted(client) == {"visits", "google-ads"}


def test_of_two_tabs_the_last_answer_counts(client):
    offer(google_ads=1)
    first, second = fields_of(client, "/about/"), fields_of(client, "/cookies/")
    send(client, second, "reject")
    assert send(client, first, "accept").status_code == 303
    assert granted(client) == {"visits", "google-ads"}
    send(client, second, "some", marketing="yes", analytics="no")
    assert granted(client) == {"google-ads"}


@pytest.mark.parametrize("choice", ["accept", "reject"])
def test_a_no_is_not_asked_again_because_staff_switch_the_group_off_and_on(client, choice):
    offer(google_ads=1)
    send(client, fields_of(client, "/cookies/"), "some", analytics="yes", marketing="no")
    offer()
    send(client, fields_of(client, "/cookies/"), choice)
    assert decide(client.cookies[COOKIE].value, gpc=False).states.keys() == {"analytics"}
    offer(google_ads=1)
    decision = decide(client.cookies[COOKIE].value, gpc=False)
    assert "marketing" in decision.declined
    assert decision.answered


@pytest.mark.parametrize("choice", ["accept", "reject"])
def test_a_yes_is_asked_again_when_a_choice_was_made_while_nothing_ran_in_the_group(client, choice):
    offer(google_ads=1)
    send(client, fields_of(client, "/cookies/"), "accept")
    offer()
    send(client, fields_of(client, "/cookies/"), choice)
    offer(google_ads=1)
    assert decide(client.cookies[COOKIE].value, gpc=False).undecided == {"marketing"}


@pytest.mark.parametrize("shown", ["", "analytics", "analytics=ffffffff", "x" * 500])
def test_a_form_that_does_not_say_what_it_showed_grants_nothing(client, shown):
    offer()
    response = send(client, {"shown": shown}, "accept")
    assert response.status_code == 409
    assert granted(client) == set()


ONLY_VISITS = {"analytics": "some", "analytics.visits": "yes"}


def test_one_service_of_a_group_can_be_allowed_by_itself(client, full_offer):
    response = send(client, fields_of(client, "/cookies/"), "some", **ONLY_VISITS)
    assert response.status_code == 303
    version = full_offer.by_key["analytics"].version
    assert f"analytics={version}.visits|" in response.cookies[COOKIE].value
    assert granted(client) == {"visits"}
    html = squeezed(client.get("/cookies/"))
    assert 'name="analytics" value="some" checked' in html
    assert 'name="analytics.visits" value="yes" checked' in html
    assert 'name="analytics.google-analytics" value="yes" checked' not in html
    assert "googletagmanager" not in client.get("/about/").headers["Content-Security-Policy"]
    (receipt,) = ConsentReceipt.objects.all()
    assert '"services":["visits"]' in receipt.document
    assert "google" not in receipt.document


def test_a_service_that_is_given_up_alone_ends_alone(client, full_offer):
    send(client, fields_of(client, "/cookies/"), "some", analytics="yes")
    client.cookies["_ga"] = "1"
    client.cookies[VISITOR] = "1"
    response = send(client, fields_of(client, "/cookies/"), "some", **ONLY_VISITS)
    assert {m.key for m in response.cookies.values() if m["max-age"] in (0, "0")} == {"_ga"}
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert granted(client) == {"visits"}


def test_each_group_of_several_services_starts_at_no_with_nothing_ticked(client, full_offer):
    fields = fields_of(client, "/cookies/")
    assert {k: v for k, v in fields.items() if k not in ("next", "shown")} == {
        "preferences": "no", "analytics": "no", "marketing": "no", "social": "no",
    }  # fmt: skip
    html = squeezed(client.get("/cookies/"))
    assert html.count('value="some"') == 3 + 1  # three groups of several services, and Save
    assert html.count('type="checkbox"') == 8


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"analytics": "no", "analytics.visits": "yes"}, "you said No, and ticked one"),
        ({"analytics": "some"}, "you ticked none of its services"),
        ({"analytics": "yes", "analytics.visits": "no"}, "you said Yes to all, and No to one"),
    ],
)
def test_answers_that_do_not_go_together_grant_nothing_and_come_back(
    client, full_offer, typed, said
):
    response = send(client, fields_of(client, "/cookies/"), "some", social="yes", **typed)
    assert response.status_code == 422
    html = squeezed(response)
    assert "There is a problem" in html
    assert f'<a href="#analytics">Analytics: {said}' in html
    assert f'name="analytics" value="{typed["analytics"]}" checked' in html
    assert ('name="analytics.visits" value="yes" checked' in html) is (
        typed.get("analytics.visits") == "yes"
    )
    assert 'name="social" value="yes" checked' in html
    assert granted(client) == set()
    assert ConsentReceipt.objects.count() == 0


def test_where_no_service_runs_nobody_is_asked(client, monkeypatch):
    from privacy.consent.offer.catalogue import GROUPS

    monkeypatch.setattr(current, "_offer", build_offer(groups=GROUPS[:1]))
    for path in ("/about/", "/cookies/", "/nowhere/"):
        assert "/cookies/choose/" not in squeezed(client.get(path))
    assert f"<code>{settings.SESSION_COOKIE_NAME}</code>" in squeezed(client.get("/cookies/"))


FILM = {"service": "youtube", "reference": "dQw4w9WgXcQ", "title": "A film", "next": "/about/"}


@pytest.mark.parametrize("shown", ["", "preferences=ffffffff"])
def test_loading_once_what_has_changed_shows_the_placeholder_again(client, full_offer, shown):
    response = client.post("/cookies/load-once/", {**FILM, "shown": shown}, headers=SAME_ORIGIN)
    assert response.status_code == 409
    html = squeezed(response)
    assert "<iframe" not in html
    assert "Nothing has been loaded" in html
    assert "https://" not in response.headers["Content-Security-Policy"]
    (now,) = re.findall(r'name="shown" value="(preferences=[^"|]*)"', html)
    again = client.post("/cookies/load-once/", {**FILM, "shown": now}, headers=SAME_ORIGIN)
    assert again.status_code == 200
    assert "<iframe" in squeezed(again)


def banner_leads_to(response):
    html = squeezed(response)
    banner = html[html.index('<section class="cookie-banner"') :]
    return unescape(re.findall(r'name="next" value="([^"]*)"', banner)[0])


def test_an_answer_leads_back_to_the_page_with_its_query(client, full_offer):
    assert banner_leads_to(client.get("/sitemap/?x=1&y=%C3%A9")) == "/sitemap/?x=1&y=%C3%A9"
    response = send(client, {}, "reject", next="/sitemap/?x=1")
    assert response.headers["Location"].startswith("/sitemap/?x=1&done=")
    assert banner_leads_to(SiteClient().get("/about/?done=cookies-saved%3Ax")) == "/about/"


def test_no_answer_leads_to_an_address_that_takes_no_get(client, full_offer):
    referer = {"referer": "https://testserver/about/?x=1"}
    shown = f"preferences={full_offer.by_key['preferences'].version}"
    assert banner_leads_to(client.get("/cookies/choose/")) == "/"
    once = client.post("/cookies/load-once/", {**FILM, "shown": shown}, headers=SAME_ORIGIN)
    assert banner_leads_to(once) == "/about/"
    bad = {"choice": "maybe"}
    refused = client.post("/cookies/choose/", bad, headers={**SAME_ORIGIN, **referer})
    assert banner_leads_to(refused) == "/about/?x=1"
    elsewhere = {**SAME_ORIGIN, "referer": "https://evil.example/about/"}
    assert banner_leads_to(client.post("/cookies/choose/", bad, headers=elsewhere)) == "/"
