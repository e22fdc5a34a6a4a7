"""What a year of promise history costs: `python -m bench.promise_history`. Exits 1 over a limit.

A year has a run each night, the stranger's look each night, and a run after a deploy each week. The
claims and checks are those that are registered, filled up to so many as the shipped policy makes.
Runs in one process on an SQLite file of its own, with the site's durability settings.
"""

import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

SCRATCH = tempfile.TemporaryDirectory(prefix="bench-history-")
os.environ |= {
    "ENV_FILE": os.devnull,
    "DEBUG": "false",
    "SECRET_KEY": "bench-only-" + "0" * 40,
    "SITE_ORIGIN": "https://testserver",
    "DATABASE_URL": f"sqlite:///{Path(SCRATCH.name) / 'bench.sqlite3'}",
    "LOG_LEVEL": "ERROR",
    "DJANGO_SETTINGS_MODULE": "sens_site.settings",
}

import django  # noqa: E402 - the environment had to be set first

django.setup()

from django.core.management import call_command  # noqa: E402 - needs the loaded apps
from django.db import connection  # noqa: E402 - needs the loaded apps

from privacy.promises import days  # noqa: E402 - needs the loaded apps
from privacy.promises.claims import all_claims  # noqa: E402 - needs the loaded apps
from privacy.promises.history import verify_history  # noqa: E402 - needs the loaded apps
from privacy.promises.models import PromiseRun, State  # noqa: E402 - needs the loaded apps
from privacy.promises.registry import Check, Evidence, Look, Strength  # noqa: E402 - as above
from privacy.promises.services import Outcome, store_outcomes, store_outside  # noqa: E402 - as above

LIMITS = {
    "a year, MB": 5.0,
    "a year verified, CPU s": 1.0,
    "a year read for the pages, CPU s": 1.0,
    "a run stored, CPU ms (median)": 50.0,
}
NIGHTS, DEPLOYS = 365, 52
INSIDE = (Look.NOW, Look.REHEARSAL, Look.ROWS)
FROM_OUTSIDE = 50
WORDS = "Seen as the policy says it, on every page that a visitor reaches by links."


def cpu(work: Callable[[], object]) -> float:
    """Return the seconds of CPU time that some work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def look(site: object) -> Evidence:
    """Stand for any check."""
    return Evidence(WORDS)


def outcomes(number: int) -> list[Outcome]:
    """Return what a run saw: two looks at each claim, a promise in fifty runs broken by one."""
    claims = list(all_claims())
    seen = []
    for index, claim_id in enumerate(claims):
        for way in (INSIDE[index % 3], INSIDE[(index + 1) % 3]):
            broken = number % 50 == 0 and index == number % len(claims)
            state = State.BROKEN if broken else State.KEPT
            check = Check(look, way, Strength.SHOWN)
            seen.append(Outcome(claim_id, named(check, way), state, Evidence(WORDS, {"pages": 63})))
    return seen


def named(check: Check, way: Look) -> Check:
    """Return the check of a function that is named for the look."""

    def other(site: object) -> Evidence:
        return look(site)

    other.__name__ = f"look_{way}"
    return Check(other, check.look, check.strength)


def live() -> list[float]:
    """Store a year of runs; return the CPU seconds of each, which is more than its lock lasted."""
    took: list[float] = []
    begin = datetime(2026, 1, 1, 10, tzinfo=UTC)
    found = dict.fromkeys(list(all_claims())[:FROM_OUTSIDE], (State.KEPT, WORDS))
    for night in range(NIGHTS):
        at = begin + timedelta(days=night)
        took.append(cpu(partial(store_outcomes, outcomes(night), at=at, whole=True)))
        store_outside(found, at=at + timedelta(minutes=30))
        if night * DEPLOYS // NIGHTS != (night + 1) * DEPLOYS // NIGHTS:
            store_outcomes(outcomes(night + 1), at=at + timedelta(hours=6), whole=True)
    return took


def size() -> float:
    """Return what the table and its indexes take, in MB."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT SUM(pgsize) FROM dbstat WHERE name LIKE '%promiserun%'")
        taken: int = cursor.fetchone()[0]
    return taken / 1e6


def main() -> int:
    """Measure, print, and say whether all limits hold."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    gc.collect()
    gc.freeze()  # verify_promises has the collector pass before it stores
    took = sorted(live())
    figures = {
        "a year, MB": size(),
        "a year verified, CPU s": cpu(lambda: print(len(verify_history()), "faults")),
        "a year read for the pages, CPU s": cpu(days.read_history),
        "a run stored, CPU ms (median)": took[len(took) // 2] * 1000,
    }
    print(PromiseRun.objects.count(), "runs; the longest took", f"{took[-1] * 1000:.0f} ms of CPU")
    for name, figure in figures.items():
        verdict = "ok" if figure <= LIMITS[name] else "OVER"
        print(f"{name:42} {figure:8.2f}  limit {LIMITS[name]:6.1f}  {verdict}")
    return int(any(figure > LIMITS[name] for name, figure in figures.items()))


if __name__ == "__main__":
    sys.exit(main())
