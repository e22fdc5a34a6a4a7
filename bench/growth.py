"""Whether pages cost the same on a large site as on a small one: `python -m bench.growth`.

Two sites, each in a process of its own, draw the same pages in turn: one with 120 versions of
the policy, 200 documents and 10,000 rows in each table of people that a page reads, the other with 10,000,
20,000 and 1,000,000. What is kept of whole pages is left aside, as it costs the same however much lies
behind it. CPU time and queries; exits with 1 where a page costs more than the limit.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import servers

LIMIT = 1.05
DRAWN_AT_ONCE = 5
SMALL = {"versions": 120, "documents": 200, "rows": 10_000}
"""A list of versions is full with fifty, the overview for programs with a hundred: with fewer their
pages would show less."""
LARGE = {"versions": 10_000, "documents": 20_000, "rows": 1_000_000}
PUBLIC = (
    "/", "/products/dc-systems-dc-ups/", "/privacy/", "/privacy/v/1/", "/privacy/history/",
    "/privacy/compare/1/2/", "/privacy/on/2026-01-31/", "/privacy/feed.atom", "/privacy/promises/",
    "/privacy/record/", "/privacy/choices/", "/privacy/requests/", "/cookies/",
    "/contact/webmaster/", "/accounts/login/", "/accounts/register/", "/newsletter/",
    "/newsletter/issues/", "/news/", "/search/", "/sitemap/", "/llms.txt", "/downloads/",
    "/downloads/?page=4", "/downloads/?q=a1c-1", "/downloads/?q=p001{}", "/downloads/?kind=manual",
    "/downloads/d-7/", "/downloads/feed.atom", "/search/?q=warranty",
)  # fmt: skip
"""Where two digits are left open each drawing has others: what it finds, one document, is not known yet.
The word that is searched for is found less often than a page has lines: of a frequent one, how rare it is
on a site decides which texts are drawn."""
OWN = (
    "/", "/privacy/", "/downloads/", "/downloads/d-7/", "/accounts/profile/", "/accounts/data/",
    "/accounts/sessions/", "/accounts/passkey/", "/contact/messages/",
    "/newsletter/yours/",
)  # fmt: skip


class Site:
    """One of the two, at the other end of a pipe."""

    def __init__(self, name: str, process: "subprocess.Popen[str]") -> None:
        self.name = name
        self.process = process

    def say(self, line: str) -> None:
        """Send a line."""
        print(line, file=self.process.stdin, flush=True)

    def hear(self) -> Any:
        """Wait for the answer."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        return json.loads(line) if line else sys.exit(f"the {self.name} site has ended")


@contextmanager
def site(name: str, folder: Path, sizes: dict[str, int]) -> Iterator[Site]:
    """Start a site and let it fill its database."""
    folder.mkdir()
    env = {
        **os.environ,
        **servers.site_environment(folder, servers.free_port()),
        **{name: str(folder / name.lower()) for name in ("DOCUMENTS_ROOT", "PRIVATE_ROOT")},
        "DJANGO_SETTINGS_MODULE": "sens_site.settings",
    }
    command = [servers.python(), "-m", "bench.growth_site", json.dumps(sizes)]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, env=env, cwd=servers.ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield Site(name, process)


def measured(
    sites: list[Site], rounds: int, only: list[str]
) -> dict[str, tuple[list[float], list[int]]]:
    """Return for each page its median CPU time on each site, in µs, and its queries."""
    found = {}
    for who, paths in (("", PUBLIC), ("signed in ", OWN)):
        for path in [one for one in paths if one in only or not only]:
            line = f"{'own' if who else 'public'} {DRAWN_AT_ONCE} {path}"
            taken: list[list[float]] = [[] for _ in sites]
            queries = [0] * len(sites)
            for number in range(rounds):
                for index in range(len(sites)) if number % 2 else reversed(range(len(sites))):
                    sites[index].say(line)
                    cpu_us, asked = sites[index].hear()
                    queries[index] = len(asked)
                    taken[index].append(cpu_us)
            found[f"{who}{path}"] = ([statistics.median(one) for one in taken], queries)
    return found


def main() -> int:
    """Fill both, measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", help="measure these alone")
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each page")
    for name, most in LARGE.items():
        parser.add_argument(f"--{name}", type=int, default=most, help="of the large site")
    arguments = parser.parse_args()
    sizes = {name: getattr(arguments, name) for name in LARGE}
    start = time.perf_counter()
    with (
        tempfile.TemporaryDirectory(prefix="bench-growth-") as name,
        site("small", Path(name) / "small", SMALL) as small,
    ):
        tables = (
            small.hear()
        )  # before the large one begins: static files are collected in one place
        with site("large", Path(name) / "large", sizes) as large:
            large.hear()
            print(f"{tables} tables of people filled in {time.perf_counter() - start:.0f} s")
            found = measured([small, large], arguments.rounds, arguments.pages)
    print(f"{'page':<42}{'small µs':>10}{'large µs':>10}{'ratio':>7}{'queries':>9}")
    grown = []
    for page, ((before, after), queries) in found.items():
        grows = after / before > LIMIT or queries[0] != queries[1]
        grown += [page] if grows else []
        print(f"{page:<42}{before:10.0f}{after:10.0f}{after / before:7.2f}", end="")
        print(f"{queries[0]:>5}{queries[1]:>4}{'  MISS' if grows else ''}")
    print(f"{len(found) - len(grown)} of {len(found)} pages are flat (limit {LIMIT})")
    return int(bool(grown))


if __name__ == "__main__":
    sys.exit(main())
