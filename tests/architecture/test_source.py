"""Habits of the code that no linter keeps."""

import ast
import inspect
import re
import tomllib

import pytest

from tests.architecture.routes import all_routes
from tests.architecture.source import ROOMS, files, python_files, text

MAX_LINES, MAX_LINES_OF_TESTS = 350, 500
LONG_FOR_A_REASON = {
    "privacy/consent/offer/third_parties.py": "a table: one entry after another, with its sources",
    "sens_site/settings.py": "one file holds all settings",
}
NOQA = re.compile(r"#\s*noqa(?!: [A-Z0-9, ]+ - \S)")
UNTOLD = re.compile(r"type: ignore(?!\[[a-z, -]+\]  # \S)")
UNMEASURED = re.compile(r"#\s*pragma\b(?!: (?:postgresql|no cover|no branch) - \S)", re.IGNORECASE)
ABROAD = "../" + "shared"
OTHER_FILES = re.compile(r"\.(svg|zst|png|jpg|webp|ico|woff2|pdf)$|^requirements.*\.txt$|^LICENSE$")
WORDS_NOT_OURS = {  # docs/glossary.md says what we say instead
    "gdpr user": "data subject", "cookie log": "consent receipt", "tos ": "terms",
}  # fmt: skip


def test_files_are_small():
    long = {
        path: lines
        for path in python_files()
        if path not in LONG_FOR_A_REASON
        if (lines := text(path).count("\n"))
        > (MAX_LINES_OF_TESTS if path.startswith("tests/") else MAX_LINES)
    }
    assert long == {}


def test_every_exception_to_a_rule_says_why():
    untold = {
        f"{path}:{number}": line.strip()
        for path in python_files()
        if not path.startswith("tests/")
        for number, line in enumerate(text(path).splitlines(), 1)
        if NOQA.search(line) or UNTOLD.search(line) or UNMEASURED.search(line)
    }
    assert untold == {}


def test_no_test_closes_an_answer_by_hand():
    """It would close the connection within the test's transaction, whose lock a cursor may then keep.

    Every test after it would wait for the lock, and fail. Read the answer (`getvalue`): at its end
    it is closed as the test client does that.
    """
    closing = [
        path
        for path in python_files()
        if path.startswith("tests/") and not path.startswith("tests/architecture/")
        if re.search(r"\b(?:response|answer)\.close\(\)", text(path))
    ]
    assert closing == []


def test_coverage_leaves_out_migrations_and_what_says_why_beside_it():
    asked = tomllib.loads(text("pyproject.toml"))["tool"]["coverage"]
    assert asked["run"]["omit"] == ["*/migrations/*"]
    assert asked["run"]["branch"] is True
    assert asked["report"]["fail_under"] == 100
    assert asked["report"]["exclude_also"] == ["# pragma: postgresql - "]


def test_nothing_refers_to_what_lies_outside_the_project():
    tracked = [path for path in files() if not OTHER_FILES.search(path)]
    assert [path for path in tracked if ABROAD in text(path)] == []


def test_no_file_holds_a_word_that_the_glossary_replaces():
    said = {
        path: word
        for path in files()
        if path.split("/")[0] in (*ROOMS, "templates") and not OTHER_FILES.search(path)
        for word in WORDS_NOT_OURS
        if re.search(rf"\b{word}", text(path).lower())
    }
    assert said == {}


WRITING = re.compile(
    r"\.(save|create|delete|(bulk|update_or|get_or)_(create|update))\(|(objects|\))\.update\("
)
A_FORM_SAVES = "form.save("  # which is looked at where the form stands


def modules_with_views() -> set[str]:
    """Return our modules that hold a view of any address, whatever they are called."""
    found = set()
    for route in all_routes():
        view = inspect.unwrap(route.view)
        model_admin = getattr(route.view, "model_admin", None)
        steps = (step.run for step in getattr(model_admin, "steps", ()))  # what a POST there calls
        holders = (view, getattr(view, "view_class", None), model_admin, *steps)
        found |= {
            inspect.getmodule(one if inspect.isroutine(one) or inspect.isclass(one) else type(one))
            for one in holders
            if one is not None
        }
    return {
        module.__name__ for module in found if module and module.__name__.split(".")[0] in ROOMS
    }


def writes_in(source: str) -> list[str]:
    """Return the lines of a file that write rows."""
    return [
        line.strip()
        for line in source.splitlines()
        if WRITING.search(line) and A_FORM_SAVES not in line and not line.lstrip().startswith("#")
    ]


def test_writes_stay_out_of_views_forms_middleware_and_signals():
    views = {f"{module.replace('.', '/')}.py" for module in modules_with_views()}
    known = {
        "accounts/second_factor.py", "contact/admin.py", "contact/message_steps.py",
        "sens_site/errors.py",
    }  # fmt: skip
    assert known - views == set()
    doors = ("forms.py", "middleware.py", "signals.py")
    looked_at = views | {
        p for p in python_files() if p.split("/")[0] in ROOMS and p.endswith(doors)
    }
    assert {p: found for p in sorted(looked_at) if (found := writes_in(text(p)))} == {}


def test_the_check_of_writes_sees_one():
    assert writes_in("    User.objects.filter(pk=1).update(name=name)\n    form.save()\n") == [
        "User.objects.filter(pk=1).update(name=name)"
    ]


def deletes_by_age(source: str) -> list[str]:
    """Return the functions that look for what is older than something, and delete."""
    found = []
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = list(ast.walk(function))
            called = {node.attr for node in inside if isinstance(node, ast.Attribute)}
            aged = any(
                isinstance(node, ast.keyword) and (node.arg or "").endswith(("__lt", "__lte"))
                for node in inside
            )
            if "clear_expired" in called or (aged and {"delete", "_raw_delete"} & called):
                found.append(function.name)
    return found


def test_only_the_retention_engine_deletes_by_age():
    ours = [p for p in python_files() if p.split("/")[0] in ROOMS]
    assert {p: found for p in ours if (found := deletes_by_age(text(p)))} == {}


@pytest.mark.parametrize(
    "body",
    [
        "Mail.objects.filter(sent_at__lt=limit).delete()",
        "old = Mail.objects.filter(sent_at__lte=limit)\n    old.delete()",
        "Session.clear_expired()",
    ],
)
def test_the_check_of_purges_sees_one(body):
    assert deletes_by_age(f"def tidy(limit):\n    {body}\n") == ["tidy"]
