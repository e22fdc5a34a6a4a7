"""What is read from the tools of `make audit` and `make sbom`, without asking anybody."""

import json
import re
from datetime import UTC, datetime

import pytest

from deploy import audit, sbom
from tests.architecture.source import text

LOCKED = {"django": "5.2.19", "django-allauth": "65.21.1"}
SOUND = {"name": "idna", "version": "3.10", "vulns": []}
HOLE = {
    "name": "django", "version": "5.2.1",
    "vulns": [{"id": "CVE-2026-1", "fix_versions": ["5.2.2", "4.2.9"], "aliases": []}],
}  # fmt: skip
UNKNOWN = {"name": "nh3", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def read(*packages: dict) -> list[audit.Finding]:
    return list(audit.advisories(json.dumps({"dependencies": packages, "fixes": []})))


def test_a_known_hole_is_named_with_its_cure():
    assert read(SOUND, HOLE)[0] == (
        "django 5.2.1: CVE-2026-1, mended in 5.2.2 or 4.2.9.", True, False,
    )  # fmt: skip


def test_sound_packages_are_counted():
    assert read(SOUND) == [("Advisories about 1 packages were read.", False, False)]


def test_what_nothing_is_known_of_is_not_called_sound():
    assert read(SOUND, UNKNOWN) == [("No advisories about 1 of 2 packages.", False, True)]


@pytest.mark.parametrize("said", ["", "Connection refused", '{"other": 1}'])
def test_advisories_that_cannot_be_asked_are_not_looked_at(said):
    assert [finding.unseen for finding in audit.advisories(said)] == [True]


@pytest.mark.parametrize(
    ("index", "verdicts"),
    [
        ("django==5.2.19\ndjango-allauth==65.21.1\n", ["ok", "ok"]),
        ("django==5.2.20\ndjango-allauth==65.21.1\n", ["bad", "ok"]),
        ("django==5.2.9\ndjango-allauth==65.22.0\n", ["ok", "bad"]),
        ("error: No solution found", ["unseen", "unseen"]),
    ],
)
def test_a_release_that_has_been_out_for_a_week_is_in_the_lock(index, verdicts):
    found = audit.newest(index, LOCKED)
    said = ["bad" if one.bad else "unseen" if one.unseen else "ok" for one in found]
    assert said == verdicts


def test_only_what_is_older_than_a_week_counts(time_machine):
    time_machine.move_to(datetime(2026, 3, 9, 12, tzinfo=UTC), tick=False)
    assert audit.week_ago() == "2026-03-02T12:00:00Z"


def test_the_real_lock_and_the_real_requirements_are_read():
    assert set(audit.WATCHED) <= set(audit.pinned(text("requirements.txt")))
    lines = audit.watched_requirements(text("pyproject.toml")).splitlines()
    assert [re.split(r"[\[>]", line)[0] for line in lines] == ["Django", "django-allauth"]


@pytest.mark.parametrize(
    ("findings", "allowed", "status"),
    [
        ([audit.Finding("fine")], "", 0),
        ([audit.Finding("unseen", unseen=True)], "", 3),
        ([audit.Finding("unseen", unseen=True)], "1", 0),
        ([audit.Finding("a hole", bad=True), audit.Finding("unseen", unseen=True)], "1", 1),
    ],
)
def test_what_could_not_be_looked_at_is_no_success(monkeypatch, capsys, findings, allowed, status):
    monkeypatch.setenv("ALLOW_MISSING", allowed)
    monkeypatch.setattr(audit, "run", lambda *command, asked="": "")
    monkeypatch.setattr(audit, "advisories", lambda said: findings)
    monkeypatch.setattr(audit, "newest", lambda said, locked: [])
    assert audit.main() == status
    assert ("NOT LOOKED AT" in capsys.readouterr().out) is any(one.unseen for one in findings)


def component(name: str, *licences: dict) -> dict:
    return {"name": name, "version": "1.0", "bom-ref": f"{name}==1.0", "licenses": list(licences)}


def test_what_is_for_tests_alone_is_no_part_of_the_site():
    bom = {
        "metadata": {"component": {"bom-ref": "root"}},
        "components": [component("Django"), component("pytest"), component("zipstream_ng")],
        "dependencies": [
            {"ref": "root", "dependsOn": ["Django==1.0", "pytest==1.0"]},
            {"ref": "pytest==1.0"},
            {"ref": "Django==1.0"},
        ],
    }
    found = sbom.runtime_only(bom, "django==1.0 \\\n    --hash=sha256:00\nzipstream-ng==1.0\n")
    assert [one["name"] for one in found["components"]] == ["Django", "zipstream_ng"]
    assert found["dependencies"] == [
        {"ref": "root", "dependsOn": ["Django==1.0"]},
        {"ref": "Django==1.0", "dependsOn": []},
    ]


@pytest.mark.parametrize(
    ("licences", "said"),
    [
        ([{"license": {"id": "MIT"}}, {"license": {"name": "MIT License"}}], "MIT; MIT License"),
        ([{"expression": "MIT OR Apache-2.0"}], "MIT OR Apache-2.0"),
        ([], "not stated"),
    ],
)
def test_a_licence_is_what_the_maker_says(licences, said):
    listed = sbom.licence_list({"components": [component("some", *licences)]})
    assert listed.split(maxsplit=2) == ["some", "1.0", f"{said}\n"]


def test_both_files_are_written(tmp_path, monkeypatch, capsys):
    bom = {"metadata": {"component": {"bom-ref": "root"}}, "components": [component("Django")]}
    monkeypatch.setattr("sys.stdin", type("Said", (), {"read": lambda self: json.dumps(bom)})())
    assert sbom.main(tmp_path) == 0
    assert json.loads((tmp_path / "sbom.json").read_text())["components"] == bom["components"]
    assert (tmp_path / "licences.txt").read_text().startswith("Django ")
    assert "1 packages, 1 untold" in capsys.readouterr().out


def test_the_tools_have_a_lock_of_their_own_with_hashes_and_no_registry():
    lock = text("requirements-audit.txt")
    assert {"pip-audit", "cyclonedx-bom", "uv"} <= set(audit.pinned(lock))
    assert lock.count("==") <= lock.count("--hash=sha256:")
    assert re.findall(r"https?://|--index-url|--find-links", lock) == []
    assert "pip-audit" not in audit.pinned(text("requirements-dev.txt"))
