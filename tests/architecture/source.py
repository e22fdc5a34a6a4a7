"""The project's own files."""

import re
import subprocess
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ROOMS = tuple(PROJECT["tool"]["importlinter"]["root_packages"])
NOT_OURS = {".git", ".venv", "var", "node_modules", "__pycache__", "test-results"}


@lru_cache
def files() -> tuple[str, ...]:
    """Return the paths of all files that git knows or would add; without git, of all files."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout.splitlines()  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        listing = [
            str(path.relative_to(ROOT))
            for path in ROOT.rglob("*")
            if not NOT_OURS & set(path.relative_to(ROOT).parts)
        ]
    return tuple(sorted(path for path in listing if (ROOT / path).is_file()))


def python_files() -> tuple[str, ...]:
    """Return our Python files, migrations left out."""
    return tuple(p for p in files() if p.endswith(".py") and "/migrations/" not in p)


def text(path: str) -> str:
    """Return a file's text."""
    return (ROOT / path).read_text(encoding="utf-8")


def check_ids() -> dict[str, set[str]]:
    """Return the ids of our system checks, each with the files that give it.

    The checks of an app may leave its own label out; checks of promises speak of other apps'.
    """
    labels = {path.split("/")[-2] for path in files() if path.endswith("/apps.py")}
    found: dict[str, set[str]] = {}
    for path in python_files():
        if path.split("/")[0] not in ROOMS:
            continue
        for label, number in re.findall(r"\"(?:(\w+)\.)?([EW]\d{3})\"", text(path)):
            own = label or ("" if "/promises/" in path else path.split("/")[-2])
            if own in labels:
                found.setdefault(f"{own}.{number}", set()).add(path)
    return found
