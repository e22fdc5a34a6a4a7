"""A check may only stand for a claim that exists and that software can show."""

import pytest

from privacy.promises import checks, registry
from privacy.promises.checks import check_promise_ids
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


def test_what_the_rooms_register_is_in_order():
    assert check_promise_ids() == []
