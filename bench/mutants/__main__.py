"""Try mutants and say how many turn a promise red or stop `manage.py check`.

`python -m bench.mutants` tries 320, dealt over all kinds; `--all` tries each one that can be made,
`--kind period` those of one kind, `--find accounts/` those whose place holds a text. It exits with 1
when fewer than 95 % are caught, and lists those that survived: each is a change that the promises do
not see. docs/promises.md says of those that are known why that is right, or what is missing.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.mutants.kinds import Mutant, all_mutants

WANTED = 0.95
USUAL = 320
SECONDS = 600
"""How long one mutant may take: what never ends is caught by whoever waits for the site."""


def environment(database: Path) -> dict[str, str]:
    """Return what a site with a database of its own is started with."""
    return {
        **os.environ,
        "ENV_FILE": os.devnull,
        "DEBUG": "false",
        "SECRET_KEY": "bench-only-" + "0" * 40,
        "LOG_SIGNING_KEY": "bench-only-bench-only-bench-only-bench-only",
        "SITE_ORIGIN": "https://testserver",
        "DATABASE_URL": f"sqlite:///{database}",
        "LOG_LEVEL": "CRITICAL",
        "DJANGO_SETTINGS_MODULE": "sens_site.settings",
        "PYTHONDONTWRITEBYTECODE": "1",  # what is compiled from a mutant must not stay
    }


def arguments() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="python -m bench.mutants")
    parser.add_argument("--count", type=int, default=USUAL, help="how many to try")
    parser.add_argument("--all", action="store_true", help="try every mutant that can be made")
    parser.add_argument("--kind", default="", help="period, condition, permission, job or template")
    parser.add_argument("--find", default="", help="a text in the place of the mutants")
    parser.add_argument("--seed", type=int, default=1, help="which of them")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def dealt(mutants: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """Return some of the mutants, of each kind as many as of the others while there are any."""
    dice = random.Random(seed)  # noqa: S311 - the same mutants each time
    piles: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        piles.setdefault(mutant.kind, []).append(mutant)
    for pile in piles.values():
        dice.shuffle(pile)
    chosen: list[Mutant] = []
    while len(chosen) < count and any(piles.values()):
        chosen += [pile.pop() for pile in piles.values() if pile]
    return chosen[:count]


def prepared(scratch: Path) -> Path:
    """Return a database as a fresh site has it."""
    database = scratch / "site.sqlite3"
    for command in (
        ["migrate"],
        ["createcachetable"],
        ["setup_site"],
        ["collectstatic", "--noinput"],
    ):
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "manage.py", *command],
            env=environment(database), check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    return database


def tried(mutant: Mutant, number: int, scratch: Path, first: list[str], *, reached: bool) -> str:
    """Try one mutant; return the verdict."""
    folder = scratch / str(number)
    folder.mkdir()
    database = Path(shutil.copy(scratch / "site.sqlite3", folder))
    told = folder / "mutant.json"
    told.write_text(
        json.dumps({"path": mutant.path, "text": mutant.text, "first": first, "reached": reached}),
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "bench.mutants.trial", str(told)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, env=environment(database), capture_output=True, text=True, timeout=SECONDS,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "does not end"
    finally:
        shutil.rmtree(folder)
    lines = done.stdout.strip().splitlines()
    return lines[-1] if lines else f"does not start ({done.returncode})"


def main() -> int:
    """Try them, two or more at a time; return 1 when too many survive."""
    options = arguments()
    mutants = [
        one for one in all_mutants() if options.kind in ("", one.kind) and options.find in one.name
    ]
    chosen = mutants if options.all else dealt(mutants, options.count, options.seed)
    with tempfile.TemporaryDirectory(prefix="bench-mutants-") as name:
        scratch = Path(name)
        database = prepared(scratch)
        paths = scratch / "paths.json"
        subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "bench.mutants.paths", str(paths)],
            env=environment(database), check=True,
        )  # fmt: skip
        seen: dict[str, list[str]] = json.loads(paths.read_text(encoding="utf-8"))

        def run(numbered: tuple[int, Mutant]) -> str:
            number, mutant = numbered
            first = seen.get(f"{mutant.path}:{mutant.line}", seen.get(mutant.path, []))
            reached = mutant.kind != "period"  # a constant is passed when its module is read
            found = tried(mutant, number, scratch, first, reached=reached)
            print(f"{found:<60} {mutant.name}", flush=True)
            return found

        with ThreadPoolExecutor(options.workers) as pool:
            verdicts = list(pool.map(run, enumerate(chosen)))
    return report(chosen, verdicts)


def report(mutants: list[Mutant], verdicts: list[str]) -> int:
    """Print how many were caught, by kind, and which were not; return 1 when these are too many."""
    tried_of = Counter(one.kind for one in mutants)
    survivors = [m for m, v in zip(mutants, verdicts, strict=True) if v == "survived"]
    left_of = Counter(one.kind for one in survivors)
    print()
    for kind, count in tried_of.items():
        print(f"{kind:<12} {count - left_of[kind]:>4} of {count:>4} caught")
    caught = (len(mutants) - len(survivors)) / len(mutants) if mutants else 0.0
    print(f"{'all':<12} {len(mutants) - len(survivors):>4} of {len(mutants):>4}: {caught:.1%}")
    for mutant in survivors:
        print(f"survived: {mutant.name}")
    return 0 if caught >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
