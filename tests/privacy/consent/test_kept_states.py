"""For whom pages are made before anybody asks for them."""

import re

import pytest

from privacy.consent.decision import decide
from privacy.consent.kept_states import kept_states, patterns_of_cookies
from privacy.consent.offer import current
from privacy.consent.offer.building import build_offer
from tests.privacy.consent.conftest import IDENTIFIERS


@pytest.fixture(autouse=True)
def _one_group():
    current.use_offer(build_offer())


def version(group: str) -> str:
    return current.current_offer().by_key[group].version


def test_with_one_group_there_are_six_states_and_those_without_an_answer_come_first():
    yes = version("analytics")
    assert [(state.cookie, state.gpc, set(state.services)) for state in kept_states()] == [
        ("", False, set()),
        ("", True, set()),
        ("analytics=-1", False, set()),
        (f"analytics={yes}", False, {"visits"}),
        ("analytics=-1", True, set()),
        (f"analytics={yes}!", True, {"visits"}),
    ]


def test_no_two_states_have_one_name_and_none_tells_what_it_is():
    names = [state.name for state in kept_states()]
    assert len(set(names)) == 6
    assert all(re.fullmatch("[0-9a-f]{10}", name) for name in names)


def test_with_many_groups_only_those_are_in_it_who_answered_all_alike():
    current.use_offer(build_offer(IDENTIFIERS))
    cookies = [state.cookie for state in kept_states() if not state.gpc]
    groups = [offered.key for offered in current.current_offer().groups]
    assert len(groups) > 2
    assert cookies == [
        "",
        "|".join(f"{group}=-1" for group in groups),
        "|".join(f"{group}={version(group)}" for group in groups),
    ]


def test_a_state_is_the_one_that_the_site_itself_sees():
    current.use_offer(build_offer(IDENTIFIERS))
    for state in kept_states():
        decision = decide(state.cookie, gpc=state.gpc)
        assert decision.services == state.services
        assert decision.answered is bool(state.cookie) or state.gpc


def test_without_a_group_there_is_nothing_to_answer():
    current.use_offer(build_offer(groups=()))
    assert [(state.cookie, state.gpc) for state in kept_states()] == [("", False), ("", True)]


def test_a_browser_may_bring_the_cookies_of_what_it_allows():
    ((owners, pattern),) = patterns_of_cookies().items()
    assert owners == {"visits"}
    names = ["__Host-visit", "__Host-visitor", "__Host-visits", "_ga", "__Host-session"]
    assert [bool(re.fullmatch(pattern, name)) for name in names] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_cookie_that_two_services_use_is_named_with_both():
    current.use_offer(build_offer(IDENTIFIERS))
    patterns = patterns_of_cookies()
    assert re.fullmatch(patterns[frozenset({"google-analytics"})], "_ga_ABC")
    (shared,) = [owners for owners, pattern in patterns.items() if re.fullmatch(pattern, "_gcl_aw")]
    assert shared == {"google-ads", "google-ads-conversions"}
