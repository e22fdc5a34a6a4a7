"""What the written query of a signed-in page saves: `python -m bench.session_lookup`.

The page is drawn in this process through the whole WSGI stack, in three ways that take turns in a
new order each round: by the query as it is, by the same query written by the ORM each time, and by
Django's two. CPU time only, so that a busy machine tells the same. Exits with 1 where the written
query saves less than a tenth of a page that is kept for members: then it should go (ADR 10).
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench import probe, servers

SCRATCH = tempfile.TemporaryDirectory(prefix="bench-session-")
os.environ |= servers.site_environment(Path(SCRATCH.name), servers.free_port())
os.environ["DJANGO_SETTINGS_MODULE"] = "sens_site.settings"

import django  # noqa: E402 - the environment had to be set first

django.setup()

from django.contrib.sessions.backends.db import SessionStore as Stock  # noqa: E402 - see above
from django.core.management import call_command  # noqa: E402 - needs the loaded apps
from django.test import RequestFactory  # noqa: E402 - needs the loaded apps
from django.utils import timezone  # noqa: E402 - needs the loaded apps

from accounts.backends import came_with_session  # noqa: E402 - needs the loaded apps
from accounts.models import Session  # noqa: E402 - needs the loaded apps
from accounts.session_store import SessionStore  # noqa: E402 - needs the loaded apps
from sens_site.wsgi import application  # noqa: E402 - needs the loaded apps

KEPT_FOR_MEMBERS = "/privacy/"
PAGES = (KEPT_FOR_MEMBERS, "/", "/accounts/profile/")
ROUNDS, REQUESTS = 25, 40
WORTH_IT = 0.1


def by_the_orm(store: SessionStore) -> Session | None:
    """Read session and user as Django would, in one query."""
    rows = Session.listed.select_related("user").filter(expire_date__gt=timezone.now())
    try:
        session = rows.get(session_key=store.session_key)
    except Session.DoesNotExist:
        session = None
    came_with_session.set(session.user if session else None)
    return session


LOOK_UPS: dict[str, Callable[[Any], Any]] = {
    "written": vars(SessionStore)["_get_session_from_db"],
    "ORM": by_the_orm,
    "stock": vars(Stock)["_get_session_from_db"],
}


def cpu_us(environ: dict[str, Any], requests: int) -> float:
    """Return the CPU time of one page in microseconds."""
    start = time.process_time()
    for _ in range(requests):
        seen: list[str] = []
        body = application(dict(environ), lambda status, headers, exc=None: seen.append(status))  # noqa: B023 - called at once
        b"".join(body)
        getattr(body, "close", bool)()
        if not seen[0].startswith("200"):
            sys.exit(f"{environ['PATH_INFO']}: {seen[0]}")
    return (time.process_time() - start) / requests * 1e6


def measure(path: str, cookie: str) -> dict[str, float]:
    """Return the median CPU time of a page by each look-up."""
    environ = {
        **RequestFactory().get(path, headers={"host": "127.0.0.1"}).environ,
        "HTTP_COOKIE": cookie,
        "HTTP_ACCEPT_ENCODING": "br, gzip",
    }
    taken: dict[str, list[float]] = {name: [] for name in LOOK_UPS}
    for _ in range(ROUNDS):
        for name in random.sample(list(LOOK_UPS), len(LOOK_UPS)):
            with patch.object(SessionStore, "_get_session_from_db", LOOK_UPS[name]):
                cpu_us(environ, 2)
                taken[name].append(cpu_us(environ, REQUESTS))
    return {name: statistics.median(figures) for name, figures in taken.items()}


def main() -> int:
    """Measure, print, and say whether the written query is worth its lines."""
    with Path(os.devnull).open("w") as silence:
        for command in ("migrate", "createcachetable", "setup_site"):
            call_command(command, stdout=silence)
        call_command("collectstatic", interactive=False, verbosity=0)
    cookie = probe.customer_cookie()
    print(f"{'CPU µs of a page, signed in':28}" + "".join(f"{name:>10}" for name in LOOK_UPS))
    saved = 0.0
    for path in PAGES:
        figures = measure(path, cookie)
        print(f"{path:28}" + "".join(f"{figure:10.0f}" for figure in figures.values()))
        if path == KEPT_FOR_MEMBERS:
            saved = 1 - figures["written"] / figures["ORM"]
    print(f"The written query saves {saved:.0%} of {KEPT_FOR_MEMBERS} (floor {WORTH_IT:.0%}).")
    return int(saved < WORTH_IT)


if __name__ == "__main__":
    sys.exit(main())
