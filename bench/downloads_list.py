"""What the list of documents costs when it is long: `python -m bench.downloads_list`.

Ten thousand documents with two versions each, drawn in this process through the whole WSGI stack,
on an SQLite file with the site's durability settings. CPU time, so that a busy machine tells the
same. Exits with 1 over a limit.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

SCRATCH = tempfile.TemporaryDirectory(prefix="bench-downloads-")
os.environ |= {
    "ENV_FILE": os.devnull,
    "DEBUG": "false",
    "SECRET_KEY": "bench-only-" + "0" * 40,
    "SITE_ORIGIN": "https://testserver",
    "DATABASE_URL": f"sqlite:///{Path(SCRATCH.name) / 'bench.sqlite3'}",
    "DOCUMENTS_ROOT": str(Path(SCRATCH.name) / "documents"),
    "LOG_LEVEL": "ERROR",
    "DJANGO_SETTINGS_MODULE": "sens_site.settings",
}

import django  # noqa: E402 - the environment had to be set first

django.setup()

from django.core.management import call_command  # noqa: E402 - needs the loaded apps
from django.db import connection  # noqa: E402 - needs the loaded apps
from django.test import Client  # noqa: E402 - needs the loaded apps
from django.test.utils import CaptureQueriesContext  # noqa: E402 - needs the loaded apps

from bench.filling import fill_documents  # noqa: E402 - needs the loaded apps
from downloads.listing import index_of_today  # noqa: E402 - needs the loaded apps
from sens_site.lib.cache.fragment_cache import forget_fragments  # noqa: E402 - needs the loaded apps

DOCUMENTS, ROUNDS = 10_000, 30
LIMITS = {"a page of the list, CPU ms": 30.0, "queries": 3}
QUERIES = (
    "", "?kind=manual", "?q=a1c-42", "?q=manual&applications=marine&sort=newest&page=20",
    "?language=es&access=account&sort=number", "?page=399",
)  # fmt: skip


def cpu_ms(work: Callable[[], Any]) -> float:
    """Return the CPU time of some work in milliseconds."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def main() -> int:
    """Measure, print, and compare with the limits."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    call_command("setup_site", verbosity=0)
    fill_documents(DOCUMENTS)
    forget_fragments()
    client = Client()
    print(f"the index made anew, once for each change: {cpu_ms(index_of_today):.0f} ms")
    worst = {"a page of the list, CPU ms": 0.0, "queries": 0.0}
    for query in QUERIES:
        path = f"/downloads/{query}"
        with CaptureQueriesContext(connection) as seen:
            status = client.get(path, secure=True).status_code
        queries = len(seen)
        if status != 200:
            sys.exit(f"{path} answers {status}")
        page = statistics.median(
            cpu_ms(partial(client.get, path, secure=True)) for _ in range(ROUNDS)
        )
        print(f"{page:6.1f} ms {queries} queries  {path}")
        worst["a page of the list, CPU ms"] = max(worst["a page of the list, CPU ms"], page)
        worst["queries"] = max(worst["queries"], queries)
    over = {name: value for name, value in worst.items() if value > LIMITS[name]}
    print("over the limit:" if over else "within the limits:", over or worst)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
