"""Every run is added to a chain that nobody changes unnoticed."""

import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from privacy.policy.chains import registered_chains
from privacy.policy.frozen_models import SealedError
from privacy.promises import registry
from privacy.promises.history import hash_at, history_head, verify_history
from privacy.promises.models import PromiseResult, PromiseRun, State
from privacy.promises.registry import Evidence, Look, NotCarriedOut, PromiseBroken
from privacy.promises.services import run_checks, store_outcomes, store_outside
from sens_site.lib import row_guards
from tests.factories.promises import looks, make_result

pytestmark = pytest.mark.django_db
CLAIM, OTHER = "policy.last-updated", "policy.breadcrumb"
THREE = datetime(2026, 3, 2, 10, 5, 7, 999, tzinfo=UTC)
ZEROS = "0" * 64


def kept(site):
    return Evidence("it is so")


def also_kept(site):
    return Evidence("so it is stored")


def broken(site):
    raise PromiseBroken("ada@customer.test is shown to everybody")


def blind(site):
    raise NotCarriedOut("no network")


@pytest.fixture
def checks(monkeypatch, settings):
    mine: dict = {CLAIM: looks(kept), OTHER: looks(kept)}
    monkeypatch.setattr(registry, "_checks", mine)
    monkeypatch.setattr("privacy.promises.services.discover", lambda: None)
    settings.VERSION = "9.8.7"
    return mine


def run(at: datetime = THREE, *claims: str) -> PromiseRun:
    store_outcomes(run_checks(claims or None), at=at, whole=not claims)
    return PromiseRun.objects.latest("number")


def test_a_run_says_what_each_claim_came_to_and_is_hashed_as_it_is_kept(checks):
    checks[OTHER] = looks(broken) | looks(blind, look=Look.ROWS)
    first = run()
    assert json.loads(first.record) == {
        "at": "2026-03-02T10:05:07Z",
        "code": "9.8.7",
        "format": 1,
        "found": {OTHER: ["… is shown to everybody"]},
        "gone": {},
        "claims": {"now: kept": [CLAIM], "now: broken, rows: not carried out": [OTHER]},
        "number": 1,
        "previous_hash": ZEROS,
    }
    assert first.hash == hashlib.sha256(first.record.encode()).hexdigest()
    second = run(THREE + timedelta(days=1))
    assert (second.number, second.previous_hash) == (2, first.hash)
    assert json.loads(second.record)["found"] == {}
    assert verify_history() == []


def test_the_head_is_the_size_and_the_last_hash(checks):
    assert history_head() == (0, ZEROS)
    first, second = run(), run()
    assert history_head() == (2, second.hash)
    assert [hash_at(size) for size in (0, 1, 2, 3)] == [ZEROS, first.hash, second.hash, None]


def test_a_run_that_ends_before_the_last_one_is_not_dated_before_it(checks):
    run()
    assert run(THREE - timedelta(seconds=20)).at == THREE.replace(microsecond=0)
    assert verify_history() == []


def test_a_run_of_nothing_is_no_link(checks):
    store_outcomes([], at=THREE)
    assert history_head() == (0, ZEROS)


def test_two_checks_of_one_kind_come_to_the_worse(checks):
    checks[CLAIM] = looks(kept, blind)
    checks[OTHER] = looks(blind, broken)
    seen = json.loads(run().record)["claims"]
    assert seen == {"now: not carried out": [CLAIM], "now: broken": [OTHER]}


def test_a_check_that_did_not_run_this_time_is_not_mended(checks):
    make_result(CLAIM, State.BROKEN, check_name="privacy/verify.py", broken_since=THREE)
    assert json.loads(run(THREE, CLAIM).record)["claims"] == {"now: broken": [CLAIM]}
    make_result(OTHER, State.NOT_CARRIED_OUT, check_name="privacy/verify.py")
    assert json.loads(run(THREE, OTHER).record)["claims"] == {"now: kept": [OTHER]}


def test_a_look_that_nobody_takes_any_more_is_named(checks):
    checks[CLAIM] = looks(kept) | looks(broken, look=Look.ROWS)
    run()
    checks[CLAIM] = looks(kept)
    del checks[OTHER]
    record = json.loads(run().record)
    assert record["gone"] == {"now": [OTHER], "rows": [CLAIM]}
    assert record["claims"] == {"now: kept": [CLAIM]}


def test_a_check_that_goes_while_another_looks_the_same_way_leaves_no_gap(checks):
    checks[CLAIM] = looks(kept, also_kept)
    run()
    checks[CLAIM] = looks(kept)
    assert json.loads(run().record)["gone"] == {}


def test_what_is_seen_from_outside_is_a_run_of_its_own(checks):
    run()
    found = {CLAIM: (State.KEPT, "The page was the same."), OTHER: (State.BROKEN, "A cookie.")}
    store_outside(found, at=THREE)
    outside = PromiseResult.objects.filter(look=Look.OUTSIDE).order_by("claim_id")
    assert [(r.claim_id, r.check_name, r.state, r.words, r.strength) for r in outside] == [
        (OTHER, "privacy/verify.py", "broken", "A cookie.", "shown"),
        (CLAIM, "privacy/verify.py", "kept", "The page was the same.", "shown"),
    ]
    record = json.loads(PromiseRun.objects.latest("number").record)
    assert record["claims"] == {"outside: broken": [OTHER], "outside: kept": [CLAIM]}
    assert record["found"] == {OTHER: ["A cookie."]}


def test_a_look_from_outside_replaces_the_one_before_and_nothing_from_inside(checks):
    store_outside({CLAIM: (State.KEPT, "Seen."), OTHER: (State.KEPT, "Seen.")}, at=THREE)
    run()
    assert PromiseResult.objects.count() == 4
    store_outside({CLAIM: (State.KEPT, "Seen again.")}, at=THREE)
    assert json.loads(PromiseRun.objects.latest("number").record)["gone"] == {"outside": [OTHER]}
    assert sorted(PromiseResult.objects.values_list("claim_id", "look", "words")) == [
        (OTHER, "now", "it is so"),
        (CLAIM, "now", "it is so"),
        (CLAIM, "outside", "Seen again."),
    ]


def test_a_script_that_found_nothing_has_not_looked(checks):
    store_outside({CLAIM: (State.KEPT, "Seen.")}, at=THREE)
    store_outside({}, at=THREE + timedelta(days=1))
    assert history_head()[0] == 1
    assert PromiseResult.objects.get().claim_id == CLAIM


def test_django_changes_no_run(checks):
    link = run()
    link.at = THREE - timedelta(days=1)
    for attempt in (
        link.save,
        link.delete,
        PromiseRun.objects.all().delete,
        lambda: PromiseRun.objects.update(record="{}"),
    ):
        with pytest.raises(SealedError):
            attempt()


COLUMNS = "number, at, record, previous_hash, hash"
SQLITE, POSTGRESQL = (pytest.mark.only_on(one) for one in ("sqlite", "postgresql"))


def copied(verb: str, number: str, rest: str = "") -> str:
    """Insert the run once more, with another record."""
    again = f"{number}, at, '{{}}', previous_hash, hash FROM promises_promiserun WHERE true {rest}"
    return f"{verb} INTO promises_promiserun ({COLUMNS}) SELECT {again}"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE promises_promiserun SET record = '{}'",
        "UPDATE promises_promiserun SET number = 7",
        "DELETE FROM promises_promiserun",
        copied("INSERT", "7"),
        copied("INSERT", "1", "ON CONFLICT (number) DO UPDATE SET record = '{}'"),
        copied("INSERT", "7", "ON CONFLICT (hash) DO UPDATE SET record = '{}'"),
        copied("INSERT", "7", "ON CONFLICT (previous_hash) DO UPDATE SET record = '{}'"),
        pytest.param(copied("INSERT OR REPLACE", "1"), marks=SQLITE),
        pytest.param(copied("INSERT OR REPLACE", "7"), marks=SQLITE),
        pytest.param("TRUNCATE promises_promiserun", marks=POSTGRESQL),
    ],
)
def test_the_database_changes_no_run(checks, statement):
    before = run().record
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert PromiseRun.objects.get().record == before


def forged(run: PromiseRun, **said) -> str:
    return json.dumps({**json.loads(run.record), **said}, separators=(",", ":"), sort_keys=True)


@pytest.mark.parametrize(
    ("forge", "faults"),
    [
        (
            lambda run: {"record": forged(run, claims={"now: kept": [CLAIM]})},
            ["promises run 2: is not what was written: its hash is another"],
        ),
        (
            lambda run: {"at": THREE + timedelta(hours=2)},
            ["promises run 2: is kept with another number, time or link than it says"],
        ),
        (
            lambda run: {"previous_hash": "f" * 64},
            [
                "promises run 2: does not continue the run before it",
                "promises run 2: is kept with another number, time or link than it says",
            ],
        ),
        (
            lambda run: {"hash": "f" * 64},
            [
                "promises run 2: is not what was written: its hash is another",
                "promises run 3: does not continue the run before it",
            ],
        ),
        (
            lambda run: {
                "at": THREE - timedelta(days=1),
                "record": (back := forged(run, at="2026-03-01T10:05:07Z")),
                "hash": hashlib.sha256(back.encode()).hexdigest(),
            },
            [
                "promises run 2: is dated before the run before it",
                "promises run 3: does not continue the run before it",
            ],
        ),
    ],
)
def test_what_was_changed_is_found(checks, forge, faults):
    run()
    middle = run(THREE + timedelta(hours=1))
    run(THREE + timedelta(days=1))
    with row_guards.lifted():
        values = forge(middle)
        columns = ", ".join(f"{name} = %s" for name in values)
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE promises_promiserun SET {columns} WHERE number = 2",  # noqa: S608 - ours
                list(values.values()),
            )
    assert [str(fault) for fault in verify_history()] == faults


def test_what_was_cut_out_is_found_and_what_was_cut_off_by_whoever_kept_a_head(checks):
    run(), run()
    head = (3, run().hash)
    with row_guards.lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM promises_promiserun WHERE number = 2")
    gone = ["promises run 3: follows run 1: what stood between is gone"]
    assert [str(fault) for fault in verify_history(known_heads=[head])] == gone
    assert registered_chains()["promises"].faults() == gone
    with row_guards.lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM promises_promiserun WHERE number = 3")
    assert verify_history() == []
    assert [str(fault) for fault in verify_history(known_heads=[head])] == [
        "promises run 3: has another hash than was kept elsewhere: the chain was cut or made anew"
    ]


@pytest.mark.django_db(transaction=True)
def test_runs_that_end_at_the_same_moment_follow_each_other(checks):
    run()
    seen, barrier, problems = run_checks(), threading.Barrier(4), []

    def store():
        barrier.wait()
        try:
            store_outcomes(seen, at=THREE, whole=True)
        except DatabaseError as error:
            problems.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=store) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert history_head()[0] == 5
    assert verify_history() == []


def test_a_missing_guard_is_named(checks):
    try:
        row_guards.lift()
        named = [fault.what for fault in verify_history()]
    finally:
        row_guards.install()
    assert any(one.startswith("guard_promises_promiserun_update") for one in named)
    assert all("promises_promiserun" in one for one in named)
