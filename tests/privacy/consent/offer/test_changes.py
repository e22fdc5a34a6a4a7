"""What a visitor reads about a change, and whether it is one of words alone."""

from dataclasses import fields

import pytest

from privacy.consent.offer.changes import describe, only_words_differ
from privacy.consent.offer.parts import Service

COOKIE = {"name": "_ga", "purpose": "Tells one browser from another.", "life_days": 395}
SERVICE = {
    "key": "google-analytics",
    "purpose": "Counts visits.",
    "recipient": "Google LLC",
    "country": "United States",
    "retention": "14 months.",
    "items": [COOKIE],
    "origins": {"script-src": ["https://www.googletagmanager.com"]},
    "gpc_covered": True,
    "consent_parameters": ["analytics_storage"],
}
BEFORE = {"purpose": "Count.", "policy": ["We count visits."], "services": [SERVICE]}
WITHOUT = {**BEFORE, "services": []}
GA = "Google Analytics 4"
GONE_HOST = f"{GA} no longer exchanges data with www.googletagmanager.com."


def other(**fields):
    return {**BEFORE, "services": [{**SERVICE, **fields}]}


def item(**fields):
    return other(items=[{**COOKIE, **fields}])


LONGER, ELSEWHERE = other(retention="26 months."), other(country="Norway")


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (WITHOUT, f"{GA} is gone."),
        (LONGER, f"How long {GA} keeps it is described anew: 26 months."),
        (ELSEWHERE, f"{GA} sends it to another country: Norway, not United States."),
        (
            other(recipient="Some Inc."),
            f"{GA} gives what it learns to Some Inc., not to Google LLC.",
        ),
        (other(purpose="Sells."), f"What {GA} is for is described anew: Sells."),
        (other(gpc_covered=False), f"A browser’s opt-out signal no longer switches {GA} off."),
        (other(consent_parameters=[]), f"What our pages tell {GA} has changed."),
        (other(something="new"), f"What our pages tell {GA} has changed."),
        (
            other(items=[COOKIE, {"name": "_ga_", "prefix": True, "life_days": 1}]),
            f"{GA}: a new cookie _ga_*, kept 1 day.",
        ),
        (
            other(items=[COOKIE, {"name": "k", "kind": "storage", "purpose": "Counts."}]),
            f"{GA}: a new entry in your browser’s storage k, kept until you delete it. Counts.",
        ),
        (
            other(items=[COOKIE, {"name": "s", "life_minutes": 30}]),
            f"{GA}: a new cookie s, kept 30 minutes.",
        ),
        (other(items=[]), f"{GA}: the cookie _ga is gone."),
        (
            item(life_days=0),
            f"{GA}: the cookie _ga is kept until you close the browser, not 395 days.",
        ),
        (item(purpose="Sells."), f"{GA}: what the cookie _ga is for is described anew: Sells."),
        (item(on_parent=True), f"{GA}: the cookie _ga is sent to other addresses."),
        (
            other(origins={"script-src": ["https://b.example", "https://a.example"]}),
            f"{GA} now exchanges data with a.example, b.example. {GONE_HOST}",
        ),
        (
            other(origins={"img-src": ["https://www.googletagmanager.com"]}),
            f"{GA} loads other kinds of things from the same places.",
        ),
        (
            {**BEFORE, "purpose": "Tell visits apart."},
            "Its purpose is described anew: Tell visits apart.",
        ),
        ({**BEFORE, "policy": ["We ask."]}, "The privacy policy says something new about it."),
        (
            {**WITHOUT, "policy": ["We ask."]},
            f"{GA} is gone. The privacy policy says something new about it.",
        ),
        ({**BEFORE, "claims": ["analytics."]}, "Its terms have changed."),
    ],
)
def test_each_fact_that_changes_is_said_in_words_of_its_own(new, said):
    assert describe("analytics", BEFORE, new) == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (WITHOUT, BEFORE, f"{GA} (Google LLC, United States) is new."),
        # What was recorded of an earlier catalogue has fewer facts, or a service without a name.
        (WITHOUT, {**WITHOUT, "services": [{"key": "pixel"}]}, "pixel is new."),
        ({**BEFORE, "services": [{"key": "old-pixel"}]}, WITHOUT, "old-pixel is gone."),
        (
            other(gpc_covered=False),
            BEFORE,
            f"A browser’s opt-out signal now switches {GA} off.",
        ),
    ],
)
def test_what_comes_and_goes_is_named(old, new, said):
    assert describe("analytics", old, new) == said


def test_no_fact_of_a_service_can_change_without_a_word():
    for fact in fields(Service):
        if fact.metadata.get("cosmetic") or fact.name == "key":
            continue
        changed = describe("analytics", BEFORE, other(**{fact.name: OTHER_VALUES[fact.name]}))
        assert changed != "Its terms have changed.", fact.name
        assert GA in changed


OTHER_VALUES = {
    "purpose": "x",
    "recipient": "x",
    "country": "x",
    "retention": "x",
    "items": [],
    "origins": {},
    "gpc_covered": False,
    "consent_parameters": ["x"],
    "click_ids": ["x"],
}


@pytest.mark.parametrize(
    ("new", "words_only"),
    [
        ({**BEFORE, "purpose": "Tell visits apart."}, True),
        ({**BEFORE, "policy": ["We ask."]}, True),
        (LONGER, True),
        (ELSEWHERE, False),
        (WITHOUT, False),
    ],
)
def test_words_are_purposes_periods_and_the_policys_sentences(new, words_only):
    assert only_words_differ(BEFORE, new) is words_only
