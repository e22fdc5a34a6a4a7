"""What a visitor reads about a change, and whether it is one of words alone."""

import pytest

from privacy.consent.offer.changes import describe, only_words_differ

SERVICE = {"key": "google-analytics", "retention": "14 months.", "country": "USA"}
BEFORE = {"purpose": "Count.", "policy": ["We count visits."], "services": [SERVICE]}
WITHOUT = {**BEFORE, "services": []}
LONGER = {**BEFORE, "services": [{**SERVICE, "retention": "26 months."}]}
ELSEWHERE = {**BEFORE, "services": [{**SERVICE, "country": "Norway"}]}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (WITHOUT, BEFORE, "Google Analytics 4 is new."),
        (BEFORE, WITHOUT, "Google Analytics 4 is gone."),
        (BEFORE, LONGER, "What Google Analytics 4 does or keeps has changed."),
        (BEFORE, {**BEFORE, "purpose": "Tell visits apart."}, "Its purpose is described anew."),
        (
            BEFORE,
            {**WITHOUT, "policy": ["We ask."]},
            "Google Analytics 4 is gone. The privacy policy says something new about it.",
        ),
        (BEFORE, {**BEFORE, "gpc_covered": True}, "Its terms have changed."),
        # A service of an earlier catalogue has no name any more.
        ({**BEFORE, "services": [{"key": "old-pixel"}]}, WITHOUT, "old-pixel is gone."),
    ],
)
def test_a_change_is_said_in_one_line(old, new, said):
    assert describe("analytics", old, new) == said


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
