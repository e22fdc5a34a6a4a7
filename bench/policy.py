"""What the record costs when it is large: `python -m bench.policy`. Exits with 1 over a limit.

Runs in one process on an SQLite file of its own, with the site's durability settings.
"""

import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

SCRATCH = tempfile.TemporaryDirectory(prefix="bench-policy-")
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

from allauth.account.models import EmailAddress  # noqa: E402 - needs the loaded apps
from django.core.management import call_command  # noqa: E402 - needs the loaded apps
from django.utils import timezone  # noqa: E402 - needs the loaded apps

from accounts.models import User  # noqa: E402 - needs the loaded apps
from bench.filling import lengthen  # noqa: E402 - needs the loaded apps
from privacy.policy import verification  # noqa: E402 - needs the loaded apps
from privacy.policy.models import PolicyVersion  # noqa: E402 - needs the loaded apps
from privacy.policy.redline import compare  # noqa: E402 - needs the loaded apps
from privacy.policy.rendering import render  # noqa: E402 - needs the loaded apps
from privacy.policy.services import create_draft, ensure_policy, seal_and_publish  # noqa: E402 - as above

LIMITS = {
    "two versions compared, CPU ms": 50.0,
    "worst 20,000 words compared, CPU s": 2.0,
    "20,000 equal headings shown, CPU s": 1.0,
    "10,000 versions verified, CPU s": 5.0,
    "100,000 notices, s": 60.0,
    "100,000 notices, MB": 50.0,
}
VERSIONS, PEOPLE = 10_000, 100_000
WORDS = 20_000


def cpu(work: Callable[[], object]) -> float:
    """Return the seconds of CPU time that some work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def worst_pairs() -> Iterator[tuple[str, str]]:
    """Yield pairs of texts that repeat themselves, which is where a comparison may take minutes."""
    noise = random.Random(1)  # noqa: S311 - to measure
    for between in (" ", ". ", "\n\n"):
        for vocabulary in ("a", "ab", "abcdef", [f"w{n}" for n in range(3_000)]):
            old, new = (between.join(noise.choices(vocabulary, k=WORDS)) for _ in range(2))
            yield old, f"{new}{between}z"
    for length in (60, 190, 270):
        old, new = (
            "\n\n".join(
                " ".join(["same", *noise.choices("ab", k=length), "end"])
                for _ in range(WORDS // length)
            )
            for _ in range(2)
        )
        yield old, new


def peak() -> float:
    """Return the most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def notices() -> tuple[float, float]:
    """Post a material version to many people; return seconds and more memory."""
    for start in range(0, PEOPLE, 5_000):
        users = User.objects.bulk_create(
            User(username=f"p{n}", email=f"p{n}@bench.test", password="!")  # noqa: S106 - no password
            for n in range(start, start + 5_000)
        )
        EmailAddress.objects.bulk_create(
            EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
        )
    draft = create_draft(
        ensure_policy("terms"),
        by=None,
        source_text="These are the terms.",
        kind="material",
        reason="All of it is new.",
        summary="The terms are new. " * 40,
        effective_on=timezone.localdate() + timedelta(days=40),
    )
    before, start_time = peak(), time.perf_counter()
    seal_and_publish(draft, by=None)
    return time.perf_counter() - start_time, peak() - before


def main() -> int:
    """Measure, print, and say whether all limits hold."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("setup_site", verbosity=0)
    old, new = PolicyVersion.objects.filter(policy__slug="privacy").order_by("number")
    compared = min(cpu(lambda: compare(old.source_text, new.source_text)) for _ in range(5))
    worst = max(cpu(partial(compare, *pair)) for pair in worst_pairs())
    headings = cpu(lambda: render("## Same\n\n" * WORDS))
    took, memory = notices()
    lengthen(VERSIONS)
    figures = {
        "two versions compared, CPU ms": compared * 1000,
        "worst 20,000 words compared, CPU s": worst,
        "20,000 equal headings shown, CPU s": headings,
        "10,000 versions verified, CPU s": cpu(
            lambda: print(len(verification.verify().faults), "faults")
        ),
        "100,000 notices, s": took,
        "100,000 notices, MB": memory,
    }
    for name, figure in figures.items():
        verdict = "ok" if figure <= LIMITS[name] else "OVER"
        print(f"{name:36} {figure:10.1f}  limit {LIMITS[name]:6.0f}  {verdict}")
    print(f"{'notices a second':36} {PEOPLE / took:10,.0f}")
    return int(any(figure > LIMITS[name] for name, figure in figures.items()))


if __name__ == "__main__":
    sys.exit(main())
