"""What a public forge, an editor or a hook reads calls what README and the Makefile call."""

import json
import os
import re
import subprocess

import pytest
from django.conf import settings

from tests.architecture.source import PROJECT, ROOT, files, text

WORKFLOW, HOOKS = ".github/workflows/ci.yml", ".pre-commit-config.yaml"
TEMPLATES = tuple(p for p in files() if p.startswith(".github/ISSUE_TEMPLATE/"))
LINE = re.compile(r"(?P<indent> *)(?P<item>- )?(?:(?P<key>[\w-]+):(?: +|$))?(?P<value>.*)")
TARGETS = set(re.findall(r"^([a-z-]+(?: [a-z-]+)*):", text("Makefile"), re.MULTILINE))
TARGETS = {name for names in TARGETS for name in names.split()}


def outline(yaml: str) -> list[tuple[str, str]]:
    """Return (path, value) for each line of the plain YAML that our files are written in.

    No development requirement reads YAML. What these files need is block mappings and lists with
    two spaces a level; anything else fails here.
    """
    found, above = [], {-1: ""}
    for line in yaml.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = LINE.fullmatch(line)
        assert parts is not None, line
        depth, rest = divmod(len(parts["indent"]), 2)
        assert (rest, depth - 1 in above, "\t" in line) == (0, True, False), line
        if parts["item"]:
            above = {d: p for d, p in above.items() if d < depth} | {depth: above[depth - 1]}
            depth += 1
        path = f"{above[depth - 1]}.{parts['key'] or ''}".strip(".")
        above = {d: p for d, p in above.items() if d < depth} | {depth: path}
        found.append((path, parts["value"].strip("\"'")))
    return found


def values(path: str, key: str) -> list[str]:
    return [value for found, value in outline(text(path)) if found == key]


def made(command: str) -> list[str]:
    """Return the targets that a command makes."""
    return [word for part in re.findall(r"\bmake ([a-z -]+)", command) for word in part.split()]


def test_the_workflow_runs_what_the_project_runs_and_holds_no_secret():
    assert ".ci/run" in values(WORKFLOW, "jobs.check-and-test.steps.run")
    assert values(WORKFLOW, "permissions.contents") == ["read"]
    assert re.findall(r"secrets\.|\btoken\b", text(WORKFLOW)) == []


def test_what_integration_runs_is_what_readme_tells_people_to_run():
    commands = [line for line in text(".ci/run").splitlines() if not line.startswith("#")]
    targets = made("\n".join(commands))
    assert {"check", "test"} <= set(targets) <= TARGETS
    assert [name for name in targets if f"`make {name}`" not in text("README.md")] == []


@pytest.mark.parametrize("fails", ["", ".venv/.dev", "check", "test"])
def test_integration_fails_with_each_of_its_parts_and_tells_what_each_has_said(tmp_path, fails):
    make = tmp_path / "make"
    make.write_text(f'#!/bin/sh\necho "made $1"\ntest "$1" != "{fails}"\n')
    make.chmod(0o755)
    done = subprocess.run(
        ["sh", ".ci/run"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    said = ["made .venv/.dev", *([] if fails == ".venv/.dev" else ["made test", "made check"])]
    assert (done.stdout.splitlines(), done.returncode == 0) == (said, fails == "")
    assert [path.name for path in tmp_path.iterdir()] == ["make"]


def test_machines_of_the_forge_have_the_oldest_python_that_we_promise():
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    container = json.loads(text(".devcontainer/devcontainer.json"))
    images = [*values(WORKFLOW, "jobs.check-and-test.container"), container["image"]]
    assert {image.split("-")[0] for image in images} == {f"python:{oldest}"}


def test_the_container_to_develop_in_sets_up_and_shows_the_site():
    container = json.loads(text(".devcontainer/devcontainer.json"))
    port = re.search(r"^PORT \?= (\d+)$", text("Makefile"), re.MULTILINE)
    assert (container["postCreateCommand"], port and container["forwardPorts"]) == (
        "make setup",
        [int(port[1])] if port else None,
    )


def test_hooks_call_the_tools_of_make_lint_or_a_target():
    entries = values(HOOKS, "repos.hooks.entry")
    lint = text("Makefile").split("\nlint:")[1].split("\n\n")[0]
    unknown = [
        entry
        for entry in entries
        if not set(made(entry)) & TARGETS
        and entry.split()[0].replace(".venv/", "$(VENV)/") not in lint
    ]
    assert (len(entries) >= 4, unknown) == (True, [])
    assert set(values(HOOKS, "repos.hooks.language")) == {"system"}


@pytest.mark.parametrize("path", TEMPLATES)
def test_an_issue_template_says_what_it_is_for(path):
    head = text(path).split("---\n")[1]
    assert [key for key, _ in outline(head)] == ["name", "about", "labels"]


def test_there_are_templates_for_issues_and_for_pull_requests():
    assert len(TEMPLATES) >= 3
    assert "make check test" in text(".github/PULL_REQUEST_TEMPLATE.md")


def test_the_version_has_one_place_and_the_changelog_begins_with_it():
    newest = re.search(r"^## (\d+\.\d+\.\d+) - ", text("CHANGELOG.md"), re.MULTILINE)
    assert newest is not None
    assert (settings.VERSION, newest[1]) == (PROJECT["project"]["version"],) * 2


@pytest.mark.parametrize("yaml", ["a:\n   b: c", "a:\n    b: c", "a:\n\tb: c"])
def test_the_outline_refuses_what_it_cannot_read(yaml):
    with pytest.raises(AssertionError):
        outline(yaml)


def test_the_outline_reads_lists_of_mappings():
    assert outline("a:\n  - b: c\n    d: e\n  - f\n") == [
        ("a", ""), ("a.b", "c"), ("a.d", "e"), ("a", "f"),
    ]  # fmt: skip
