"""Code that takes the locks of sealed rows away is found, by whatever name it does so."""

import ast

import pytest

from sens_site.promises.opened_locks import no_code_opens_a_lock, opens_a_lock


@pytest.mark.parametrize(
    "text",
    [
        "with row_guards.lifted(): pass",
        "row_guards.lift(connection)",
        "from sens_site.lib.row_guards import lifted",
        "from sens_site.lib.row_guards import Guard, _removal as away",
        "from sens_site.lib import row_guards as rows",
        "import sens_site.lib.row_guards",
        'getattr(row_guards, "lift")()',
        "cursor.execute('DROP TRIGGER guard_policy_policyevent_update')",
        'cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")',
        'cursor.execute("SET session_replication_role = replica")',
        'execute("PRAGMA recursive_triggers = OFF")',
        'execute("pragma recursive_triggers=0")',
        'execute("PRAGMA writable_schema = 1")',
        'execute("drop  function guard_x() cascade")',
    ],
)
def test_what_opens_a_lock_is_found(text):
    assert any(map(opens_a_lock, ast.walk(ast.parse(text))))


@pytest.mark.parametrize(
    "text",
    [
        "row_guards.missing()",
        "from sens_site.lib import row_guards",
        "from sens_site.lib.row_guards import Guard, register",
        "import ast, re",
        "restrictions.lift(request, by=by, reason=1)",
        'execute("PRAGMA recursive_triggers=ON")',
        'execute("DELETE FROM policy_policydraft")',
    ],
)
def test_what_opens_none_is_passed_over(text):
    assert not any(map(opens_a_lock, ast.walk(ast.parse(text))))


def test_the_module_of_the_locks_alone_writes_them_anew():
    assert no_code_opens_a_lock() == 1
