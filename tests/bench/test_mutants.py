"""What the mutator changes: something in each kind, and nothing that is no breach."""

import ast
from collections import Counter
from functools import cache

import pytest

from bench.mutants.kinds import Mutant, all_mutants
from bench.mutants.trial import codes_in

pytestmark = pytest.mark.unmeasured  # sources are read here, and none runs


@cache
def mutants() -> tuple[Mutant, ...]:
    return tuple(all_mutants())


def of(path: str) -> set[str]:
    return {one.words for one in mutants() if one.path == path}


def test_each_kind_has_some_and_all_together_are_more_than_300():
    kinds = Counter(one.kind for one in mutants())
    assert set(kinds) == {"period", "condition", "permission", "job", "template"}
    assert min(kinds.values()) >= 20
    assert sum(kinds.values()) > 300


def test_no_two_mutants_have_one_name():
    names = Counter(one.name for one in mutants())
    assert [name for name, count in names.items() if count > 1] == []


def test_each_mutant_of_python_can_be_read():
    for one in mutants():
        if one.path.endswith(".py"):
            ast.parse(one.text)


def test_a_period_is_doubled_and_halved():
    assert of("contact/data_map.py") == {
        "Period(months=24) with 48",
        "Period(months=24) with 12",
    }


def test_a_job_comes_too_seldom_or_does_nothing():
    assert of("visits/jobs.py") == {"count_visits once a month", "count_visits does nothing"}
    assert of("privacy/rights/jobs.py") == {
        "give_alarms once a month",
        "give_alarms never",
        "give_alarms does nothing",
        "remove_strays once a month",
        "remove_strays does nothing",
    }


def test_what_the_policy_does_not_speak_of_is_left_alone():
    """A summary for staff, how many stand on a page, an admin in which nobody's data stand."""
    assert of("accounts/jobs.py") == {
        "see_to_idle_accounts once a month",
        "see_to_idle_accounts does nothing",
    }
    assert of("contact/views.py") == {"own_messages without @login_required"}
    assert of("news/admin.py") == set()


def test_of_two_conditions_that_are_alike_one_can_be_left_alone():
    """By the whole of what hangs on it: a word for staff, and whether a row is blanked or deleted."""
    turned = [one for one in mutants() if one.path == "privacy/datamap/retention.py"]
    on_blank = [one.words for one in turned if "keep.blank" in one.words]
    assert on_blank == ["turned round: keep.blank"] * 2


def test_the_checks_themselves_are_left_alone():
    changed = {one.path for one in mutants() if one.path.endswith(".py")}
    assert not {path for path in changed if "promises" in path or "rehearsal" in path}


def test_functions_are_found_again_in_a_changed_source():
    source = "def f(x):\n    return [y for y in x if y]\n\ng = lambda x: x\n"
    old, new = (
        compile(text, "a.py", "exec") for text in (source, source.replace("if y", "if not y"))
    )
    names = [code.co_qualname for code in codes_in(old)]
    assert names == [code.co_qualname for code in codes_in(new)]
    assert names == ["<module>", "f", "f.<locals>.<listcomp>", "<lambda>"]
