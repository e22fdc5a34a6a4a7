"""What pages cost somebody who is logged in: `python -m bench.signed_in`.

Two processes take turns in one run: one draws pages through the whole WSGI stack for a person of
whom every table holds something, the other a bare Django template view (T, `bench.reference`). CPU
time only, so that a busy machine tells the same; queries beside it. Exits with 1 over a limit.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from bench import servers
from sens_site.serving import LEAN_MEMORY

FOR_EVERYBODY, OWN, QUERIES = 0.6, 2.0, 3
LIMITS = {
    "/": FOR_EVERYBODY,
    "/privacy/": FOR_EVERYBODY,
    "/accounts/": OWN,
    "/accounts/profile/": OWN,
    "/accounts/email/": OWN,
    "/accounts/sessions/": OWN,
    "/accounts/data/": OWN,
    "/accounts/data/ask/": OWN,
    "/newsletter/yours/": OWN,
    "/contact/messages/": OWN,
    "/downloads/d-1/": OWN,
}
AT_ONCE = 20
SITE, BARE = "site", "bare"
LENGTH_OF_A_PAGE = "24000"

Get = Callable[[str], int]


def serve(get: Get) -> None:
    """Answer each line, a number and a path, with the CPU time of one page in µs and its queries."""
    say(None)
    for line in sys.stdin:
        times, path = line.split()
        queries = get(path)
        start = time.process_time()
        for _ in range(int(times)):
            get(path)
        say([(time.process_time() - start) / int(times) * 1e6, queries])


def say(what: Any) -> None:
    """Send a line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def getter(application: Any, cookie: str, queries: Callable[[], int]) -> Get:
    """Return what fetches a page as a browser does, and says how many queries it took."""
    from django.test import RequestFactory  # noqa: PLC0415 - after django.setup()

    @cache
    def environ_of(path: str) -> dict[str, Any]:
        environ: dict[str, Any] = RequestFactory().get(path, headers={"host": "127.0.0.1"}).environ
        return {**environ, "HTTP_COOKIE": cookie, "HTTP_ACCEPT_ENCODING": "br, gzip"}

    def get(path: str) -> int:
        environ = dict(environ_of(path))
        seen: list[str] = []
        before = queries()
        body = application(environ, lambda status, headers, exc=None: seen.append(status))
        b"".join(body)
        asked = queries() - before
        getattr(body, "close", bool)()
        if not seen[0].startswith("200"):
            sys.exit(f"{path}: {seen[0]}")
        return asked

    return get


def the_site() -> Get:
    """Fill a database, and let one person log in who has just shown once more who it is."""
    import django  # noqa: PLC0415 - only this process has the site's settings

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - needs the loaded apps
    from django.core.management import call_command  # noqa: PLC0415 - as above
    from django.db import connection  # noqa: PLC0415 - as above
    from django.test import Client  # noqa: PLC0415 - as above

    with Path(os.devnull).open("w") as silence:
        for command in ("migrate", "createcachetable", "setup_site"):
            call_command(command, stdout=silence)
    call_command("collectstatic", interactive=False, verbosity=0)
    from bench.filling import fill_documents  # noqa: PLC0415 - as above
    from sens_site.wsgi import application  # noqa: PLC0415 - as above
    from tests.factories.people import as_if_proven  # noqa: PLC0415 - as above
    from tests.subject import make_subject  # noqa: PLC0415 - as above

    fill_documents(4)
    user, client = make_subject(), Client()
    client.force_login(user)
    as_if_proven(client, user)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 3600  # a busy machine takes its time
    name, asked = settings.SESSION_COOKIE_NAME, 0

    def count(execute: Callable[..., Any], *statement: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*statement)

    connection.execute_wrappers.append(count)
    return getter(application, f"{name}={client.cookies[name].value}", lambda: asked)


def the_yardstick() -> Get:
    """Return T."""
    from bench.reference import application  # noqa: PLC0415 - it configures Django

    return getter(application, "", lambda: 0)


class Process:
    """One of the two, at the other end of a pipe."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def hear(self) -> Any:
        """Wait for an answer."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        return json.loads(line) if line else sys.exit("a process has ended")

    def take(self, path: str, times: int = AT_ONCE) -> tuple[float, int]:
        """Have a page drawn; return its CPU time in µs and its queries."""
        print(times, path, file=self.process.stdin, flush=True)
        cpu_us, queries = self.hear()
        return cpu_us, queries


@contextmanager
def process(role: str, env: dict[str, str]) -> Iterator[Process]:
    """Start one of the two."""
    command = [servers.python(), "-m", "bench.signed_in", "--role", role]
    with subprocess.Popen(  # noqa: S603 - our own module
        command,
        env={**os.environ, **env},
        cwd=servers.ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as started:
        yield Process(started)


def measure(rounds: int) -> dict[str, tuple[float, float, int]]:
    """Return CPU time, ratio to T and queries of each page: medians over rounds of all pages."""
    with tempfile.TemporaryDirectory(prefix="bench-signed-in-") as name:
        folder = Path(name)
        env = {
            **servers.site_environment(folder, servers.free_port()),
            **{of: str(folder / of.lower()) for of in ("DOCUMENTS_ROOT", "PRIVATE_ROOT")},
            "DJANGO_SETTINGS_MODULE": "sens_site.settings",
        }
        length = {"REFERENCE_BYTES": LENGTH_OF_A_PAGE}
        with process(SITE, env) as site, process(BARE, {**LEAN_MEMORY, **length}) as bare:
            site.hear()
            bare.hear()
            pages: dict[str, list[tuple[float, float, int]]] = {path: [] for path in LIMITS}
            for number in range(-1, rounds):  # the first one warms up
                for path in LIMITS if number % 2 else reversed(LIMITS):
                    yardstick, _ = bare.take("/")
                    cpu_us, queries = site.take(path)
                    again, _ = bare.take("/")
                    if number >= 0:
                        ratio = cpu_us / ((yardstick + again) / 2)
                        pages[path].append((cpu_us, ratio, queries))
    return {
        path: (
            statistics.median(one[0] for one in taken),
            statistics.median(one[1] for one in taken),
            statistics.median_high(one[2] for one in taken),
        )
        for path, taken in pages.items()
    }


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="rounds of each page")
    parser.add_argument("--role", choices=(SITE, BARE), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.role:
        serve(the_site() if arguments.role == SITE else the_yardstick())
        return 0
    over = 0
    print(f"{'signed in':<24}{'CPU µs':>8}{'× T':>7}{'limit':>7}{'queries':>9}")
    for path, (cpu_us, ratio, queries) in measure(arguments.rounds).items():
        missed = ratio > LIMITS[path] or queries > QUERIES
        over += missed
        print(f"{path:<24}{cpu_us:8.0f}{ratio:7.2f}{LIMITS[path]:7.1f}{queries:9}", end="")
        print("  MISS" if missed else "")
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main())
