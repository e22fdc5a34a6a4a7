"""The rules of the audit: what was seen in a browser against what the catalogue says."""

import pytest

from privacy.consent.audit_rules import (
    Seen,
    SeenCookie,
    Sent,
    State,
    faults_in,
    is_welcoming,
    origin_of,
    silent_services,
    states_of,
    unlinked_pages,
    with_click_ids,
)
from privacy.consent.offer.building import build_offer

OWN = "https://testserver"
ANALYTICS = State("analytics", ("analytics",))
NOTHING = State("nothing", ())


def faults(offer, state, **seen):
    return faults_in(Seen(**seen), state, offer, OWN)


def test_every_state_is_walked_through_once(full_offer):
    states = list(states_of(full_offer))
    assert len(states) == 1 + 2**4 + 2 + 1
    assert len({state.title for state in states}) == len(states)
    signalled = next(state for state in states if state.title == "accept all, with the signal")
    assert signalled.allowed == ("preferences",)


def test_of_few_states_each_group_is_allowed_alone(full_offer):
    titles = [state.title for state in states_of(full_offer, few=True)]
    assert titles == [
        "unanswered", "everything refused", "preferences", "analytics", "marketing", "social",
        "preferences + analytics + marketing + social", "unanswered, with the signal",
        "accept all, with the signal", "everything taken back",
    ]  # fmt: skip


def test_groups_in_which_nothing_runs_are_in_no_state():
    titles = [state.title for state in states_of(build_offer({}))]
    assert titles == [
        "unanswered", "everything refused", "analytics",
        "unanswered, with the signal", "accept all, with the signal", "everything taken back",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "cookie", "problem"),
    [
        (ANALYTICS, SeenCookie("_ga", "testserver", 395), None),
        (ANALYTICS, SeenCookie("_ga_ABC", ".testserver", 395), None),
        (ANALYTICS, SeenCookie("_ga", "testserver", 730), "lives 730 days"),
        (ANALYTICS, SeenCookie("_gax", "testserver", 1), "is not in the catalogue"),
        (ANALYTICS, SeenCookie("_gcl_au", "testserver", 90), "is not in the catalogue"),
        (NOTHING, SeenCookie("_ga", "testserver", 395), "is not in the catalogue"),
        (NOTHING, SeenCookie("__Host-cookie_consent", "testserver", 182), None),
        (NOTHING, SeenCookie("__Host-cookie_consent", "testserver", 364), "lives 364 days"),
        (State("m", ("marketing",)), SeenCookie("IDE", ".doubleclick.net", 390), None),
        (
            State("m", ("marketing",)),
            SeenCookie("IDE", ".evil.example", 390),
            "not in the catalogue",
        ),
    ],
)
def test_cookies(full_offer, state, cookie, problem):
    found = faults(full_offer, state, cookies={cookie})
    assert len(found) == (problem is not None)
    assert problem is None or problem in found[0]


def test_storage_requests_permissions_and_complaints(full_offer):
    allowed = "https://region1.google-analytics.com"
    assert faults(full_offer, ANALYTICS, requested={OWN, "data:", allowed}) == []
    assert faults(full_offer, NOTHING, requested={allowed}) == [f"{allowed} was asked for"]
    assert faults(full_offer, NOTHING, storage={"x"}) == [
        "the storage key 'x' is not in the catalogue"
    ]
    named = {"/": {"https://www.googletagmanager.com"}}
    assert faults(full_offer, ANALYTICS, permitted=named) == []
    assert faults(full_offer, NOTHING, permitted=named) == [
        "/ permits https://www.googletagmanager.com"
    ]
    assert faults(full_offer, NOTHING, complaints=["the browser refused"]) == [
        "the browser refused"
    ]


def test_storage_that_a_service_declared_is_none_of_its_site_but_of_ours(full_offer):
    marketing, preferences = State("m", ("marketing",)), State("p", ("preferences",))
    assert faults(full_offer, marketing, storage={"_gcl_ls", "li_adsId"}) == []
    # The player's key lies in a frame of another site, so it has no business in ours.
    assert len(faults(full_offer, preferences, storage={"yt-remote-device-id"})) == 1


def test_a_page_that_lets_nobody_in_permits_nobody_whatever_was_granted(full_offer):
    named = {"/privacy/": {"https://www.googletagmanager.com"}, "/no-such-page/": set()}
    assert faults(full_offer, ANALYTICS, permitted=named) == [
        "/privacy/ permits https://www.googletagmanager.com"
    ]


TOKEN = "q7Xw2mVt9KpL4sRd"
SECRET_PAGE = f"/privacy/confirm/{TOKEN}/"
PIXEL = "https://region1.google-analytics.com/pixel"


@pytest.mark.parametrize(
    "sent",
    [
        Sent(f"{PIXEL}?from=https%3A%2F%2Ftestserver%2Fprivacy%2Fconfirm%2F{TOKEN}%2F"),
        Sent(PIXEL, referer=f"{OWN}{SECRET_PAGE}"),
        Sent(PIXEL, body=f'{{"page": "{OWN}{SECRET_PAGE}"}}'),
    ],
)
def test_who_was_told_of_a_secret_address_is_named(full_offer, sent):
    found = faults(full_offer, ANALYTICS, sent={sent}, permitted={SECRET_PAGE: set()})
    teller = "https://region1.google-analytics.com was told"
    assert found == [f"{teller} of {SECRET_PAGE}", f"{teller} the secret {TOKEN}"]


def test_a_secret_is_found_without_its_address_too(full_offer):
    sent = {Sent(f"{PIXEL}?title={TOKEN}")}
    assert faults(full_offer, ANALYTICS, sent=sent) == []
    found = faults(full_offer, ANALYTICS, sent=sent, permitted={SECRET_PAGE: set()})
    assert found == [f"https://region1.google-analytics.com was told the secret {TOKEN}"]


def test_a_page_that_lets_third_parties_in_may_be_told_of(full_offer):
    assert faults(full_offer, ANALYTICS, sent={Sent(f"{PIXEL}?at={OWN}/about/", OWN + "/")}) == []


@pytest.mark.parametrize(
    ("groups", "name", "may"),
    [
        (("analytics",), "gclid", False),
        (("analytics", "social"), "li_fat_id", False),
        (("marketing",), "gclid", True),
        (("marketing",), "li_fat_id", True),
        (("marketing",), "fbclid", False),
        (("marketing",), "msclkid", False),
        (("marketing",), "token", False),
    ],
)
def test_a_click_is_told_only_to_whom_it_was_granted(full_offer, groups, name, may):
    state = State("x", groups)
    origin = "https://www.googletagmanager.com"
    found = faults(full_offer, state, sent={Sent(f"{origin}/p?at={OWN}/?{name}=mark-of-{name}")})
    assert found == ([] if may else [f"{origin} was told the {name} of an address"])


def test_the_addresses_of_the_audit_carry_what_advertisements_append():
    address = with_click_ids("/about/")
    assert address.startswith("/about/?gclid=mark-of-gclid&")
    for name in ("_gl", "fbclid", "gbraid", "li_fat_id", "msclkid", "wbraid", "token"):
        assert f"&{name}=mark-of-{name}" in address


def test_pages_that_nobody_links_to_are_known():
    pages = unlinked_pages()
    assert len(set(pages)) == len(pages)
    for path in (
        "/privacy/confirm/sample/",
        "/privacy/copy/sample/",
        "/privacy/request/sample/sample/",
        "/accounts/password/reset/key/sample-sample/",
        "/accounts/confirm-email/sample/",
        "/cookies/load-once/",
    ):
        assert path in pages
    assert not {"/", "/about/", "/sitemap/", "/admin/"} & set(pages)


def test_a_service_that_is_on_but_never_permitted_is_named(full_offer):
    origins = {
        o
        for s in full_offer.services_of(full_offer.by_key)
        for sources in s.origins.values()
        for o in sources
    }
    seen = {"all": Seen(permitted={"/": origins - {"https://www.openstreetmap.org"}})}
    assert silent_services(seen, full_offer) == ["OpenStreetMap"]


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://a.example:8443/x?y", "https://a.example:8443"),
        ("data:image/png;base64,x", "data:"),
        ("about:blank", "about:"),
    ],
)
def test_origins(url, origin):
    assert origin_of(url) == origin


def test_what_is_no_address_of_ours_lets_nobody_in():
    assert [is_welcoming(path) for path in ("/about/", "/privacy/", "about/", "")] == [
        True,
        False,
        False,
        False,
    ]
