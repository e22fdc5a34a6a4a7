"""Breaks of locks that are shut again whenever somebody looks."""

from tests.promises.breaks import breaks
from tests.promises.breaks_of_source_code import _with
from tests.promises.hand import Hand


@breaks("security.against-change")
def a_step_that_lifts_the_locks_for_a_moment(hand: Hand) -> None:
    code = "def f(event, text):\n    with row_guards.lifted():\n        event.update(text=text)"
    _with(hand, "privacy/rights/handling.py", code)


@breaks("security.against-change")
def a_job_that_switches_triggers_off(hand: Hand) -> None:
    code = "def f(cursor):\n    cursor.execute('SET LOCAL session_replication_role = replica')"
    _with(hand, "privacy/consent/jobs.py", code)
