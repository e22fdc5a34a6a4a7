"""What a search costs among 10,000 entries: `python -m bench.search`. Exits with 1 over a limit.

On SQLite, on a file of its own; on PostgreSQL by `python -m tests.postgres python -m bench.search`.
Counts the processor time of this process: on PostgreSQL the server's work is in the wall time alone,
so there the limit is one of wall time, and says something on an idle machine only.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import quantiles

SCRATCH = tempfile.TemporaryDirectory(prefix="bench-search-")
os.environ |= {
    "ENV_FILE": os.devnull,
    "DEBUG": "false",
    "SECRET_KEY": "bench-only-" + "0" * 40,
    "SITE_ORIGIN": "https://testserver",
    "DATABASE_URL": os.environ.get(
        "DATABASE_URL", f"sqlite:///{Path(SCRATCH.name) / 'bench.sqlite3'}"
    ),
    "LOG_LEVEL": "ERROR",
    "DJANGO_SETTINGS_MODULE": "sens_site.settings",
}

import django  # noqa: E402 - the environment had to be set first

django.setup()

from django.core.management import call_command  # noqa: E402 - needs the loaded apps
from django.db import connection  # noqa: E402 - as above

from bench import catalogue  # noqa: E402 - as above
from search.finding import nearest, search  # noqa: E402 - as above
from search.registry import register_source  # noqa: E402 - as above
from search.services import refresh_index  # noqa: E402 - as above

ENTRIES, ASKED = 10_000, 200
LIMITS = {
    "numbers, one mistake, p95 ms": 30.0,
    "words that occur everywhere, p95 ms": 30.0,
    "nothing at all, p95 ms": 30.0,
    "near pages of an error page, p95 ms": 30.0,
}
COMMON = (
    "battery charger",
    "voltage",
    "user manual",
    "charger alarm relay",
    "the unit",
    "dc power supply",
)
NOTHING = ("zebra giraffe", "qqqqqqqq", "99999-00Z", "“exactly these words”")


def milliseconds(work: Callable[[], object]) -> float:
    """Return what some work takes: of processor time where that is all of it."""
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    begin = clock()
    work()
    return (clock() - begin) * 1000


def p95(times: list[float]) -> float:
    """Return the time that nineteen of twenty stay below."""
    return quantiles(times, n=20)[-1]


def main() -> int:
    """Fill an index, ask it, print what that takes."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("setup_site", verbosity=0)
    made = list(catalogue.entries(ENTRIES))
    register_source("catalogue", "Documents", lambda: made)
    print(f"{connection.vendor}, {ENTRIES} entries")
    print(f"  {'made anew, s':40} {milliseconds(refresh_index) / 1000:8.1f}")
    print(f"  {'nothing new, s':40} {milliseconds(refresh_index) / 1000:8.1f}")
    asked = list(catalogue.questions(made, ASKED))
    paths = {entry.key: entry.path for entry in made}
    hit = sum(paths[one.key] in [h.path for h in search(one.typed).hits] for one in asked)
    print(f"  {'found among the first ten, %':40} {100 * hit / ASKED:8.1f}")
    addresses = [f"/{one.typed.replace(' ', '/')}/" for one in asked]
    found = {
        "numbers, one mistake, p95 ms": [milliseconds(partial(search, q.typed)) for q in asked],
        "words that occur everywhere, p95 ms": [
            milliseconds(partial(search, q)) for q in COMMON * 10
        ],
        "nothing at all, p95 ms": [milliseconds(partial(search, q)) for q in NOTHING * 10],
        "near pages of an error page, p95 ms": [
            milliseconds(partial(nearest, a)) for a in addresses[:15]
        ],
    }
    over = 0
    for name, times in found.items():
        over += p95(times) > LIMITS[name]
        print(
            f"  {name:40} {p95(times):8.1f}  (limit {LIMITS[name]:g}; middle {sorted(times)[len(times) // 2]:.1f})"
        )
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main())
