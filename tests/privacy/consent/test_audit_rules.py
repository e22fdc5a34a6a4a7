"""The rules of the audit: what was seen in a browser against what the catalogue says."""

import pytest

from privacy.consent.audit_rules import (
    Seen,
    SeenCookie,
    State,
    faults_in,
    origin_of,
    silent_services,
    states_of,
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


def test_a_service_that_is_on_but_never_permitted_is_named(full_offer):
    origins = {
        o
        for s in full_offer.services_of(full_offer.by_key)
        if s.key != "google-maps"
        for sources in s.origins.values()
        for o in sources
    }
    seen = {"all": Seen(permitted={"/": origins - {"https://www.linkedin.com"}})}
    assert silent_services(seen, full_offer) == ["LinkedIn posts"]


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
