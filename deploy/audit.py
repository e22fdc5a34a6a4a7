"""`make audit`: whether anything that the site runs on has a known hole.

Two looks at requirements.txt: at the advisories, by pip-audit, and whether the newest release of Django
and allauth that has been out for a week is the one in the lock, as their fixes are releases of the
series that pyproject.toml allows. Runs in an environment of its own (requirements-audit.txt).

What could not be looked at is said, and is no success: ALLOW_MISSING=1 says that this machine is not
meant to reach the advisories or the index.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.txt"
WATCHED = ("django", "django-allauth")
WEEK = timedelta(days=7)
SECONDS = 300


class Finding(NamedTuple):
    """What one look says. What is bad ends the run with 1, what is unseen with 3."""

    text: str
    bad: bool = False
    unseen: bool = False


def pinned(lock: str) -> dict[str, str]:
    """Return the versions in a lock file."""
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", lock, re.MULTILINE))


def run(*command: str, asked: str = "") -> str:
    """Return what a tool writes; the end of its complaint where that is nothing."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(  # noqa: S603 - tools of our own environment
        command, input=asked, capture_output=True, text=True, check=False, timeout=SECONDS,
        env={**os.environ, "PATH": path},
    )  # fmt: skip
    return done.stdout or "\n".join(done.stderr.strip().splitlines()[-1:])


def advisories(said: str) -> Iterator[Finding]:
    """Read what pip-audit says. It calls a package sound of which it could not learn anything."""
    try:
        packages = json.loads(said)["dependencies"]
    except (ValueError, KeyError):
        yield Finding(f"The advisories could not be asked: {said}", unseen=True)
        return
    for package in packages:
        for hole in package.get("vulns", ()):
            fixed = " or ".join(hole["fix_versions"]) or "no version yet"
            text = f"{package['name']} {package['version']}: {hole['id']}, mended in {fixed}."
            yield Finding(text, bad=True)
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if unknown:
        yield Finding(
            f"No advisories about {len(unknown)} of {len(packages)} packages.", unseen=True
        )
    elif packages:
        yield Finding(f"Advisories about {len(packages)} packages were read.")


def newest(said: str, locked: dict[str, str]) -> Iterator[Finding]:
    """Compare what could have been taken a week ago with what is in the lock."""
    found = pinned(said)
    for name in WATCHED:
        if name not in found:
            yield Finding(f"The index does not say which {name} is the newest.", unseen=True)
        elif _parts(found[name]) > _parts(locked[name]):
            text = f"{name} {found[name]} has been out for a week; the lock has {locked[name]}: make lock"
            yield Finding(text, bad=True)
        else:
            yield Finding(f"{name} {locked[name]} is the newest that has been out for a week.")


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def week_ago() -> str:
    """Return the newest moment that counts, as uv reads it."""
    return (datetime.now(UTC) - WEEK).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: TID251 - no site here


def watched_requirements(project: str) -> str:
    """Return the lines of pyproject.toml by which Django and allauth are taken."""
    dependencies = tomllib.loads(project)["project"]["dependencies"]
    return "\n".join(
        line for line in dependencies if re.split(r"[\[<>=~!]", line)[0].strip().lower() in WATCHED
    )


def main() -> int:
    """Take both looks and say what was seen."""
    audit = run("pip-audit", "--requirement", str(LOCK), "--require-hashes", "--disable-pip",
                "--format", "json", "--progress-spinner", "off")  # fmt: skip
    index = run("uv", "pip", "compile", "-", "--no-header", "--no-annotate", "--python-version", "3.11",
                "--exclude-newer", week_ago(), asked=watched_requirements((ROOT / "pyproject.toml").read_text("utf-8")))  # fmt: skip
    findings = [*advisories(audit), *newest(index, pinned(LOCK.read_text("utf-8")))]
    for finding in findings:
        mark = "BAD" if finding.bad else "NOT LOOKED AT" if finding.unseen else "ok"
        print(f"{mark:<14}{finding.text}")
    if any(finding.bad for finding in findings):
        return 1
    unseen = any(finding.unseen for finding in findings)
    return 3 if unseen and os.environ.get("ALLOW_MISSING") != "1" else 0


if __name__ == "__main__":
    sys.exit(main())
