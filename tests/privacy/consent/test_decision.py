"""Reading the cookie: equality, garbage, the signal, and the key that pages are kept by."""

from itertools import product

import pytest

from privacy.consent.decision import (
    MAX_COOKIE_LENGTH,
    State,
    decide,
    read_cookie,
    signals_opt_out,
    state_key,
)
from privacy.consent.grants import OVERRIDE
from privacy.consent.offer.current import current_offer

pytestmark = pytest.mark.usefixtures("full_offer")
KEYS = ["preferences", "analytics", "marketing", "social"]


def cookie(**values: str) -> str:
    return "|".join(f"{key}={value}" for key, value in values.items())


def all_of(value: str) -> str:
    return cookie(**dict.fromkeys(KEYS, value))


def granted_all() -> str:
    return cookie(**{offered.key: offered.version for offered in current_offer().groups})


def test_no_cookie_leaves_everything_open():
    decision = decide("", gpc=False)
    assert decision.granted == frozenset()
    assert decision.declined == frozenset()
    assert decision.undecided == frozenset(KEYS)
    assert decision.answered is False


def test_declining_is_an_answer():
    decision = decide(all_of("-1"), gpc=False)
    assert decision.declined == frozenset(KEYS)
    assert decision.granted == frozenset()
    assert decision.answered is True


def test_a_grant_of_the_offered_version_counts():
    decision = decide(granted_all(), gpc=False)
    assert decision.granted == frozenset(KEYS)
    assert decision.answered is True


@pytest.mark.parametrize("answers", list(product([True, False, None], repeat=4)))
def test_every_state_is_read_as_it_was_written(answers):
    offer = current_offer()
    wanted = dict(zip(KEYS, answers, strict=True))
    raw = cookie(
        **{
            key: offer.by_key[key].version if yes else "-1"
            for key, yes in wanted.items()
            if yes is not None
        }
    )
    decision = decide(raw, gpc=False)
    assert decision.granted == {k for k, yes in wanted.items() if yes is True}
    assert decision.declined == {k for k, yes in wanted.items() if yes is False}
    assert decision.undecided == {k for k, yes in wanted.items() if yes is None}


@pytest.mark.parametrize(
    "raw",
    [
        all_of("z"),
        all_of("9999-12-31T00:00:00"),
        all_of("0"),
        all_of(""),
        all_of("-2"),
        all_of("ffffffff"),
        all_of(OVERRIDE),
        "analytics",
        "=|=|=",
        "||||",
        "nonsense=1",
        "\x00\x01",
        "analytics=-1=-1",
        "analytics=-1|analytics=-1",
        "x" * (MAX_COOKIE_LENGTH + 1),
        "é" * 50,
    ],
)
@pytest.mark.parametrize("gpc", [True, False])
def test_what_we_did_not_write_is_undecided(raw, gpc):
    assert state_key(raw, gpc) == state_key("", gpc)
    assert decide(raw, gpc=False).undecided == frozenset(KEYS)


def test_an_oversized_cookie_is_undecided_even_if_its_beginning_is_ours():
    raw = granted_all() + "|x=" + "y" * MAX_COOKIE_LENGTH
    assert decide(raw, gpc=False).undecided == frozenset(KEYS)


def test_a_version_is_compared_for_equality_in_every_character():
    offer = current_offer()
    version = offer.by_key["analytics"].version
    for i in range(len(version)):
        for other in "0g~":
            forged = version[:i] + other + version[i + 1 :]
            if forged != version:
                assert decide(cookie(analytics=forged), gpc=False).granted == frozenset()
    for forged in (version.upper() + "0", version + "0", version[:-1], " " + version):
        assert decide(cookie(analytics=forged), gpc=False).granted == frozenset()


def test_equal_decisions_have_equal_keys_and_different_ones_do_not():
    offer = current_offer()
    keys = set()
    for answers in product([True, False], repeat=4):
        values = {
            key: offer.by_key[key].version if yes else "-1"
            for key, yes in zip(KEYS, answers, strict=True)
        }
        here = {state_key(cookie(**values), False), state_key(cookie(**values, gone="1"), False)}
        assert len(here) == 1
        keys |= here
    assert len(keys) == 16
    assert state_key("", True) not in keys
    assert state_key("", True) != state_key("", False)


def test_the_signal_switches_covered_groups_off_and_leaves_the_others():
    decision = decide(granted_all(), gpc=True)
    assert decision.granted == {"preferences"}
    assert decision.signalled == {"analytics", "marketing", "social"}
    assert decision.declined == decision.signalled
    assert decide("", gpc=True).undecided == {"preferences"}


def test_an_override_holds_against_the_signal_and_without_it():
    version = current_offer().by_key["marketing"].version
    raw = cookie(marketing=version + OVERRIDE)
    assert decide(raw, gpc=True).granted == {"marketing"}
    assert decide(raw, gpc=False).granted == {"marketing"}
    assert decide(raw, gpc=True).states["marketing"] is State.OVERRIDDEN
    assert decide(cookie(marketing=version + OVERRIDE + "x"), gpc=True).granted == frozenset()


@pytest.mark.parametrize(
    ("header", "expected"),
    [(None, False), ("1", True), ("0", False), ("", False), ("true", False), ("11", False),
     ("1, 0", True), ("0,1", True), (" 1 ", True)],
)  # fmt: skip
def test_only_one_value_of_1_is_the_signal(header, expected):
    assert signals_opt_out(header) is expected


@pytest.mark.django_db
def test_a_decision_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        decide(granted_all() + "|fresh=1", gpc=False)
        decide("", gpc=True)


def test_read_cookie_gives_back_what_the_package_would_write():
    assert read_cookie("analytics=-1|social=abc") == {"analytics": "-1", "social": "abc"}
    assert read_cookie("analytics=-1|") == {}
