"""What the visit statistics cost: `python -m bench.visits`. Exits with 1 over a limit.

Fills a database of its own with a million views and a year of counts, once on SQLite and once on
PostgreSQL where that is installed. What happens in this process alone is timed in processor time, as
machines are busy; the page of staff on PostgreSQL by the clock, the best of its rounds.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from tests import postgres

VIEWS, DAYS, PATHS, HOSTS = 1_000_000, 30, 100, 300
VIEWS_A_VISIT = 4
PAGE_LIMITS = {"sqlite": 500.0, "postgresql": 200.0}
REPORT_LIMIT = 2.0
ROUNDS = 200
"""How many reports of each kind are timed."""

DICE = Random(1)  # noqa: S311 - the same figures each time


def environment(url: str) -> dict[str, str]:
    """Return what a site with a database of its own is started with."""
    return {
        **os.environ,
        "ENV_FILE": os.devnull,
        "DEBUG": "false",
        "STAFF_MFA_REQUIRED": "false",
        "SECRET_KEY": "bench-only-" + "0" * 40,
        "SITE_ORIGIN": "https://testserver",
        "DATABASE_URL": url,
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "sens_site.settings",
    }


def main() -> int:
    """Measure on both databases; each in a process that knows one of them."""
    with tempfile.TemporaryDirectory(prefix="bench-visits-") as scratch:
        missed = measured_on(f"sqlite:///{Path(scratch) / 'bench.sqlite3'}")
    binaries = postgres.find_binaries()
    if binaries is None:
        print("PostgreSQL is not installed: left out.")
        return missed
    with postgres.server(binaries) as running:
        return missed | measured_on(running.url)


def measured_on(url: str) -> int:
    """Measure on one database; return 1 over a limit."""
    command = [sys.executable, "-m", "bench.visits", "measure"]
    return subprocess.run(  # noqa: S603 - our own module
        command, env=environment(url), check=False
    ).returncode


FILL = f"""
INSERT INTO visits_pageview
    (visit, visitor, path, entry, referring_host, seen_at, seconds)
{{numbers}}
SELECT {{visit}}, {{visitor}}, '/page-' || ((n * 31 % 1000) * (n * 31 % 1000) / 10000) || '/',
    n % {VIEWS_A_VISIT} = 0,
    CASE WHEN n % {VIEWS_A_VISIT} = 0 THEN 'host-' || (n * 17 % {HOSTS}) || '.example' ELSE '' END,
    {{seen_at}}, n % 300
FROM numbers
"""  # noqa: S608 - our own numbers
"""Each page less frequent than the one before, visitors that come back, days in any order."""
VISIT = f"n / {VIEWS_A_VISIT}"
VISITOR = f"(n / {VIEWS_A_VISIT}) * 7919 % {VIEWS // 10}"
AGE = f"(n / {VIEWS_A_VISIT}) * 6131 % {DAYS * 24 * 3600}"
WORDS = {
    "sqlite": {
        "numbers": "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers LIMIT {views})",
        "visit": f"printf('%032x', {VISIT})",
        "visitor": f"printf('%032x', {VISITOR})",
        "seen_at": f"datetime('now', '-' || ({AGE}) || ' seconds')",
    },
    "postgresql": {
        "numbers": "WITH numbers AS (SELECT generate_series(0, {views} - 1)::bigint AS n)",
        "visit": f"lpad(to_hex({VISIT}), 32, '0')::uuid",
        "visitor": f"lpad(to_hex({VISITOR}), 32, '0')::uuid",
        "seen_at": f"now() - make_interval(secs => {AGE})",
    },
}


def earlier_days() -> Iterator[Any]:
    """Yield what the days came to of which no view is kept any more."""
    from django.utils import timezone  # noqa: PLC0415 - after django.setup()

    from visits.counting import LOOK_BACK  # noqa: PLC0415 - after django.setup()
    from visits.models import DailyCount, Kind  # noqa: PLC0415 - after django.setup()

    keys = [(Kind.TOTAL, "")]
    keys += [(kind, f"/page-{n}/") for kind in (Kind.PAGE, Kind.ENTRY) for n in range(PATHS)]
    hosts = [(Kind.HOST, f"host-{n}.example") for n in range(HOSTS)]
    for back in range(LOOK_BACK + 1, 366):
        day = timezone.localdate() - timedelta(days=back)
        for kind, key in keys + DICE.sample(hosts, 50):
            numbers = {n: DICE.randrange(1, 99) for n in ("views", "visits", "visitors")}
            yield DailyCount(day=day, kind=kind, key=key, seconds=999, **numbers)


def best_ms(act: Callable[[], object], clock: Callable[[], float], rounds: int = 7) -> float:
    """Return the shortest time of one call, in milliseconds."""

    def once() -> float:
        start = clock()
        act()
        return clock() - start

    return min(once() for _ in range(rounds)) * 1000


class Reporter:
    """A browser that reports as the script does, straight into the server's entry point."""

    def __init__(self) -> None:
        from django.conf import settings  # noqa: PLC0415 - after django.setup()

        from privacy.consent.offer.current import refresh_offer  # noqa: PLC0415 - as above
        from sens_site.wsgi import application  # noqa: PLC0415 - as above

        self.application = application
        self.consent = f"{settings.COOKIE_CONSENT_NAME}={refresh_offer().shown}"
        self.numbers: dict[str, str] = {}
        self.sent = 0
        self.spent = 0.0

    def cpu_ms(self, act: Callable[[], object]) -> float:
        """Return the processor time that the server takes for one of many reports, in ms."""
        act()
        self.spent = 0.0
        for _ in range(ROUNDS):
            act()
        return self.spent / ROUNDS * 1000

    def send(self, **fields: Any) -> None:
        """Send one report, from another address every few, so that no limit is met."""
        from django.test import RequestFactory  # noqa: PLC0415 - after django.setup()

        from visits.page_token import proven  # noqa: PLC0415 - after django.setup()

        self.sent += 1
        cookies = [self.consent, *(f"{name}={value}" for name, value in self.numbers.items())]
        request = RequestFactory().post(
            "/visits/",
            urlencode({"page": proven("/contact/"), **fields}),
            "application/x-www-form-urlencoded;charset=UTF-8",  # what a browser makes of the script
            secure=True,
            headers={"sec-fetch-site": "same-origin", "cookie": "; ".join(cookies)},
            REMOTE_ADDR=f"10.0.{self.sent // 20 % 250}.{self.sent // 5000}",
        )
        answer: list[Any] = []
        start = time.process_time()
        result = self.application(request.environ, lambda *seen: answer.extend(seen))
        b"".join(result)
        result.close()  # type: ignore[attr-defined]  # a response of Django's
        self.spent += time.process_time() - start
        if not answer[0].startswith("204"):
            raise SystemExit(f"a report was answered {answer[0]}")
        for name, value in answer[1]:
            if name == "Set-Cookie":
                key, _, rest = value.partition("=")
                self.numbers[key.strip()] = rest.partition(";")[0]
        if len(self.numbers) != 2:
            raise SystemExit("a report was not counted")

    def begin(self) -> None:
        """Report the first page of a visit."""
        self.numbers.clear()
        self.send()

    def go_on(self) -> None:
        """Report a further page; a new visit begins where the last one has its hundred."""
        if self.sent % 90 == 0:
            self.numbers.clear()
        self.send()

    def settle(self) -> None:
        """Begin a visit whose page has been in view for long, so that each second of it counts."""
        from django.utils import timezone  # noqa: PLC0415 - after django.setup()

        from visits.models import PageView  # noqa: PLC0415 - after django.setup()

        self.begin()
        own = PageView.objects.filter(visitor=UUID(self.numbers["__Host-visitor"]))
        own.update(seen_at=timezone.now() - timedelta(hours=1))

    def stay(self) -> None:
        """Report one second more in view."""
        self.send(seconds=1)


def measure() -> int:
    """Fill, count, time, and compare with the limits."""
    import django  # noqa: PLC0415 - the environment is set by the parent

    django.setup()
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - after django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()
    from django.db import connection  # noqa: PLC0415 - after django.setup()
    from django.test import Client  # noqa: PLC0415 - after django.setup()

    from visits.counting import count_days  # noqa: PLC0415 - after django.setup()
    from visits.models import DailyCount  # noqa: PLC0415 - after django.setup()
    from visits.statistics import PERIODS  # noqa: PLC0415 - after django.setup()

    with Path(os.devnull).open("w") as silence:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("setup_site", verbosity=0, stdout=silence)
        call_command("collectstatic", interactive=False, verbosity=0, stdout=silence)
    vendor = connection.vendor
    with connection.cursor() as cursor:
        sql = FILL.format(**WORDS[vendor]).format(views=VIEWS)
        cursor.execute(sql.replace("%", "%%"), [])
    DailyCount.objects.bulk_create(earlier_days(), batch_size=2_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    start = time.perf_counter()
    count_days()
    print(f"{vendor}: {VIEWS:,} views counted in {time.perf_counter() - start:.0f} s")

    staff = get_user_model().objects.create_superuser(
        "bench", "bench@example.com", "bench phrase 1"
    )
    client = Client()
    client.force_login(staff)

    def page(days: int) -> None:
        answer = client.get("/admin/visits/dailycount/", {"days": days}, secure=True)
        if answer.status_code != 200:
            raise SystemExit(f"the page is answered {answer.status_code}")

    clock = time.process_time if vendor == "sqlite" else time.perf_counter
    figures = {f"page of {d} days, ms": best_ms(partial(page, d), clock) for d in PERIODS}
    limits = dict.fromkeys(figures, PAGE_LIMITS[vendor])
    reporter = Reporter()
    reports = {
        "first report of a visit, ms of CPU": reporter.cpu_ms(reporter.begin),
        "report of a further page, ms of CPU": reporter.cpu_ms(reporter.go_on),
    }
    reporter.settle()
    reports["report of time in view, ms of CPU"] = reporter.cpu_ms(reporter.stay)
    figures |= reports
    limits |= dict.fromkeys(reports, REPORT_LIMIT)
    for name, figure in figures.items():
        over = "   MISSED" if figure > limits[name] else ""
        print(f"{vendor}: {name:38} {figure:8.2f}   limit {limits[name]:g}{over}")
    return int(any(figures[name] > limit for name, limit in limits.items()))


if __name__ == "__main__":
    sys.exit(measure() if sys.argv[1:] == ["measure"] else main())
