"""The chain of the runs of the checks, worked out again from what is stored."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from privacy.promises.history import append_run
from privacy.promises.registry import PromiseBroken
from sens_site.lib import row_guards
from sens_site.promises.recomputed_chains import promise_runs

pytestmark = pytest.mark.django_db


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def records() -> list[str]:
    at = datetime(2026, 3, 2, 10, 5, 7, tzinfo=UTC)
    return [append_run({}, gone=(), found={}, at=at).record for _ in range(2)]


def as_owner(statement: str, *values: Any) -> None:
    with row_guards.lifted(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        connection.check_constraints()


def found() -> str:
    with pytest.raises(PromiseBroken) as info:
        promise_runs()
    return str(info.value)


def test_the_hashes_are_those_of_the_records(records):
    assert promise_runs() == [sha256(one) for one in records]


def test_a_run_that_was_altered_is_found(records):
    as_owner("UPDATE promises_promiserun SET record = %s WHERE number = 2", records[1] + " ")
    assert found() == "run 2 of the checks has been changed"


def test_a_run_that_was_altered_with_its_hash_breaks_the_chain_behind_it(records):
    other = records[0] + " "
    as_owner(
        "UPDATE promises_promiserun SET record = %s, hash = %s WHERE number = 1",
        other,
        sha256(other),
    )
    assert found() == "the chain breaks before run 2 of the checks"


@pytest.mark.parametrize("change", [{"number": 3}, {"previous_hash": "a" * 64}])
def test_the_last_run_with_another_number_or_link_than_it_is_kept_with_is_found(records, change):
    other = json.dumps(json.loads(records[1]) | change)
    as_owner(
        "UPDATE promises_promiserun SET record = %s, hash = %s WHERE number = 2",
        other,
        sha256(other),
    )
    assert found() == "run 2 of the checks has been changed"


def test_a_run_that_is_gone_is_found(records):
    as_owner("DELETE FROM promises_promiserun WHERE number = 1")
    assert found() == "the chain breaks before run 2 of the checks"
