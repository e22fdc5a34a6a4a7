"""Reads the recipes of CONTRIBUTING.md and carries them out on a copy of the project."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from importlib.util import cache_from_source
from pathlib import Path

from tests.architecture.source import ROOT, files, text

# The copy needs what runs, not what shows: pictures and browser tests are left out.
NOT_COPIED = ("docs/pictures/", "tests/browser/", "bench/")
STEP = re.compile(r"^(\d+)\. (.+?)$((?:\n(?:   .*)?)*)", re.MULTILINE)
BLOCK = re.compile(r"^ {3}```(\w+)\n(.*?)^ {3}```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| step (\d+) \| `(.+?)` \| `(.+?)` \|$", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """One step: a file with the block that goes into it, or a command."""

    number: int
    file: str = ""
    language: str = ""
    block: str = ""
    command: str = ""


@dataclass(frozen=True)
class Recipe:
    """What CONTRIBUTING.md says under one heading."""

    title: str
    steps: tuple[Step, ...]
    tries: tuple[str, ...]
    left_out: tuple[tuple[int, str, str], ...]


def read_step(number: str, words: str, rest: str) -> Step:
    block = BLOCK.search(rest)
    named = re.findall(r"`([^`]+)`", words)
    if block is None:
        return Step(int(number), command=named[-1])
    return Step(
        int(number),
        named[0],
        block[1],
        textwrap.dedent(re.sub("^ {3}", "", block[2], flags=re.MULTILINE)),
    )


def read_recipes(page: str) -> tuple[Recipe, ...]:
    """Return the recipes of a page, in their order."""
    parts = page.split("\n## Recipes\n")[1].split("\n## ", maxsplit=1)[0].split("\n### ")[1:]
    return tuple(
        Recipe(
            title=part.split("\n")[0],
            steps=tuple(read_step(*found) for found in STEP.findall(part)),
            tries=tuple(re.findall(r"^Try it: `(.+)`$", part, re.MULTILINE)),
            left_out=tuple(
                (int(step), command, words) for step, command, words in ROW.findall(part)
            ),
        )
        for part in parts
    )


RECIPES = read_recipes(text("CONTRIBUTING.md"))


def changed(source: str, block: str) -> str:
    """Apply a block of lines with `+`, `-` or a space before them; `@@` parts the places."""
    for hunk in re.split(r"^@@\n", block, flags=re.MULTILINE):
        lines = [(line[:1], line[1:]) for line in hunk.splitlines()]
        old = "\n".join(rest for sign, rest in lines if sign != "+")
        new = "\n".join(rest for sign, rest in lines if sign != "-")
        if source.count(f"\n{old}") != 1:
            raise LookupError(f"there are {source.count(old)} places like this:\n{old}")
        source = source.replace(f"\n{old}", f"\n{new}")
    return source


class Copy:
    """A copy of the project in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in files():
            if not name.startswith(NOT_COPIED):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
                compiled = Path(cache_from_source(name))
                if name.endswith(".py") and (ROOT / compiled).exists():  # spares a second each
                    (folder / compiled).parent.mkdir(exist_ok=True)
                    shutil.copy2(ROOT / compiled, folder / compiled)

    def take(self, step: Step) -> None:
        """Take one step of a recipe."""
        file = self.folder / step.file
        if step.command:
            done = self.run(step.command)
            assert done.returncode == 0, done.stdout
        elif step.language == "diff":
            file.write_text(changed(file.read_text("utf-8"), step.block), "utf-8")
        else:
            assert not file.exists(), step.file
            file.parent.mkdir(exist_ok=True)
            file.write_text(step.block, "utf-8")

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as the recipe prints it, with the programs of this environment."""
        program, *arguments = shlex.split(command)
        by = {
            "manage.py": [sys.executable, "manage.py"],
            "pytest": [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"],
            "lint-imports": [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        }[program]
        own = {"ENV_FILE": "tests/deploy.env"}
        names = ("PATH", "HOME", "TESTS_SCRATCH")
        inherited = {name: os.environ[name] for name in names if name in os.environ}
        return subprocess.run(
            [*by, *arguments], cwd=self.folder, env=inherited | own, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
