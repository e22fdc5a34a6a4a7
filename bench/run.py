"""`make bench`: what the site costs, against a bare Django view and nginx in the same run.

Speed is CPU time per request, as a ratio to T (`bench/reference.py`), from short interleaved rounds, as
machines are noisy; docs/performance.md says what each figure counts. Bytes, queries, requests and
cookies are exact. Exits with 1 where a floor is missed.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import in_process, load, servers
from bench.tables import show
from bench.weight import consent_cookie, fetch, weigh
from sens_site.serving import LEAN_MEMORY, granian_command

WORKERS, THREADS = 4, 2
CONNECTIONS = 48
"""As many as one process needs to have the next request waiting when it has answered one."""
SECONDS, SECONDS_IN_PROCESS = 0.4, 0.1
KEPT = ("policy_anonymous", "policy_plain")
CHEAP, CHEAP_TIMES = ("T", "nothing", *KEPT), 3
"""What a tenth of a microsecond matters to is asked for several times in each round."""
SITE, BARE, NOTHING = (
    "sens_site.wsgi:application", "bench.reference:application", "bench.reference:nothing",
)  # fmt: skip
POLICY_PAGES = ("/privacy/", "/privacy/v/1/", "/privacy/promises/")
FLOORS: dict[str, float] = {
    "policy_anonymous / T, the code alone": 0.045,
    "policy_plain / T, the code alone": 0.06,
    "policy_anonymous / T": 0.1,
    "policy_plain / T": 0.12,
    "policy_signed_in / T": 2.0,
    "share by which two clients differ about kept pages / T": 0.2,
    "queries, anonymous, warm (worst page)": 0,
    "queries, signed in (worst page)": 3,
    "memory of a worker, MB": 75,
    "cookies set by a first view (all pages)": 0,
    "bytes of HTML and CSS, policy (its versions and promises too)": 14_000,
    "bytes of HTML and CSS, other pages (worst)": 8_000,
    "bytes of a response's headers (worst page)": 700,
    "bytes of the drawings, one file": 4_000,
    "days for which the drawings are kept, short of a year": 0,
    "requests of a first view (worst page)": 4,
}


def granian(port: int, target: str, *, workers: int) -> list[str]:
    """Return the command line that serves a WSGI application as `make serve` does."""
    return granian_command(port=port, workers=workers, threads=THREADS, target=target)


def cores() -> tuple[set[int], set[int]]:
    """Return the core of the servers, and those of their clients."""
    every = sorted(os.sched_getaffinity(0))
    return {every[0]}, set(every[1:]) or {every[0]}


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Start everything, take the rounds, return all figures."""
    with tempfile.TemporaryDirectory() as name:
        port = servers.free_port()
        env = servers.site_environment(Path(name), port)
        probe = subprocess.run(  # noqa: S603 - our own module
            [servers.python(), "-m", "bench.probe"],
            env={**env, "PATH": "/usr/bin:/bin"},
            cwd=servers.ROOT,
            check=True,
            stdout=subprocess.PIPE,
        )
        queries = json.loads(probe.stdout)
        figures: dict[str, Any] = {}
        with servers.running(granian(port, SITE, workers=WORKERS), port, env) as site:
            page = fetch(port, "/privacy/", {"Accept-Encoding": "identity"})
            kept = fetch(port, "/privacy/", {})
            work = work_of(port, queries["cookie"], kept[1]["etag"])
            if arguments.kept:
                work = {name: work[name] for name in CHEAP}
            else:
                figures = {"queries": queries, "pages": weigh(port)}
                figures["memory_mb"] = memory_after(work, site)
        with compared(port, env, page[2], str(kept[3])) as found:
            return {**figures, "rounds": take_rounds(arguments, work, found)}


def memory_after(work: "dict[str, Asked]", site: servers.Server) -> list[dict[str, float]]:
    """Return the memory of the processes once each has answered some of every workload."""
    for asked in (one for one in work.values() if one.server == SITE):
        load.run(
            *(site.port, site.pid, load.request_bytes(asked.path, asked.headers)),
            seconds=0.3,
            connections=CONNECTIONS,
            expected=asked.expected,
        )
    return load.memory_mb(site.pid)


@dataclass(frozen=True, slots=True)
class Compared:
    """What is compared in one run: by the name of its application, or of nginx."""

    servers: dict[str, servers.Server]
    loops: dict[str, in_process.Loop]


@contextmanager
def compared(port: int, env: dict[str, str], page: bytes, packed: str) -> Iterator[Compared]:
    """Start one process of each, all on one core, and keep the clients on the others.

    So a process that has more to do is never awakened for each request anew, nor sent from core to
    core: what that costs says more about the machine's other work than about a page.
    """
    reference = {**LEAN_MEMORY, "REFERENCE_BYTES": str(len(page)), "NOTHING_BYTES": packed}
    environments = {SITE: env, BARE: reference, NOTHING: reference}
    servers_core, clients_cores = cores()
    with ExitStack() as stack:
        found: dict[str, servers.Server] = {}
        loops: dict[str, in_process.Loop] = {}
        with servers.on_cores(servers_core):
            for target, environment in environments.items():
                own = port if target == SITE else servers.free_port()
                command = granian(own, target, workers=1)
                found[target] = stack.enter_context(servers.running(command, own, environment))
                loops[target] = stack.enter_context(in_process.loop(target, environment))
            nginx = stack.enter_context(servers.nginx_static(page))
        if nginx is not None:
            found["nginx"] = nginx
        stack.enter_context(servers.on_cores(clients_cores))
        yield Compared(found, loops)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a workload asks, for what, with which headers, and what is answered."""

    server: str
    path: str
    headers: dict[str, str]
    expected: int = 200


def work_of(port: int, cookie: str, etag: str) -> dict[str, Asked]:
    """Return the workloads."""
    brotli = {"Accept-Encoding": "br, gzip"}
    signed = {**brotli, "Cookie": cookie}
    rejected = {**brotli, "Cookie": consent_cookie(port, "reject")}
    return {
        "T": Asked(BARE, "/", {}),
        "nothing": Asked(NOTHING, "/", {}),
        "policy_anonymous": Asked(SITE, "/privacy/", brotli),
        "policy_plain": Asked(SITE, "/privacy/", {}),
        "policy_304": Asked(SITE, "/privacy/", {**brotli, "If-None-Match": etag}, 304),
        "policy_rejected": Asked(SITE, "/privacy/", rejected),
        "home_anonymous": Asked(SITE, "/", brotli),
        "home_signed_in": Asked(SITE, "/", signed),
        "policy_signed_in": Asked(SITE, "/privacy/", signed),
        "profile_signed_in": Asked(SITE, "/accounts/profile/", signed),
        "nginx_static": Asked("nginx", "/", {}),
    }


def take_rounds(
    arguments: argparse.Namespace, work: dict[str, Asked], found: Compared
) -> dict[str, dict[str, float]]:
    """Interleave the workloads and return the median figures of each."""
    work = {name: asked for name, asked in work.items() if asked.server in found.servers}
    share = 0.5 if arguments.quick else 1.0
    taken: dict[str, list[load.Load]] = {name: [] for name in work}
    # CPU time of one request, by who asked: load.py, another client, or the process itself.
    cost: dict[str, dict[str, list[float]]] = {}
    cheap = [name for name in CHEAP if name in work]
    order = [*cheap * CHEAP_TIMES, *(name for name in work if name not in cheap)]
    for number in range(-1, arguments.rounds):  # the first one warms up
        for name in order if number % 2 == 0 else reversed(order):
            one, others = ask(work[name], found, share if number >= 0 else share / 2)
            if number >= 0:
                taken[name].append(one)
                for who, cpu_us in {"load": one.cpu_us, **others}.items():
                    cost.setdefault(who, {}).setdefault(name, []).append(cpu_us)
    result = {}
    for name, loads in taken.items():
        middle = sorted(loads, key=lambda one: one.cpu_us)[len(loads) // 2]
        result[name] = {
            "cpu_us": round(middle.cpu_us, 1),
            "ratio_T": ratio(cost["load"], name, "T"),
            "req_s": round(middle.requests / middle.seconds),
            "p50_ms": round(middle.latencies[len(middle.latencies) // 2] * 1e3, 3),
            "p99_ms": round(middle.latencies[int(len(middle.latencies) * 0.99)] * 1e3, 3),
        }
        for who in sorted(set(cost) - {"load"}):
            if name in cost[who]:
                result[name][f"ratio_T_{who}"] = ratio(cost[who], name, "T")
        if "nginx_static" in taken:
            result[name]["ratio_N"] = ratio(cost["load"], name, "nginx_static")
    return result


def ask(asked: Asked, found: Compared, share: float) -> tuple[load.Load, dict[str, float]]:
    """Have one workload asked for by each client in turn, and called without a server."""
    server, path, headers, expected = (
        found.servers[asked.server], asked.path, asked.headers, asked.expected,
    )  # fmt: skip
    one = load.run(
        *(server.port, server.pid, load.request_bytes(path, headers)),
        seconds=SECONDS * share,
        connections=CONNECTIONS,
        expected=expected,
    )
    others = {}
    if curl := shutil.which("curl"):
        others["curl"] = load.run_curl(
            *(curl, server.port, server.pid, path, headers),
            requests=max(one.requests, CONNECTIONS),
            connections=CONNECTIONS,
            expected=expected,
        )
    if wrk := shutil.which("wrk"):
        others["wrk"] = load.run_wrk(
            *(wrk, server.port, server.pid, path, headers), seconds=1, connections=CONNECTIONS
        )
    if asked.server in found.loops:
        others["code"] = found.loops[asked.server].cpu_us(
            path, headers, seconds=SECONDS_IN_PROCESS * share, expected=expected
        )
    return one, others


def ratio(cost: dict[str, list[float]], name: str, yardstick: str) -> float:
    """Return the median of the ratios of each round: what slows one down slows the other.

    Where the yardstick was asked more often, what stands beside a figure is the middle of these.
    """
    mine, theirs = cost[name], cost[yardstick]
    times = max(1, len(theirs) // len(mine))
    beside = [statistics.median(theirs[n : n + times]) for n in range(0, len(theirs), times)]
    repeated = [one for one in beside for _ in range(len(mine) // len(beside))]
    pairs = zip(mine, repeated, strict=True)
    return round(statistics.median(cpu / yard for cpu, yard in pairs), 4)


def differ(rounds: dict[str, dict[str, float]]) -> float:
    """Return the share by which clients differ most about the kept pages."""
    shares = [0.0]
    for row in (rounds[name] for name in KEPT):
        shares += [
            abs(row[f"ratio_T_{who}"] / row["ratio_T"] - 1)
            for who in ("curl", "wrk")
            if f"ratio_T_{who}" in row
        ]
    return round(max(shares), 2)


def judge(figures: dict[str, Any]) -> list[tuple[str, float, float, bool]]:
    """Hold the figures against the floors."""
    rounds = figures["rounds"]
    found: dict[str, float] = {
        "policy_anonymous / T, the code alone": rounds["policy_anonymous"]["ratio_T_code"],
        "policy_plain / T, the code alone": rounds["policy_plain"]["ratio_T_code"],
        "policy_anonymous / T": rounds["policy_anonymous"]["ratio_T"],
        "policy_plain / T": rounds["policy_plain"]["ratio_T"],
        "share by which two clients differ about kept pages / T": differ(rounds),
    }
    if "pages" in figures:
        found |= judged_pages(figures)
    return [
        (name, found[name], floor, found[name] <= floor)
        for name, floor in FLOORS.items()
        if name in found
    ]


def judged_pages(figures: dict[str, Any]) -> dict[str, float]:
    """Return what the floors are about apart from the kept pages."""
    pages = figures["pages"]
    fine = [row for row in pages if row["state"] in ("first visit", "GPC")]
    return {
        "policy_signed_in / T": figures["rounds"]["policy_signed_in"]["ratio_T"],
        "queries, anonymous, warm (worst page)": max(figures["queries"]["warm"].values()),
        "queries, signed in (worst page)": max(figures["queries"]["signed_in"].values()),
        "memory of a worker, MB": figures["memory_mb"][0]["pss"],
        "cookies set by a first view (all pages)": sum(row["cookies"] for row in fine),
        "bytes of HTML and CSS, policy (its versions and promises too)": max(
            row["total"] for row in pages if row["path"] in POLICY_PAGES
        ),
        "bytes of HTML and CSS, other pages (worst)": max(
            row["total"] for row in pages if row["path"] not in POLICY_PAGES
        ),
        "bytes of a response's headers (worst page)": max(row["head"] for row in pages),
        "bytes of the drawings, one file": max(row["art"] for row in pages),
        "days for which the drawings are kept, short of a year": max(
            row["art_days_short"] for row in pages
        ),
        "requests of a first view (worst page)": max(row["requests"] for row in fine),
    }


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds, for a first look")
    parser.add_argument("--kept", action="store_true", help="the speed of a kept page, no more")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each workload")
    parser.add_argument("--json", type=Path, default=servers.ROOT / "bench" / "latest.json")
    arguments = parser.parse_args()
    figures = measure(arguments)
    verdicts = judge(figures)
    show(figures, verdicts)
    if not arguments.kept:
        arguments.json.write_text(json.dumps(figures, indent=1))
    return 0 if all(kept for *_, kept in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
