"""All promises are kept on the fresh site; each break turns its own claims red, and no other."""

from typing import Any

import pytest
import time_machine
from django.utils import timezone

from privacy.promises.claims import bundled_claims
from privacy.promises.registry import discover, registered_checks
from privacy.promises.running_site import RunningSite
from tests.promises.breaks import BREAKS, Way, find_breaks

find_breaks()

pytestmark = pytest.mark.django_db

DEALT = 12
"""The suite looks at one in so many neighbours; `make test-exhaustive` at all."""
ONE_WAY = {
    "changes.thirty-days-first": "the database itself refuses, so only it can be broken",
    "choices.withhold": "whether a field may be left empty is decided by the code of its form",
    "cookies.disabled-costs-features": "no setting and no row has a form ask for a cookie",
    "information.listed-occasions": "where a form is sent stands in a page, and nowhere else",
}
"""What can be broken in one way only, and why."""
SEEN_FROM_ALL_SIDES = ("a_quieter_button", "messages_that_stay_for_ever")


@pytest.mark.slow
def test_all_promises_are_kept_on_a_fresh_site(broken):
    assert broken(whole=True) == set()


@pytest.mark.once
def test_no_promise_depends_on_two_requests_in_the_same_second(broken, monkeypatch):
    plain = RunningSite.send
    with time_machine.travel(timezone.now()) as clock:

        def send(*args: Any, **kwargs: Any) -> Any:
            clock.shift(1.1)
            return plain(*args, **kwargs)

        monkeypatch.setattr(RunningSite, "send", send)
        assert broken() == set()


def test_every_promise_of_software_has_a_break():
    discover()
    claims = bundled_claims()
    shown = {one for one in registered_checks() if claims[one].kind == "S"}
    assert shown - {claim for a_break in BREAKS.values() for claim in a_break.claims} == set()


def test_every_promise_of_software_is_broken_at_least_three_times_in_at_least_two_ways():
    discover()
    claims = bundled_claims()
    shown = {one for one in registered_checks() if claims[one].kind == "S"}
    ways: dict[str, list[Way]] = {claim: [] for claim in shown}
    for a_break in BREAKS.values():
        for claim in a_break.claims & shown:
            ways[claim].append(a_break.way)
    assert {claim: found for claim, found in ways.items() if len(found) < 3} == {}
    assert {claim for claim, found in ways.items() if len(set(found)) < 2} == set(ONE_WAY)


def test_every_break_is_of_a_promise_that_is_checked():
    discover()
    named = {claim for a_break in BREAKS.values() for claim in a_break.claims}
    assert named - set(registered_checks()) == set()


def neighbours(name: str) -> list[str]:
    """Return the other claims that the modules of a break's checks look after."""
    claims, checks = BREAKS[name].claims, registered_checks()
    modules = {one.function.__module__ for claim in claims for one in checks[claim]}
    return sorted(
        i
        for i, of_claim in checks.items()
        if i not in claims and any(one.function.__module__ in modules for one in of_claim)
    )


def dealt(name: str) -> list[str]:
    """Return every twelfth of these, another twelfth for the next break: all come to their turn."""
    return neighbours(name)[list(BREAKS).index(name) % DEALT :: DEALT]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if one.in_sql else pytest.mark.once)
        for name, one in BREAKS.items()
    ],
)
def test_a_break_turns_its_own_claims_red(name, hand, broken):
    a_break = BREAKS[name]
    looked_at = a_break.claims | set(dealt(name))
    a_break.act(hand)
    assert broken(looked_at) == a_break.claims


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", BREAKS)
def test_a_break_turns_none_of_its_neighbours_red(name, hand, broken):
    looked_at = BREAKS[name].claims | set(neighbours(name))
    BREAKS[name].act(hand)
    assert broken(looked_at) == BREAKS[name].claims


@pytest.mark.slow
@pytest.mark.once
def test_a_break_turns_nothing_red_in_other_rooms_either(hand, broken):
    a_break = BREAKS[SEEN_FROM_ALL_SIDES[0]]
    a_break.act(hand)
    assert broken(a_break.claims | set(sorted(registered_checks())[::DEALT])) == a_break.claims


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", SEEN_FROM_ALL_SIDES)
def test_a_break_turns_nothing_else_red(name, hand, broken):
    BREAKS[name].act(hand)
    assert broken() == BREAKS[name].claims
