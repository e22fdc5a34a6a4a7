"""Runs the suites: SQLite, PostgreSQL, browser. `make test` is all three.

The breaks of a promise after the first of each way are apart: `make test-breaks`. So is what belongs to a release: `make test-exhaustive`
(tests/selection.py).
With COVERAGE=1, as in continuous integration, the suite on SQLite is the one of `make coverage`, which
has a day's part of these breaks in it, most of them unmeasured (tests/selection.py): what is measured
takes four fifths more processor time.

A suite whose program is missing is never left out in silence. As root on Debian the program is
installed; elsewhere the run says what to install and ends with a failure, unless ALLOW_MISSING=1
says that this machine is not meant to have it.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import postgres
from tests.install import machine

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "--tb=short"]
"""A whole run prints of each failure the lines that led to it: where output is cut, the cause is in it."""
PARALLEL = ["-n", "auto", "--dist", "worksteal"]
IN_ORDER = ["-n", "auto", "--dist", "load", "--maxschedchunk=40"]
"""Each process runs its tests in the order of all: those that are not measured last (tests/selection.py)."""
WAITING = ["-n", str((os.cpu_count() or 1) + 1), "--dist", "loadgroup"]
"""For tests that wait for other programs half of their time. A site that is made for the tests of one
file is made once, in the process that runs them all (`xdist_group`)."""
DAY_SECONDS = 24 * 3600
OF_THE_DAY = ["--usual", "--breaks", f"--day={int(time.time()) // DAY_SECONDS}"]
BREAKS = ["--breaks", "--neighbours", "tests/promises"]


def find_chromium() -> str | None:
    """Return the browser's path, or None. The one without a window of its own comes first.

    It is the same engine, network and storage; what whole Chromium draws around a page (each window
    has an address bar that is a page itself) costs more than the pages of the site do.
    """
    if os.environ.get("CHROMIUM"):
        return find_whole_chromium()
    return find_shell() or find_whole_chromium()


def find_whole_chromium() -> str | None:
    """Return the path of the browser that people have, or None: its shell keeps no page for Back."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return shutil.which("chromium") or shutil.which("chromium-browser")


def find_shell() -> str | None:
    """Return the path of Chromium without a window, or None."""
    return shutil.which("chromium-headless-shell")


def find_nginx() -> str | None:
    """Return the path of the cache that stands before the site in one test, or None."""
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")


def find_cache_server() -> str | None:
    """Return the path of Valkey, or of Redis, or None: the site speaks to either."""
    return shutil.which("valkey-server") or shutil.which("redis-server")


def find_letters() -> bool:
    """Tell whether the font is there in which pages are compared with their reference pictures."""
    return Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf").exists()


@dataclass(frozen=True)
class Suite:
    """One run of pytest and what the machine must have for it."""

    title: str
    command: list[str]
    package: str = ""
    present: Callable[[], object] = lambda: True
    complete: Callable[[], object] = lambda: True
    """Whether nothing is left to install that makes the run faster."""


def of_several_machines(title: str, tests: str) -> Suite:
    """Return a suite that starts two machines and all that they share."""
    return Suite(
        title,
        [*PYTEST, "-c", "tests/cluster/pytest.toml", "--rootdir=.", tests],
        "postgresql redis-server nginx-light",
        lambda: postgres.find_binaries() and find_cache_server() and find_nginx(),
    )


SUITES = {
    "sqlite": Suite("the suite on SQLite", [*PYTEST, *PARALLEL]),
    "coverage": Suite(
        "coverage, on SQLite",
        [sys.executable, "-m", "tests.coverage", *PYTEST[1:], *IN_ORDER, *OF_THE_DAY],
    ),
    "postgres": Suite(
        "the suite on PostgreSQL",
        [sys.executable, "-m", "tests.postgres", *PYTEST, *PARALLEL],
        "postgresql",
        postgres.find_binaries,
    ),
    "browser": Suite(
        "the browser suite",
        [*PYTEST, *WAITING, "-c", "tests/browser/pytest.toml", "--rootdir=.", "tests/browser"],
        "chromium chromium-headless-shell fonts-dejavu-core nginx-light",
        lambda: find_whole_chromium() and find_nginx(),
        lambda: (os.environ.get("CHROMIUM") or find_shell()) and find_letters(),
    ),
    "breaks": Suite("all further breaks", [*PYTEST, *PARALLEL, *BREAKS]),
    "breaks-postgres": Suite(
        "the same on PostgreSQL",
        [sys.executable, "-m", "tests.postgres", *PYTEST, *PARALLEL, *BREAKS],
        "postgresql",
        postgres.find_binaries,
    ),
    "cluster": of_several_machines("several machines", "tests/cluster"),
    "cluster-looks": of_several_machines(
        "the look at the promises on several machines", "tests/cluster/look_at_promises.py"
    ),
    "install": Suite(
        "from an empty machine",
        [*PYTEST, "-c", "tests/install/pytest.toml", "--rootdir=.", "tests/install"],
        "curl debootstrap iproute2 slirp4netns systemd-container",
        machine.is_possible,
    ),
    "exhaustive": Suite("every combination", [*PYTEST, *PARALLEL, "--exhaustive"]),
    "statements": Suite(
        "all tests on PostgreSQL",
        [
            sys.executable,
            "-m",
            "tests.postgres",
            *PYTEST,
            *PARALLEL,
            "--statements",
            "--usual",
            "--breaks",
        ],
        "postgresql",
        postgres.find_binaries,
    ),
}
USUAL = ("sqlite", "postgres", "browser")
INTEGRATION = ("coverage", "postgres", "browser")


def install(packages: list[str]) -> None:
    """Install Debian packages where we may; a failure shows as a package still missing."""
    if not packages or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Installing {' and '.join(packages)} (Debian packages) …", flush=True)
    quiet: dict[str, Any] = {
        "stdout": subprocess.DEVNULL,
        "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    }
    subprocess.run(["apt-get", "update"], check=False, **quiet)
    subprocess.run(
        ["apt-get", "install", "-y", "--no-install-recommends", *packages],
        check=False,
        **quiet,
    )


def run(suite: Suite, extra: list[str]) -> tuple[str, bool]:
    """Run one suite and return how it ended, and whether that is a failure."""
    if not suite.present():
        return f"LEFT OUT: install {suite.package}", os.environ.get("ALLOW_MISSING") != "1"
    print(f"\n=== {suite.title}", flush=True)
    started = time.monotonic()
    status = subprocess.run([*suite.command, *extra], cwd=ROOT, check=False).returncode
    took = f"{time.monotonic() - started:.0f} s"
    return (f"passed, {took}", False) if status == 0 else (f"FAILED ({status}), {took}", True)


def main(arguments: list[str]) -> int:
    """Run the named suites, or the usual ones, and sum up."""
    usual = INTEGRATION if os.environ.get("COVERAGE") else USUAL
    names = [name for name in arguments if name in SUITES] or list(usual)
    extra = [argument for argument in arguments if argument not in SUITES]
    lacking = [n for n in names if not (SUITES[n].present() and SUITES[n].complete())]
    install([package for name in lacking for package in SUITES[name].package.split()])
    results = {name: run(SUITES[name], extra) for name in names}
    print("\n=== summary")
    for name, (outcome, _) in results.items():
        print(f"{SUITES[name].title:<28} {outcome}")
    return int(any(failed for _, failed in results.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
