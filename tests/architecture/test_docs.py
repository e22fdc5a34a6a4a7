"""What an operator can set or run is written down; what a check says is tested."""

import re
from collections import Counter
from dataclasses import fields

import pytest
from django.core.management import get_commands

from sens_site.lib.content import Company
from tests.architecture.source import ROOMS, files, python_files, text

VARIABLES = tuple(re.findall(r"\benv\.\w+\(\s*\"([A-Z_]+)\"", text("sens_site/settings.py")))
COMMANDS = tuple(
    sorted(name for name, app in get_commands().items() if str(app).split(".")[0] in ROOMS)
)
ID = re.compile(rf"\bid=\"((?:{'|'.join(ROOMS)})\.[EWIC]\d{{3}})\"")
CHECKS = tuple(
    found
    for path in python_files()
    if path.split("/")[0] in ROOMS
    for found in ID.findall(text(path))
)


def prose() -> str:
    """Return all that is written for people: README and docs."""
    return "\n".join(text(p) for p in files() if p.endswith(".md") and not p.startswith("content/"))


def test_there_is_something_to_check():
    assert len(VARIABLES) >= 20
    assert len(CHECKS) >= 3


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
    assert [found for found, times in Counter(CHECKS).items() if times > 1] == []


def test_every_check_is_tested():
    tests = "".join(text(p) for p in files() if p.startswith("tests/") and p.endswith(".py"))
    assert [found for found in sorted(set(CHECKS)) if found not in tests] == []
