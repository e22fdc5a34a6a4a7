"""What the processes of one machine count for its operator (docs/watching.md).

Nothing here names a person, an address of the site or an address of the internet: labels are names
from the code (views, jobs) and words from short lists. Counts of several processes meet in files
below `PROMETHEUS_MULTIPROC_DIR`, which `run_site` makes for the web processes and the worker; without
that folder a process counts for itself alone.
"""

import os
from collections.abc import Iterable

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
KEPT, MADE = "kept", "made"

# What several processes have counted has no one beginning.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types
COUNTED = CollectorRegistry()

REQUESTS = Counter(
    "site_requests",
    "Answers: by the view, the status, and whether the page was kept ready or made.",
    ("view", "status", "page"),
    registry=COUNTED,
)
REQUEST_SECONDS = Histogram(
    "site_request_seconds",
    "How long an answer took that was not kept ready, by the room that made it.",
    ("room",),
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=COUNTED,
)
DATABASE_WAIT_SECONDS = Histogram(
    "site_database_wait_seconds",
    "Statements of requests that took so long on SQLite that they waited for its write lock.",
    buckets=(0.1, 0.25, 0.5, 1, 2, 3),
    registry=COUNTED,
)
DATABASE_GIVEN_UP = Counter(
    "site_database_waits_given_up",
    "Statements of requests that did not get SQLite's write lock in time.",
    registry=COUNTED,
)
MAILS = Counter(
    "site_mails",
    "Mails of the outbox: sent, failed (and tried again), parked, or no server was reached.",
    ("outcome",),
    registry=COUNTED,
)
JOB_RUNS = Counter(
    "site_job_runs", "Runs of the periodic jobs.", ("job", "outcome"), registry=COUNTED
)
JOB_SECONDS = Histogram(
    "site_job_seconds",
    "How long a periodic job ran.",
    ("job",),
    buckets=(0.1, 1, 10, 60, 600, 3600),
    registry=COUNTED,
)


def exposition(more: Iterable[Collector] = ()) -> bytes:
    """Write what all processes have counted, and what is asked for now, in Prometheus' text form."""
    registry = CollectorRegistry()
    folder = os.environ.get(FOLDER)
    if folder:
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]  # it has no types
    else:
        registry.register(COUNTED)
    for collector in more:
        registry.register(collector)
    return generate_latest(registry)
