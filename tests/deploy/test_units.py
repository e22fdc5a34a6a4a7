"""The systemd units: the same sandbox around each, and commands that the site has."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, files, text
from tests.deploy.commands import parsed

UNITS = tuple(p for p in files() if re.fullmatch(r"deploy/systemd/[\w-]+\.service", p))
MOST_EXPOSED = 2.0
IN = {
    "ProtectSystem": "strict", "ReadWritePaths": "/srv/website/var", "ProtectHome": "true",
    "PrivateTmp": "true", "PrivateDevices": "true", "PrivateUsers": "true", "NoNewPrivileges": "true",
    "CapabilityBoundingSet": "", "MemoryDenyWriteExecute": "true", "RestrictNamespaces": "true",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6", "User": "website", "KillMode": "mixed",
    "Restart": "always", "SystemCallErrorNumber": "EPERM",
}  # fmt: skip


def lines(unit: str) -> list[tuple[str, str]]:
    """Return what a unit sets, in order; a line that systemd would not read fails."""
    found = []
    for line in unit.splitlines():
        if line and not line.startswith(("#", "[")):
            name, sign, value = line.partition("=")
            assert sign, line
            found.append((name, value))
    return found


def command(unit: str) -> list[str]:
    (value,) = [value for name, value in lines(unit) if name == "ExecStart"]
    return value.split()


def test_there_are_units_for_one_machine_and_for_several():
    assert {Path(unit).stem for unit in UNITS} == {"website", "website-web", "website-worker"}


@pytest.mark.parametrize("unit", UNITS)
def test_the_site_is_held_in(unit):
    said = dict(lines(text(unit)))
    assert {name: said.get(name) for name in IN} == IN
    calls = [value for name, value in lines(text(unit)) if name == "SystemCallFilter"]
    assert calls == ["@system-service", "~@privileged"]


def test_all_are_held_in_alike():
    own = {"ExecStart", "Description", "TimeoutStartSec", "Type"}
    sandboxes = {tuple(one for one in lines(text(unit)) if one[0] not in own) for unit in UNITS}
    assert len(sandboxes) == 1


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("website", {"name": "run_site", "production": True, "only": None, "host": "127.0.0.1"}),
        ("website-web", {"name": "run_site", "production": True, "only": "web"}),
        ("website-worker", {"name": "worker"}),
    ],
)
def test_a_unit_starts_what_the_site_understands(name, options):
    found = parsed(command(text(f"deploy/systemd/{name}.service")))
    assert {key: found[key] for key in options} == options


def test_a_web_server_counts_as_started_when_it_answers():
    """So that the next command of an operator finds tables, and a time limit of the start is one."""
    kinds = {unit: dict(lines(text(unit))).get("Type") for unit in UNITS}
    notifying = {unit for unit in UNITS if "run_site" in command(text(unit))}
    assert {unit for unit, kind in kinds.items() if kind == "notify"} == notifying


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_thinks_so_too_where_it_is_installed(unit):
    analyze = shutil.which("systemd-analyze")
    if analyze:
        done = subprocess.run(
            [analyze, "security", "--offline=true", "--no-pager", f"--threshold={int(MOST_EXPOSED * 10)}", ROOT / unit],
            capture_output=True, text=True, check=False, env={"SYSTEMD_COLORS": "0", "LC_ALL": "C"},
        )  # fmt: skip
        level = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
        assert level is not None, done.stderr
        assert float(level[1]) <= MOST_EXPOSED
        assert done.returncode == 0
