"""`make bench`: what the site costs, against a bare Django view and nginx in the same run.

Speed is CPU time of the whole server per request, as a ratio to T (`bench/reference.py`), from
interleaved rounds, as machines are noisy; where `wrk` is installed, by that as well. Bytes, queries, requests and cookies are exact. Exits
with 1 where a floor is missed.
"""

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench import load, servers
from bench.probe import PAGES
from sens_site.serving import LEAN_MEMORY, granian_command

WORKERS, THREADS = 4, 2
CLIENTS, CONNECTIONS = 3, 16
"""Enough of both that no process sleeps between two requests, which would make a cheap page look dear."""
POLICY_PAGES = ("/privacy/", "/privacy/v/1/", "/privacy/promises/")
FLOORS: dict[str, float] = {
    "policy_anonymous / T": 0.15,
    "policy_plain / T": 0.2,
    "policy_signed_in / T": 2.0,
    "queries, anonymous, warm (worst page)": 0,
    "queries, signed in (worst page)": 3,
    "memory of a worker, MB": 75,
    "cookies set by a first view (all pages)": 0,
    "bytes of HTML and CSS, policy (its versions and promises too)": 14_000,
    "bytes of HTML and CSS, other pages (worst)": 8_000,
    "bytes of a response's headers (worst page)": 830,
    "bytes of the drawings, one file": 4_000,
    "days for which the drawings are kept, short of a year": 0,
    "requests of a first view (worst page)": 4,
}
DRAWINGS = re.compile(r'href="([^"#]*/img/art[^"#]*\.svg)#')
YEAR = 365
STATES = {
    "first visit": {},
    "rejected": {"choice": "reject"},
    "accepted": {"choice": "accept"},
    "GPC": {},
}


def granian(port: int, target: str) -> list[str]:
    """Return the command line that serves a WSGI application as `make serve` does."""
    return granian_command(port=port, workers=WORKERS, threads=THREADS, target=target)


def head_bytes(status: int, fields: dict[str, str]) -> int:
    """Return how many bytes a status line and headers take on the wire, and the empty line."""
    line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
    return len(line) + sum(len(f"{name}: {value}\r\n") for name, value in fields.items()) + 2


def days_kept(cache_control: str) -> int:
    """Return for how many days a browser keeps a file without asking."""
    age = re.search(r"max-age=(\d+)", cache_control)
    return int(age[1]) // 86_400 if age else 0


def fetch(port: int, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes, int]:
    """GET one page; return status, headers, body and its size as it was sent."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Accept-Encoding": "br, gzip", **headers})
    response = connection.getresponse()
    body = response.read()
    fields = {name.lower(): value for name, value in response.getheaders()}
    connection.close()
    return response.status, fields, body, len(body)


def consent_cookie(port: int, choice: str) -> str:
    """Answer the banner, with what it shows, and return the cookie that the answer sets."""
    page = fetch(port, "/", {"Accept-Encoding": "identity"})[2].decode()
    shown = quote(page.partition('name="shown" value="')[2].partition('"')[0])
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    origin = f"http://127.0.0.1:{port}"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
    connection.request(
        "POST", "/cookies/choose/", f"choice={choice}&next=%2F&shown={shown}", headers
    )
    response = connection.getresponse()
    response.read()
    cookie = (response.getheader("Set-Cookie") or "").partition(";")[0]
    connection.close()
    return cookie


def weigh(port: int) -> list[dict[str, Any]]:
    """Fetch each kind of page in each consent state, and its style sheet once."""
    rows = []
    for state, form in STATES.items():
        headers = {"Sec-GPC": "1"} if state == "GPC" else {}
        if form:
            headers["Cookie"] = consent_cookie(port, form["choice"])
        for path in [*PAGES, "/no-such-page/"]:
            status, fields, _, size = fetch(port, path, headers)
            plain = fetch(port, path, {**headers, "Accept-Encoding": "identity"})[2].decode()
            sheets = [s.split('"')[0] for s in plain.split('rel="stylesheet" href="')[1:]]
            scripts = plain.count("<script src")
            css = sum(fetch(port, sheet, {})[3] for sheet in sheets)
            drawings = [fetch(port, file, {}) for file in set(DRAWINGS.findall(plain))]
            icon = plain.count('rel="icon"')
            rows.append(
                {
                    "state": state,
                    "path": path,
                    "status": status,
                    "html": size,
                    "css": css,
                    "total": size + css,
                    "head": head_bytes(status, fields),
                    "art": sum(drawing[3] for drawing in drawings),
                    "art_days_short": max(
                        (YEAR - days_kept(one[1].get("cache-control", "")) for one in drawings),
                        default=0,
                    ),
                    "requests": 1 + len(sheets) + scripts + len(drawings) + icon,
                    "cookies": int("set-cookie" in fields),
                    "etag": fields.get("etag", ""),
                    "cache_control": fields.get("cache-control", ""),
                }
            )
    return rows


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Start everything, take the rounds, return all figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        port, reference_port, nothing_port = (servers.free_port() for _ in range(3))
        env = servers.site_environment(folder, port)
        probe = subprocess.run(  # noqa: S603 - our own module
            [servers.python(), "-m", "bench.probe"],
            env={**env, "PATH": "/usr/bin:/bin"},
            cwd=servers.ROOT,
            check=True,
            stdout=subprocess.PIPE,
        )
        queries = json.loads(probe.stdout)
        with servers.running(granian(port, "sens_site.wsgi:application"), port, env) as site:
            rows = weigh(port)
            page = fetch(port, "/privacy/", {"Accept-Encoding": "identity"})
            kept = fetch(port, "/privacy/", {})
            size, packed, etag = str(len(page[2])), str(kept[3]), kept[1]["etag"]
            reference = granian(reference_port, "bench.reference:application")
            with (
                servers.running(
                    reference, reference_port, {**LEAN_MEMORY, "REFERENCE_BYTES": size}
                ) as bare,
                servers.running(
                    granian(nothing_port, "bench.reference:nothing"),
                    nothing_port,
                    {**LEAN_MEMORY, "NOTHING_BYTES": packed},
                ) as nothing,
                servers.nginx_static(page[2]) as nginx,
            ):
                found = Servers(site, bare, nothing, nginx)
                rounds = take_rounds(arguments, found, queries["cookie"], etag)
            memory = load.memory_mb(site.pid)
    return {"queries": queries, "pages": rows, "rounds": rounds, "memory_mb": memory}


@dataclass(frozen=True, slots=True)
class Servers:
    """What is compared in one run."""

    site: servers.Server
    bare: servers.Server
    nothing: servers.Server
    nginx: servers.Server | None


Work = dict[str, tuple[servers.Server, str, dict[str, str], int]]


def work_of(found: Servers, cookie: str, etag: str) -> Work:
    """Return whom each workload asks, for what, with which headers, and what is answered."""
    brotli = {"Accept-Encoding": "br, gzip"}
    signed = {**brotli, "Cookie": cookie}
    rejected = {**brotli, "Cookie": consent_cookie(found.site.port, "reject")}
    work: Work = {
        "T": (found.bare, "/", {}, 200),
        "nothing": (found.nothing, "/", {}, 200),
        "policy_anonymous": (found.site, "/privacy/", brotli, 200),
        "policy_plain": (found.site, "/privacy/", {}, 200),
        "policy_304": (found.site, "/privacy/", {**brotli, "If-None-Match": etag}, 304),
        "policy_rejected": (found.site, "/privacy/", rejected, 200),
        "home_anonymous": (found.site, "/", brotli, 200),
        "home_signed_in": (found.site, "/", signed, 200),
        "policy_signed_in": (found.site, "/privacy/", signed, 200),
        "profile_signed_in": (found.site, "/accounts/profile/", signed, 200),
    }
    if found.nginx is not None:
        work["nginx_static"] = (found.nginx, "/", {}, 200)
    return work


def take_rounds(
    arguments: argparse.Namespace, found: Servers, cookie: str, etag: str
) -> dict[str, dict[str, float]]:
    """Interleave the workloads and return the median figures of each."""
    work = work_of(found, cookie, etag)
    seconds = 1.0 if arguments.quick else 3.0
    taken: dict[str, list[load.Load]] = {name: [] for name in work}
    by_wrk: dict[str, list[float]] = {name: [] for name in work}
    wrk = shutil.which("wrk")
    order = list(work)
    for number in range(-1, arguments.rounds):  # the first one warms up
        for name in order if number % 2 == 0 else reversed(order):
            server, path, headers, expected = work[name]
            one = load.run(
                server.port,
                server.pid,
                load.request_bytes(path, headers),
                seconds=0.3 if number < 0 else seconds,
                connections=CONNECTIONS,
                expected=expected,
                clients=CLIENTS,
            )
            if number >= 0:
                taken[name].append(one)
            if number >= 0 and wrk:
                by_wrk[name].append(
                    load.run_wrk(
                        *(wrk, server.port, server.pid, path, headers),
                        seconds=max(1, round(seconds)),
                        connections=CLIENTS * CONNECTIONS,
                    )
                )
    bare_us = statistics.median(one.cpu_us for one in taken["T"])
    result = {}
    for name, loads in taken.items():
        middle = sorted(loads, key=lambda one: one.cpu_us)[len(loads) // 2]
        result[name] = {
            "cpu_us": round(middle.cpu_us, 1),
            "ratio_T": round(middle.cpu_us / bare_us, 4),
            "req_s": round(middle.requests / middle.seconds),
            "p50_ms": round(middle.latencies[len(middle.latencies) // 2] * 1e3, 3),
            "p99_ms": round(middle.latencies[int(len(middle.latencies) * 0.99)] * 1e3, 3),
        }
        if wrk:
            theirs = statistics.median(by_wrk[name]) / statistics.median(by_wrk["T"])
            result[name]["ratio_T_wrk"] = round(theirs, 4)
        if "nginx_static" in taken:
            static = statistics.median(one.cpu_us for one in taken["nginx_static"])
            result[name]["ratio_N"] = round(middle.cpu_us / static, 2)
    return result


def judge(figures: dict[str, Any]) -> list[tuple[str, float, float, bool]]:
    """Hold the figures against the floors."""
    pages = figures["pages"]
    fine = [row for row in pages if row["state"] in ("first visit", "GPC")]
    found: dict[str, float] = {
        "policy_anonymous / T": figures["rounds"]["policy_anonymous"]["ratio_T"],
        "policy_plain / T": figures["rounds"]["policy_plain"]["ratio_T"],
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
    return [(name, found[name], floor, found[name] <= floor) for name, floor in FLOORS.items()]


def show(figures: dict[str, Any], verdicts: list[tuple[str, float, float, bool]]) -> None:
    """Print the tables."""
    out = sys.stdout.write
    out(f"{'workload':<20}{'CPU µs':>9}{'× T':>9}{'by wrk':>9}{'× nginx':>9}")
    out(f"{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}\n")
    for name, row in figures["rounds"].items():
        out(f"{name:<20}{row['cpu_us']:>9}{row['ratio_T']:>9}{row.get('ratio_T_wrk', '-'):>9}")
        out(f"{row.get('ratio_N', '-'):>9}{row['req_s']:>9}{row['p50_ms']:>9}{row['p99_ms']:>9}\n")
    out(
        f"\n{'page':<32}{'state':<13}{'HTML B':>8}{'CSS B':>8}{'sum':>8}{'head':>6}{'req':>5}{'cookies':>8}\n"
    )
    for row in figures["pages"]:
        out(f"{row['path']:<32}{row['state']:<13}{row['html']:>8}{row['css']:>8}{row['total']:>8}")
        out(f"{row['head']:>6}{row['requests']:>5}{row['cookies']:>8}\n")
    queries = figures["queries"]
    out(f"\n{'queries of':<32}{'cold':>6}{'warm':>6}{'signed in':>11}\n")
    for path in PAGES:
        out(f"{path:<32}{queries['cold'][path]:>6}{queries['warm'][path]:>6}")
        out(f"{queries['signed_in'].get(path, '-'):>11}\n")
    out(f"\nmemory of the processes, MB: {figures['memory_mb']}\n\n")
    for name, value, floor, kept in verdicts:
        out(f"{'ok  ' if kept else 'MISS'}  {name}: {value} (floor {floor})\n")


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds, for a first look")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each workload")
    parser.add_argument("--json", type=Path, default=servers.ROOT / "bench" / "latest.json")
    arguments = parser.parse_args()
    figures = measure(arguments)
    verdicts = judge(figures)
    show(figures, verdicts)
    arguments.json.write_text(json.dumps(figures, indent=1))
    return 0 if all(kept for *_, kept in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
