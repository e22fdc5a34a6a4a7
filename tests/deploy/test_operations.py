"""What docs/operations.md tells an operator to type is what the project has."""

import re
import shlex

import pytest

from tests.architecture.source import ROOT, text
from tests.deploy.commands import parsed
from tests.install.document import FROM_NOTHING, SELF_SIGNED, in_a_trial

OPERATIONS = text("docs/operations.md")
MOST = 15


def block(heading: str) -> list[str]:
    """Return the commands of the first block below a heading."""
    section = OPERATIONS.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return section.split("```\n")[1].splitlines()


EMPTY_MACHINE = block("From an empty Debian machine")
WITHOUT_A_VENV = re.compile(r"(?<![\w./-])python -c ")
"""Debian has no program of that name."""


def test_from_an_empty_machine_to_a_site_with_tls_it_takes_no_more_than_fifteen_commands():
    assert len(EMPTY_MACHINE) <= MOST
    typed = "\n".join(EMPTY_MACHINE)
    needed = ("apt-get", "make setup", "certbot", "nginx_conf", "systemctl enable", "make_staff")
    assert [word for word in needed if word not in typed] == []


def test_a_trial_has_other_lines_for_what_needs_a_public_name():
    lines = in_a_trial(FROM_NOTHING, SELF_SIGNED)
    assert len(lines) == len(EMPTY_MACHINE)
    files = re.findall(r"(?:-out|-keyout) (\S+)", " ".join(SELF_SIGNED))
    options = parsed(shlex.split(SELF_SIGNED[1].partition(">")[0])[4:])
    assert sorted(files) == sorted([options["certificate"], options["key"]])
    assert all(name.startswith("/") for name in files)


@pytest.mark.parametrize("name", [".env.example", "docs/operations.md", "docs/backup.md"])
def test_python_is_called_by_the_name_that_debian_has(name):
    assert WITHOUT_A_VENV.findall(text(name)) == []


@pytest.mark.parametrize("line", [line for line in EMPTY_MACHINE if "manage.py" in line])
def test_the_site_understands_its_commands(line):
    words = shlex.split(line.partition(">")[0])
    parsed(words[words.index(".venv/bin/python") :])


def test_the_files_and_places_are_those_of_the_unit():
    unit = text("deploy/systemd/website.service")
    folder = re.search(r"^WorkingDirectory=(.*)$", unit, re.MULTILINE)
    user = re.search(r"^User=(.*)$", unit, re.MULTILINE)
    assert folder
    assert user
    typed = "\n".join(EMPTY_MACHINE)
    assert f"git clone … {folder[1]} && cd {folder[1]}" in typed
    assert typed.count(f"runuser -u {user[1]} --") == typed.count("manage.py")
    assert f"--owner {user[1]} --group {user[1]}" in typed
    installed = re.findall(r"(?<= )(deploy/\S+|\.env\.example)", typed)
    assert [name for name in installed if not (ROOT / name).is_file()] == []
    assert len(installed) == 2
