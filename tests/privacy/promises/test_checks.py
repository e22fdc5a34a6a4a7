"""A check may only stand for a claim that exists and that software can show."""

from dataclasses import replace

import pytest

from privacy.promises import checks, registry
from privacy.promises.checks import check_promise_ids
from privacy.promises.claims import bundled_claims
from privacy.promises.registry import Evidence
from tests.factories.promises import looks


@pytest.fixture
def registered(monkeypatch):
    mine: dict = {}
    monkeypatch.setattr(registry, "_checks", mine)
    monkeypatch.setattr(checks, "discover", lambda: None)
    return mine


def seen(site):
    return Evidence("seen")


@pytest.mark.parametrize(
    ("claim_id", "expected"),
    [
        ("policy.last-updated", []),
        ("no.such-claim", ["promises.E201"]),
        ("company.who-we-are", ["promises.E202"]),
    ],
)
def test_each_fault_has_its_id(registered, claim_id, expected):
    registered[claim_id] = looks(seen)
    assert [one.id for one in check_promise_ids()] == expected


def test_a_claim_that_was_made_in_the_admin_may_have_a_check(registered):
    registered["own.1001"] = looks(seen)
    assert check_promise_ids() == []


def test_e203_shipped_claims_leave_the_numbers_of_those_made_in_the_admin(registered, monkeypatch):
    claim = bundled_claims()["policy.last-updated"]
    numbered = [replace(claim, number=1000), replace(claim, id="x.y", number=1001)]
    monkeypatch.setattr(checks, "bundled_claims", lambda: {one.id: one for one in numbered})
    found = check_promise_ids()
    assert [(one.id, one.msg) for one in found] == [
        ("promises.E203", "Claim “x.y” has the number 1001.")
    ]


def test_what_the_rooms_register_is_in_order():
    assert check_promise_ids() == []
