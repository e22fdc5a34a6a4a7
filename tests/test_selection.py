"""What a run leaves out: by rule, and never a statement that PostgreSQL should have seen."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from tests.architecture.source import files, text
from tests.selection import (
    KEPT,
    LEFT_OUT,
    ROUND,
    STOOD_IN_FOR,
    Statements,
    is_measured,
    is_needed,
    is_of_the_day,
    may_run,
    pytest_runtest_protocol,
    shape,
    turn,
)

OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


def a_test(
    *marks: pytest.MarkDecorator,
    fixtures: tuple[str, ...] = (),
    name: str = "test_it",
    where: str = "tests/test_of_it.py",
    **case: int,
) -> Any:
    by_name = {mark.name: mark.mark for mark in marks}
    return SimpleNamespace(
        nodeid=f"{where}::{name}",
        fixturenames=fixtures,
        get_closest_marker=by_name.get,
        iter_markers=lambda name: (mark.mark for mark in marks if mark.name == name),
        callspec=SimpleNamespace(indices=case),
        name=name,
    )


def test_what_has_a_suite_of_its_own_runs_apart_and_others_do_not_run_with_it():
    tests = (a_test(), a_test(pytest.mark.exhaustive), a_test(pytest.mark.breaks))
    runs = [[may_run(one, suite) for one in tests] for suite in ("usual", "exhaustive", "breaks")]
    assert runs == [[True, False, False], [False, True, False], [False, False, True]]
    assert [may_run(one, "usual", "breaks") for one in tests] == [True, False, True]


def test_each_further_break_comes_on_one_day_of_a_round_and_all_else_on_each():
    marks = (pytest.mark.breaks, pytest.mark.unmeasured)
    further = [a_test(*marks, name=f"a_break[{number}]") for number in range(200)]
    days = [[one for one in further if is_of_the_day(one, day)] for day in range(9, 9 + ROUND)]
    assert sorted(one.name for part in days for one in part) == sorted(one.name for one in further)
    assert all(len(part) > len(further) // ROUND // 2 for part in days)
    others = (a_test(), a_test(pytest.mark.breaks), a_test(pytest.mark.unmeasured))
    assert all(is_of_the_day(one, day) for one in others for day in range(ROUND))
    assert all(is_of_the_day(one, None) for one in further)


@pytest.mark.parametrize(
    ("mark", "seen"),
    [
        (pytest.mark.unmeasured, ["off", "the test", "on"]),
        (pytest.mark.breaks, ["the test"]),
    ],
)
def test_coverage_is_measured_without_what_only_looks_again(monkeypatch, mark, seen):
    done: list[str] = []
    tracer = SimpleNamespace(stop=lambda: done.append("off"), start=lambda: done.append("on"))
    monkeypatch.setattr("tests.selection.Coverage.current", lambda: tracer)
    run: Any = pytest_runtest_protocol(a_test(mark))
    next(run)
    done.append("the test")
    with pytest.raises(StopIteration):
        run.send(True)
    assert done == seen


@pytest.mark.parametrize(
    ("tracer", "order"),
    [
        (object(), ["slow", "usual", "slow and unmeasured", "unmeasured"]),
        (None, ["slow and unmeasured", "slow", "unmeasured", "usual"]),
    ],
)
def test_what_is_not_measured_comes_last_where_coverage_is_measured(monkeypatch, tracer, order):
    monkeypatch.setattr("tests.selection.Coverage.current", lambda: tracer)
    slow, unmeasured = pytest.mark.slow, pytest.mark.unmeasured
    tests = [
        a_test(unmeasured, name="unmeasured"),
        a_test(name="usual"),
        a_test(slow, unmeasured, name="slow and unmeasured"),
        a_test(slow, name="slow"),
    ]
    assert [one.name for one in sorted(tests, key=turn)] == order


def test_of_cases_that_are_alike_two_are_measured_with_each_value_of_what_differs():
    mark = pytest.mark.alike("spelling")
    cases = [
        (door, spelling)
        for door in range(3)
        for spelling in range(5)
        if is_measured(a_test(mark, door=door, spelling=spelling))
    ]
    assert cases == [(door, spelling) for door in range(3) for spelling in (0, 1)]
    assert is_measured(a_test(door=2, spelling=4))
    assert not is_measured(a_test(pytest.mark.unmeasured, mark, door=0, spelling=0))


@pytest.mark.parametrize(
    ("listed", "measured"),
    [
        ("tests/test_of_it.py", False),
        ("tests/test_of_it.py::test_it", False),
        ("tests/test_of_it.py::test", True),
        ("tests/test_of.py", True),
    ],
)
def test_what_others_run_too_is_listed_by_its_file_or_its_name(monkeypatch, listed, measured):
    monkeypatch.setitem(STOOD_IN_FOR, "unmeasured", [listed])
    monkeypatch.setitem(STOOD_IN_FOR, "once", [listed])
    for name in ("test_it", "test_it[one]"):
        assert is_measured(a_test(name=name)) == measured
        assert is_needed(a_test(fixtures=("db",), name=name)) == measured


@pytest.mark.parametrize("respect", STOOD_IN_FOR)
def test_each_test_that_is_listed_is_there_and_named_once(respect):
    listed = STOOD_IN_FOR[respect]
    split = [one.partition("::") for one in listed]
    lost = [
        (path, name)
        for path, _, name in split
        if path not in files() or (name and f"def {name}(" not in text(path))
    ]
    assert (lost, sorted(set(listed))) == ([], listed)


def test_a_test_that_names_a_parameter_it_does_not_have_is_not_taken_for_measured():
    with pytest.raises(KeyError):
        is_measured(a_test(pytest.mark.alike("spelling"), door=0))


def test_a_test_that_speaks_of_one_database_runs_there():
    here, there = (
        a_test(pytest.mark.only_on(vendor))
        for vendor in (connection.vendor, OTHER[connection.vendor])
    )
    assert [may_run(one, "usual") for one in (here, there)] == [True, False]


def test_postgresql_is_given_what_touches_the_database_and_is_not_marked_once():
    given = {
        "nothing": a_test(fixtures=("tmp_path",)),
        "fixture": a_test(fixtures=("tmp_path", "db")),
        "mark": a_test(pytest.mark.django_db),
        "a database of its own": a_test(pytest.mark.own_database),
        "once": a_test(pytest.mark.django_db, pytest.mark.once),
    }
    assert [name for name, test in given.items() if is_needed(test)] == [
        "fixture", "mark", "a database of its own",
    ]  # fmt: skip


def test_who_makes_databases_on_the_engine_of_the_run_says_so():
    asking = 'os.environ["' + 'DATABASE_URL"]'
    silent = [
        path
        for path in files()
        if path.startswith("tests/") and "/test_" in path and asking in text(path)
        if "mark.own_database" not in text(path) and "mark.django_db" not in text(path)
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM b WHERE c IN (%s, %s)", "SELECT a FROM b WHERE c IN (%s, %s, %s)"),
        ("SELECT a FROM b LIMIT 1", "SELECT a FROM b LIMIT 21"),
        ("INSERT INTO b VALUES (%s, %s), (%s, %s)", "INSERT INTO b VALUES (%s, %s)"),
        ('SAVEPOINT "s140_x12"', 'SAVEPOINT "s7_x1"'),
        ("SELECT 'it''s'", "SELECT 'another'"),
    ],
)
def test_statements_of_one_shape_are_one(one, other):
    assert shape(one) == shape(other)


def test_statements_of_different_shapes_are_told_apart():
    assert shape("SELECT a FROM b WHERE c = %s") != shape("SELECT a FROM b WHERE c > %s")


def test_a_statement_that_only_left_out_tests_send_is_missed():
    seen = SimpleNamespace(seen={KEPT: {"SELECT a"}, LEFT_OUT: {"SELECT a", "SELECT b"}})
    assert Statements.missed(seen) == ["SELECT b"]  # type: ignore[arg-type]
