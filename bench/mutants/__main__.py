"""Try mutants and say how many turn a promise red or stop `manage.py check`.

`python -m bench.mutants` tries 320, dealt over all kinds; `--all` tries each one that can be made,
`--kind period` those of one kind, `--find accounts/` those whose place holds a text. It exits with 1
when fewer than 95 % are caught, and lists those that survived: each is a change that the promises do
not see. docs/promises.md says of those that are known why that is right, or what is missing.

Before the first of them the site is tried as it is, and has to survive.

`--folder` keeps the prepared site and what was learned of the checks, for the next time while no
source has changed. `--up-to 0.3` leaves costly checks and the walk out: what survives a round of
cheap ones is tried by all with `--again`, which takes the survivors that an earlier run has printed.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, cast

from bench.mutants.kinds import Mutant, all_mutants

WANTED = 0.95
USUAL = 320
MOST_ROUTES = 12
"""To how many routes a short walk goes: one to many more costs as much as the whole."""
PAGES_COST = 0.4
"""In seconds, shared among the checks that look at all pages: these are asked after cheap ones."""
SEEN = "paths.json"
SURVIVED = "survived"
READERS = ("sens_site.promises.page_templates.",)
"""The checks that read templates without drawing them: nothing learned leads to them."""


def environment(folder: Path) -> dict[str, str]:
    """Return what a site whose stores lie in a folder is started with."""
    return {
        **os.environ,
        "ENV_FILE": os.devnull,
        "DEBUG": "false",
        "SECRET_KEY": "bench-only-" + "0" * 40,
        "LOG_SIGNING_KEY": "bench-only-bench-only-bench-only-bench-only",
        "SITE_ORIGIN": "https://testserver",
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        "ERASURE_LEDGER": str(folder / "ledger"),
        "PRIVATE_ROOT": str(folder / "private"),
        "DOCUMENTS_ROOT": str(folder / "documents"),
        "KEPT_HEADS": str(folder / "heads"),
        "OUTSIDE_STATE": str(folder / "outside"),
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
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the prepared site is kept")
    parser.add_argument("--again", type=Path, help="what an earlier run has printed")
    parser.add_argument("--up-to", type=float, help="ask only checks that cost so many seconds")
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


def chosen_by(options: Namespace) -> list[Mutant]:
    """Return the mutants that are to be tried."""
    mutants = [
        one for one in all_mutants() if options.kind in ("", one.kind) and options.find in one.name
    ]
    if options.again:
        lines = options.again.read_text(encoding="utf-8").splitlines()
        names = {line.partition(": ")[2] for line in lines if line.startswith(f"{SURVIVED}: ")}
        return [one for one in mutants if one.name in names]
    return mutants if options.all else dealt(mutants, options.count, options.seed)


def prepare(scratch: Path) -> None:
    """Have a database as a fresh site has it, and learn which check passes which line."""
    for command in (
        ["manage.py", "migrate"],
        ["manage.py", "createcachetable"],
        ["manage.py", "setup_site"],
        ["manage.py", "collectstatic", "--noinput"],
        ["-m", "bench.mutants.paths", str(scratch)],
    ):
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, *command],
            env=environment(scratch), check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip


def read_order(scratch: Path) -> "Order":
    """Return what was learned."""
    return Order(json.loads((scratch / SEEN).read_text(encoding="utf-8")))


class Order:
    """Which checks to ask of a mutant, and when."""

    def __init__(self, learned: dict[str, Any]) -> None:
        self.seen: dict[str, list[str]] = learned["seen"]
        self.costs: dict[str, float] = learned["costs"]
        self.pages = set(learned["judges"]["all pages"])
        self.walk = set(learned["judges"]["the walk"])
        self.in_file: dict[str, set[str]] = {}
        for place, names in self.seen.items():
            self.in_file.setdefault(place.rpartition(":")[0] or place, set()).update(names)

    def of(self, mutant: Mutant) -> dict[str, Any]:
        """Return the checks to ask first and last, and the routes of a short walk.

        A line within a function concerns the checks that pass it. What is read once, at the start,
        may concern any of them: those that pass the file come first.
        """
        place = mutant.path if mutant.kind == "template" else f"{mutant.path}:{mutant.line}"
        passed = set(self.seen.get(place, ())) - {""}
        near = passed or self.in_file.get(mutant.path, set())
        first = {name for name in near if name in self.costs}
        if mutant.kind == "template":  # these read each whole, and draw none
            first |= {name for name in self.costs if name.startswith(READERS)}
        if "all pages" in near:
            first |= self.pages
        last = set(self.walk)
        if passed and not passed & {"the walk"} and not any(n[:6] == "route " for n in passed):
            last &= first
        rest = set() if passed else set(self.costs) - first
        routes = sorted(name.removeprefix("route ") for name in near if name[:6] == "route ")
        return {
            "first": [*self._by_cost(first - self.walk), *self._by_cost(rest - self.walk)],
            "routes": routes[:MOST_ROUTES],
            "last": self._by_cost(last),
        }

    def is_late(self, mutant: Mutant) -> bool:
        """Tell whether it changes nothing that is read or run before the site is asked."""
        passed = self.seen.get(f"{mutant.path}:{mutant.line}", [""])
        return mutant.kind == "template" or (mutant.kind == "condition" and "" not in passed)

    def _by_cost(self, names: set[str]) -> list[str]:
        """Return the cheapest first. Whoever asks for all pages first waits for them, too."""
        return sorted(names, key=lambda name: self.costs[name] + (name in self.pages) * PAGES_COST)


def tried(mutants: list[Mutant], order: Order, scratch: Path, options: Namespace) -> list[str]:
    """Try some mutants in one process after the other's fork, and return the verdicts."""
    verdicts: dict[str, str] = {}
    for words in ([], ["late"]):
        some = [one for one in mutants if order.is_late(one) is bool(words)]
        with tempfile.TemporaryDirectory(prefix="bench-mutants-") as folder:
            trial = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "bench.mutants.trial", str(scratch), *words],
                env=environment(Path(folder)), text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            with trial:
                stdin, stdout = cast("IO[str]", trial.stdin), cast("IO[str]", trial.stdout)
                for mutant in some:
                    told = {"path": mutant.path, "text": mutant.text, **order.of(mutant)}
                    if options.up_to is not None:
                        told["first"] = [
                            n for n in told["first"] if order.costs[n] <= options.up_to
                        ]
                        told["last"] = []
                    print(json.dumps(told), file=stdin, flush=True)
                    verdicts[mutant.name] = stdout.readline().strip()
                    print(f"{verdicts[mutant.name]:<60} {mutant.name}", flush=True)
    return [verdicts[one.name] for one in mutants]


def main() -> int:
    """Try them; return 1 when too many survive."""
    options = arguments()
    chosen = chosen_by(options)
    with tempfile.TemporaryDirectory(prefix="bench-mutants-") as name:
        scratch = options.folder or Path(name)
        if not (scratch / SEEN).exists():
            scratch.mkdir(exist_ok=True)
            prepare(scratch)
            stand_by_nothing(read_order(scratch), scratch)
        order = read_order(scratch)
        shares = [chosen[number :: options.workers] for number in range(options.workers)]
        with ThreadPoolExecutor(options.workers) as pool:
            found = list(pool.map(lambda some: tried(some, order, scratch, options), shares))
    verdicts = dict(
        pair
        for some, words in zip(shares, found, strict=True)
        for pair in zip((one.name for one in some), words, strict=True)
    )
    return report(chosen, [verdicts[one.name] for one in chosen])


def stand_by_nothing(order: Order, scratch: Path) -> None:
    """Try the site as it is, both ways: what is red there would be counted as caught of each mutant.

    Raises SystemExit where it does not survive.
    """
    same = [
        Mutant("period", "nothing.py", 0, "", ""),
        Mutant("template", "nothing.html", 0, "", ""),
    ]
    whole = Namespace(up_to=None)
    with ThreadPoolExecutor(len(same)) as pool:
        found = list(pool.map(lambda one: tried([one], order, scratch, whole), same))
    if found != [[SURVIVED]] * len(same):
        raise SystemExit(f"Nothing was changed, and it was caught: {found}")


def report(mutants: list[Mutant], verdicts: list[str]) -> int:
    """Print how many were caught, by kind, and which were not; return 1 when these are too many."""
    tried_of = Counter(one.kind for one in mutants)
    survivors = [m for m, v in zip(mutants, verdicts, strict=True) if v == SURVIVED]
    left_of = Counter(one.kind for one in survivors)
    print()
    for kind, count in tried_of.items():
        print(f"{kind:<12} {count - left_of[kind]:>4} of {count:>4} caught")
    caught = (len(mutants) - len(survivors)) / len(mutants) if mutants else 0.0
    print(f"{'all':<12} {len(mutants) - len(survivors):>4} of {len(mutants):>4}: {caught:.1%}")
    for mutant in survivors:
        print(f"{SURVIVED}: {mutant.name}")
    return 0 if caught >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
