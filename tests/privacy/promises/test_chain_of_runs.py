"""The runs of the checks as one chain among the others, and as a page that a walk can open."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from privacy.policy.chains import registered_chains
from privacy.promises.history import append_run
from privacy.promises.models import PromiseRun
from privacy.promises.rehearsal import a_run_of_the_checks

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 10, 5, 7, tzinfo=UTC)


def a_run() -> PromiseRun:
    return append_run({}, gone=(), found={}, at=AT)


def test_the_chain_tells_its_head_at_each_size_that_it_had():
    first, second = (hashlib.sha256(a_run().record.encode()).hexdigest() for _ in range(2))
    chain = registered_chains()["promises"]
    assert chain.hashes_at([0, 1, 2, 3]) == {0: "0" * 64, 1: first, 2: second}
    assert chain.hashes_at([3]) == {}


def test_a_walk_has_a_run_to_open_and_adds_none_to_those_that_are_there():
    nobody: Any = None
    a_run_of_the_checks(nobody, nobody, nobody)
    assert PromiseRun.objects.count() == 1
    a_run_of_the_checks(nobody, nobody, nobody)
    assert PromiseRun.objects.count() == 1


def test_all_heads_are_read_at_once(django_assert_num_queries):
    with django_assert_num_queries(1):
        registered_chains()["promises"].hashes_at(range(1, 1000))
