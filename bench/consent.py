"""What consent costs: `python -m bench.consent`. Prints figures; exits with 1 over a limit.

Runs in one process on an SQLite file of its own, with the site's durability settings. On a
throw-away server: `python -m tests.postgres python -m bench.consent --postgresql`.
"""

import gzip
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

SCRATCH = tempfile.TemporaryDirectory(prefix="bench-consent-")
os.environ |= {
    "ENV_FILE": os.devnull,
    "DEBUG": "false",
    "SECRET_KEY": "bench-only-" + "0" * 40,
    "SITE_ORIGIN": "https://testserver",
    "LOG_LEVEL": "ERROR",
    "DJANGO_SETTINGS_MODULE": "sens_site.settings",
}
if "--postgresql" not in sys.argv:
    os.environ["DATABASE_URL"] = f"sqlite:///{Path(SCRATCH.name) / 'bench.sqlite3'}"

import django  # noqa: E402 - the environment had to be set first

django.setup()

from django.core.management import call_command  # noqa: E402 - needs the loaded apps
from django.db import connection, connections  # noqa: E402 - needs the loaded apps
from django.template.loader import render_to_string  # noqa: E402 - needs the loaded apps
from django.test import Client  # noqa: E402 - needs the loaded apps
from django.test.utils import CaptureQueriesContext  # noqa: E402 - needs the loaded apps
from django.utils import timezone  # noqa: E402 - needs the loaded apps

from privacy.consent.decision import _decide, decide  # noqa: E402 - needs the loaded apps
from privacy.consent.models import ConsentReceipt  # noqa: E402 - needs the loaded apps
from privacy.consent.offer.building import build_offer  # noqa: E402 - needs the loaded apps
from privacy.consent.offer.catalogue import GROUPS  # noqa: E402 - needs the loaded apps
from privacy.consent.offer.current import refresh_offer, use_offer  # noqa: E402 - needs the loaded apps
from privacy.consent.receipt_chain import seal_receipts, verify_stored  # noqa: E402 - needs the loaded apps
from privacy.consent.receipts import hash_of  # noqa: E402 - needs the loaded apps

LIMITS = {
    "decision, p95, ms": 0.02,
    "decision, queries": 0,
    "POST with receipt, p95, ms": 15.0,
    "refusal, database locked, p95, ms": 50.0,
    "withdrawal, database locked, p95, ms": 50.0,
    "receipt, bytes": 1024,
    "100,000 receipts verified, s": 5.0,
    "banner, bytes gzip": 450,
}
RECEIPTS = 100_000
POSTS = 300
ACT = "/cookies/choose/"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def p95(times: list[float]) -> float:
    """Return the 95th percentile in milliseconds."""
    return statistics.quantiles(times, n=20)[-1] * 1000


def timed(act: Callable[[int], object], rounds: int) -> list[float]:
    """Return how long each call took, in seconds."""
    times = []
    for number in range(rounds):
        start = time.perf_counter()
        act(number)
        times.append(time.perf_counter() - start)
    return times


def visitor(number: int) -> Client:
    """Return a new browser with an address of its own."""
    address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    return Client(headers=SAME_ORIGIN, REMOTE_ADDR=address)


def press(browser: Client, fields: dict[str, str], **headers: str) -> Client:
    """Send a choice, which has to hold."""
    answer = browser.post(ACT, fields, secure=True, headers=headers)
    if answer.status_code != 303 or not answer.cookies:
        raise SystemExit(f"a choice was answered by {answer.status_code}")
    return browser


@contextmanager
def locked() -> Iterator[None]:
    """Hold what a choice is written into, from another connection."""
    other = connections.create_connection("default")
    try:
        if connection.vendor == "sqlite":
            other.cursor().execute("BEGIN IMMEDIATE")
        else:
            other.set_autocommit(False)
            for table in ("consent_consentreceipt", "consent_dailychoice"):
                other.cursor().execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback() if connection.vendor != "sqlite" else other.cursor().execute("ROLLBACK")
    finally:
        other.close()


def measure() -> dict[str, float]:
    """Take all figures."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("setup_site", verbosity=0)
    refresh_offer()
    every = [service for group in GROUPS for service in group.services]
    offer = use_offer(build_offer({s.key: s.nobodys for s in every if s.identifier}))
    raw = "|".join(f"{o.key}={o.version}" for o in offer.groups)

    def cold(number: int) -> object:
        _decide.cache_clear()
        return decide(f"{raw}|x={number}", gpc=bool(number % 2)).key

    with CaptureQueriesContext(connection) as queries:
        figures = {"decision, p95, ms": p95(timed(cold, 5000))}
    figures["decision, queries"] = len(queries)

    browsers = [visitor(number) for number in range(20 + POSTS)]

    def accept(number: int) -> object:
        return press(browsers[number], {"choice": "accept", "shown": offer.shown})

    timed(accept, 20)
    figures["POST with receipt, p95, ms"] = p95(timed(lambda n: accept(n + 20), POSTS))
    by_name = {"choice": "some", "shown": offer.shown, **dict.fromkeys(offer.by_key, "yes")}
    press(browsers[0], by_name, **{"Sec-GPC": "1"})
    sizes = ConsentReceipt.objects.values_list("document", flat=True)
    figures["receipt, bytes"] = max(len(document.encode()) for document in sizes)
    reject = {"choice": "reject", "shown": offer.shown}
    strangers = [visitor(number + POSTS + 20) for number in range(POSTS)]

    def refuse(browsers: list[Client], number: int) -> object:
        return press(browsers[number], reject)

    for name, many in (("refusal", strangers), ("withdrawal", browsers)):
        with locked():
            times = timed(partial(refuse, many), POSTS)
        figures[f"{name}, database locked, p95, ms"] = p95(times)
    banner = render_to_string("partials/cookie_banner.html", {"consent": decide("", gpc=False)})
    figures["banner, bytes gzip"] = len(gzip.compress(banner.encode(), 9))
    figures["100,000 receipts verified, s"] = verification()
    return figures


def verification() -> float:
    """Fill the tables up to 100,000 sealed receipts and return how long checking them takes."""
    model = ConsentReceipt.objects.order_by("pk")[:1].get()
    at = timezone.now()
    have = ConsentReceipt.objects.count()
    batch: list[Any] = []
    for number in range(have, RECEIPTS):
        receipt = ConsentReceipt(
            at=at + timedelta(seconds=number), keep_until=model.keep_until, notice=model.notice
        )
        receipt.document = model.document.replace(str(model.pk), str(receipt.pk))
        receipt.digest = hash_of(receipt.document)
        batch.append(receipt)
    ConsentReceipt.objects.bulk_create(batch, batch_size=2000)
    while seal_receipts(20_000):
        pass
    start = time.perf_counter()
    found = verify_stored()
    took = time.perf_counter() - start
    if not found.whole or found.seals != RECEIPTS:
        raise SystemExit(f"the chain is not whole: {found.faults[:3]}")
    return took


def main() -> int:
    """Measure, print, and compare with the limits."""
    figures = measure()
    missed = 0
    for name, limit in LIMITS.items():
        over = figures[name] > limit
        missed += over
        print(f"{name:34} {figures[name]:10.3f}   limit {limit:g}{'   MISSED' if over else ''}")
    SCRATCH.cleanup()
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
