"""Which tests a run takes. What it leaves out is not collected for it: nothing is skipped.

- Tests marked `exhaustive`, `breaks` or `neighbours` run with the option of that name, which takes no others
  unless `--usual` takes the rest as well.
- `only_on("sqlite")` and `only_on("postgresql")` tests run on the database that they speak of.
- PostgreSQL is given what needs its SQL: neither tests that touch no database, nor those marked
  `once`, which send many requests and no statement that other tests do not send too.

Continuous integration takes of the further breaks those of one day (`--day`): each comes on one day of
`ROUND`, whatever is run and where, so that what all of them find is found within a round.

Where coverage is measured, it is measured without further breaks and without the neighbours of breaks
(`unmeasured`): they run the same code once more, in the same processes, but the tracer, which makes
it dearer by four fifths, is off meanwhile. A further break that alone leads through some line says
so (`measured`). Nor are the cases of a test that are `alike` measured after the first two: a fiftieth
spelling of an address runs what the first has run. `selection.toml` names more tests whose lines, and
others whose statements, are those of other tests too.

That `once` is true is shown by `--statements`, part of `make test-exhaustive`: it runs all tests on
PostgreSQL and fails if one that the suite leaves out there sends a statement that no other sends.
"""

import re
import tomllib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage
from django.db import connection
from django.db.backends.signals import connection_created

from tests.traced_threads import take_turns

APART = ("exhaustive", "breaks", "neighbours")
UNMEASURED = "unmeasured"
"""The marks of tests that have a suite of their own, and the options by which that runs."""
USUAL = "usual"
ONCE = "once"
ALIKE = 2
"""Of cases that are alike, as many are measured."""
ROUND = 16
"""Days in which continuous integration comes to all further breaks."""
DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}
STOOD_IN_FOR: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("selection.toml").read_text("utf-8")
)
KEPT, LEFT_OUT = "statements_kept", "statements_left_out"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `tests.run` asks for."""
    for name in (USUAL, *APART):
        parser.addoption(f"--{name}", action="store_true", help=f"run the suite “{name}”")
    parser.addoption("--day", type=int, help="of what is measured by others take one day's part")
    parser.addoption("--statements", action="store_true", help="look at what `once` leaves out")


def pytest_configure(config: pytest.Config) -> None:
    """Watch statements where that was asked for; let threads begin while coverage is measured."""
    if Coverage.current() is not None:
        take_turns()
    if config.getoption("--statements"):
        config.pluginmanager.register(Statements(config), "statements")


def touches_the_database(item: pytest.Item) -> bool:
    """Tell whether a test may send a statement."""
    fixtures = DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or any(map(item.get_closest_marker, ("django_db", "own_database")))


def may_run(item: pytest.Item, *suites: str) -> bool:
    """Tell whether a test belongs to one of some suites, and to this database."""
    if next(filter(item.get_closest_marker, APART), USUAL) not in suites:
        return False
    speaks_of = item.get_closest_marker("only_on")
    return speaks_of is None or speaks_of.args == (connection.vendor,)


def is_of_the_day(item: pytest.Item, day: int | None) -> bool:
    """Tell whether a test's day has come. All but further breaks that nobody measures have each day."""
    if day is None or not all(map(item.get_closest_marker, ("breaks", UNMEASURED))):
        return True
    return zlib.crc32(item.name.encode()) % ROUND == day % ROUND


def is_stood_in_for(item: pytest.Item, respect: str) -> bool:
    """Tell whether others run what a test runs: whether it is listed, or its file is."""
    name = item.nodeid.partition("[")[0]
    return not {name, name.partition("::")[0]}.isdisjoint(STOOD_IN_FOR[respect])


def is_measured(item: pytest.Item) -> bool:
    """Tell whether a test may run code of ours that no other test runs."""
    if item.get_closest_marker(UNMEASURED) or is_stood_in_for(item, UNMEASURED):
        return False
    differing = (name for mark in item.iter_markers("alike") for name in mark.args)
    numbers: dict[str, int] = getattr(getattr(item, "callspec", None), "indices", {})
    return all(numbers[name] < ALIKE for name in differing)


def turn(item: pytest.Item) -> tuple[bool, bool]:
    """Return the key by which tests are ordered: what takes long begins, what is unmeasured comes last.

    What a process does once and keeps, such as the frame of a page, it would do unseen in a test
    that is not measured; measured ones that come after it would find the lines run that they miss.
    """
    late = Coverage.current() is not None and not is_measured(item)
    return late, item.get_closest_marker("slow") is None


def is_needed(item: pytest.Item) -> bool:
    """Tell whether a test shows something on PostgreSQL that it does not show on SQLite."""
    once = item.get_closest_marker(ONCE) or is_stood_in_for(item, ONCE)
    return touches_the_database(item) and not once


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what does not belong to this run, and order the rest, which has been shuffled before."""
    whole = config.getoption("--statements")
    suites = [name for name in (USUAL, *APART) if config.getoption(f"--{name}")] or [USUAL]
    every_test = connection.vendor != "postgresql" or whole
    chosen: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        belongs = (
            may_run(item, *suites)
            and is_of_the_day(item, config.getoption("--day"))
            and (every_test or is_needed(item))
        )
        (chosen if belongs else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = sorted(chosen, key=turn)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[Any]:
    """Measure the coverage of nothing that only looks again at what others look at."""
    measuring = Coverage.current()
    if measuring is None or is_measured(item):
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()


# --- what `once` leaves out -----------------------------------------------------------------------


def shape(sql: str) -> str:
    """Return a statement without what differs from call to call: values, counts, savepoints."""
    sql = re.sub(r"'(?:[^']|'')*'", "''", sql)
    sql = re.sub(r"%s(?:::\w+(?:\[\])?)?(?:, %s(?:::\w+(?:\[\])?)?)+", "%s", sql)
    sql = re.sub(r"\(%s\)(?:, \(%s\))+", "(%s)", sql)
    return re.sub(r"\"?s\d+_x\d+\"?|\b\d+\b", "N", sql)


class Statements:
    """Collects the shapes of all statements, apart for tests that the suite leaves out."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.now: set[str] = set()
        self.seen: dict[str, set[str]] = {KEPT: set(), LEFT_OUT: set()}
        connection_created.connect(self._follow)

    def _follow(self, connection: Any, **_: Any) -> None:
        if self._note not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._note)

    def _note(self, execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        self.now.add(shape(str(sql)))
        return execute(sql, *rest)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        self.now = set()
        try:
            return (yield)
        finally:
            self.seen[KEPT if is_needed(item) else LEFT_OUT] |= self.now

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[Any]:
        try:
            return (yield)
        finally:
            if fixturedef.argname == "django_db_setup":
                self.now.clear()  # what makes the database is nobody's own

    def pytest_testnodedown(self, node: Any) -> None:
        for name, shapes in self.seen.items():
            shapes.update(node.workeroutput.get(name, []))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput |= {name: sorted(some) for name, some in self.seen.items()}
        elif self.missed():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def missed(self) -> list[str]:
        return sorted(self.seen[LEFT_OUT] - self.seen[KEPT])

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        kept, missed = self.seen[KEPT], self.missed()
        terminalreporter.write_line(
            f"{len(kept)} statements are sent by what runs on PostgreSQL,"
            f" {len(missed)} by tests marked `once` alone"
        )
        for statement in missed:
            terminalreporter.write_line(f"  {statement}")
