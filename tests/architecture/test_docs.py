"""What an operator can set or run is written down; what a check says is tested."""

import re
from dataclasses import fields

import pytest
from django.core.management import get_commands

from sens_site.lib.content import Company
from tests.architecture.source import ROOMS, check_ids, files, text

VARIABLES = tuple(re.findall(r"\benv\.\w+\(\s*\"([A-Z_]+)\"", text("sens_site/settings.py")))
COMMANDS = tuple(
    sorted(name for name, app in get_commands().items() if str(app).split(".")[0] in ROOMS)
)


def prose() -> str:
    """Return all that is written for people: README and docs."""
    return "\n".join(text(p) for p in files() if p.endswith(".md") and not p.startswith("content/"))


def test_there_is_something_to_check():
    assert len(VARIABLES) >= 20
    assert len(check_ids()) >= 25


def test_variables_are_in_the_example_and_in_the_readme():
    examples = re.findall(r"^#?\s?([A-Z_]+)=", text(".env.example"), re.MULTILINE)
    table = re.findall(r"^\|\s*`([A-Z_]+)`\s*\|", text("README.md"), re.MULTILINE)
    assert [name for name in VARIABLES if name not in examples or name not in table] == []


def test_example_names_no_variable_that_does_not_exist():
    named = re.findall(r"^#?\s?([A-Z][A-Z_]+)=", text(".env.example"), re.MULTILINE)
    assert set(named) - set(VARIABLES) == set()


def test_commands_are_in_the_documents():
    said = prose()
    named = [n for n in COMMANDS if f"manage.py {n}" in said or f"`{n}`" in said]
    assert named == list(COMMANDS)


@pytest.mark.parametrize("key", [one.name for one in fields(Company)])
def test_key_of_the_company_is_in_the_documents(key):
    assert re.search(rf"^\|[^|]*`{key}`", text("docs/content.md"), re.MULTILINE)


def test_checks_have_ids_of_their_own():
    """An id is given in one file, or in two of the app that it names."""
    shared = {
        one: sorted(paths)
        for one, paths in check_ids().items()
        if len(paths) > 1 and {path.split("/")[-2] for path in paths} != {one.split(".")[0]}
    }
    assert shared == {}


def test_every_check_is_tested():
    """By its whole id, or among the tests of its app by its number."""
    tests = {p: text(p) for p in files() if p.startswith("tests/") and p.endswith(".py")}
    untested = [
        one
        for one in sorted(check_ids())
        for label, number in [one.split(".")]
        if not any(one in source for source in tests.values())
        and not any(f"/{label}/" in p and f'"{number}"' in source for p, source in tests.items())
    ]
    assert untested == []
