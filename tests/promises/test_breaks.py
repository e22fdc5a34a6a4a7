"""All promises are kept on the fresh site; each break turns its own claims red, and no other."""

from collections.abc import Container, Iterable
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from privacy.promises.claims import bundled_claims
from privacy.promises.registry import discover, registered_checks
from privacy.promises.running_site import RunningSite
from tests.promises.breaks import BREAKS, Way, find_breaks

find_breaks()
discover()

pytestmark = pytest.mark.django_db

DEALT = 12
"""Of the neighbours `make test-breaks` looks at one in so many; `make test-exhaustive` at all."""
ONE_WAY = {
    "changes.thirty-days-first": "the database itself refuses, so only it can be broken",
    "choices.withhold": "whether a field may be left empty is decided by the code of its form",
    "cookies.disabled-costs-features": "no setting and no row has a form ask for a cookie",
    "information.listed-occasions": "where a form is sent stands in a page, and nowhere else",
}
"""What can be broken in one way only, and why."""
SEEN_FROM_ALL_SIDES = ("a_quieter_button", "messages_that_stay_for_ever")


@pytest.mark.slow
@pytest.mark.once
def test_all_promises_are_kept_on_a_fresh_site(broken):
    assert broken(whole=True) == set()


@pytest.mark.slow
@pytest.mark.breaks
@pytest.mark.only_on("postgresql")
def test_all_promises_are_kept_on_a_fresh_site_on_postgresql(broken):
    assert broken(whole=True) == set()


@pytest.mark.once
def test_an_account_holds_what_the_policy_names(broken):
    """One of all promises, for who adds a column: the look at all takes a minute."""
    assert broken({"information.account-profile"}) == set()


@pytest.mark.breaks
@pytest.mark.unmeasured
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


def first_of_their_kind() -> set[str]:
    """Return the breaks of which each breaks a promise in a way in which none before it does."""
    kinds: dict[tuple[str, Way], str] = {}
    for name, one in BREAKS.items():
        for claim in one.claims:
            kinds.setdefault((claim, one.way), name)
    return set(kinds.values())


def modules_of(name: str) -> list[str]:
    """Return the modules that look after a break's claims."""
    checks = registered_checks()
    return sorted({one.function.__module__ for i in BREAKS[name].claims for one in checks[i]})


def neighbours(name: str, modules: list[str]) -> set[str]:
    """Return the claims, beside those of a break, that some modules look after."""
    return {
        claim
        for claim, checks in registered_checks().items()
        if any(one.function.__module__ in modules for one in checks)
    } - BREAKS[name].claims


def dealt(name: str) -> set[str]:
    """Return the neighbours in every twelfth module, in another for the next break.

    All come to their turn; those of one module together, as they look at the same things.
    """
    return neighbours(name, modules_of(name)[list(BREAKS).index(name) % DEALT :: DEALT])


def each_of(names: Iterable[str], *, apart: Container[str] = ()) -> pytest.MarkDecorator:
    """Run a test with some breaks; where no SQL is broken, on SQLite alone."""
    return pytest.mark.parametrize(
        "name",
        [
            pytest.param(
                name,
                marks=[
                    *([] if BREAKS[name].in_sql else [pytest.mark.once]),
                    *([pytest.mark.breaks] if name in apart else []),
                    *(
                        []
                        if BREAKS[name].measured or name not in apart
                        else [pytest.mark.unmeasured]
                    ),
                ],
            )
            for name in names
        ],
    )


@each_of(BREAKS, apart=BREAKS.keys() - first_of_their_kind())
def test_a_break_turns_its_own_claims_red(name, hand, broken):
    BREAKS[name].act(hand)
    assert broken(BREAKS[name].claims) == BREAKS[name].claims


def test_each_promise_is_broken_in_each_of_its_ways_where_people_run_the_tests():
    ways = {(claim, one.way) for one in BREAKS.values() for claim in one.claims}
    run = {
        (claim, BREAKS[one].way) for one in first_of_their_kind() for claim in BREAKS[one].claims
    }
    assert (run, len(first_of_their_kind()) < len(BREAKS)) == (ways, True)


@pytest.mark.neighbours
@pytest.mark.unmeasured
@each_of([name for name in BREAKS if dealt(name)])
def test_a_break_turns_no_neighbour_red_that_is_dealt_to_it(name, hand, broken):
    BREAKS[name].act(hand)
    assert broken(dealt(name)) == set()


@pytest.mark.exhaustive
@pytest.mark.unmeasured
@pytest.mark.parametrize("name", BREAKS)
def test_a_break_turns_none_of_its_neighbours_red(name, hand, broken):
    looked_at = BREAKS[name].claims | neighbours(name, modules_of(name))
    BREAKS[name].act(hand)
    assert broken(looked_at) == BREAKS[name].claims


@pytest.mark.breaks
@pytest.mark.unmeasured
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
