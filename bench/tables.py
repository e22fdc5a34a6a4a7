"""The tables that `make bench` prints."""

import sys
from typing import Any

from bench.probe import PAGES


def show(figures: dict[str, Any], verdicts: list[tuple[str, float, float, bool]]) -> None:
    """Print the tables."""
    out = sys.stdout.write
    show_rounds(figures["rounds"])
    if "pages" in figures:
        show_pages(figures)
    for name, value, floor, kept in verdicts:
        out(f"{'ok  ' if kept else 'MISS'}  {name}: {value} (floor {floor})\n")


def show_rounds(rounds: dict[str, dict[str, float]]) -> None:
    """Print what each workload costs."""
    out = sys.stdout.write
    out(
        f"{'workload':<20}{'CPU µs':>9}{'× T':>9}{'by curl':>9}{'by wrk':>9}{'code × T':>9}{'× nginx':>9}"
    )
    out(f"{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}\n")
    for name, row in rounds.items():
        out(f"{name:<20}{row['cpu_us']:>9}{row['ratio_T']:>9}")
        for who in ("curl", "wrk", "code"):
            out(f"{row.get(f'ratio_T_{who}', '-'):>9}")
        out(f"{row.get('ratio_N', '-'):>9}{row['req_s']:>9}{row['p50_ms']:>9}{row['p99_ms']:>9}\n")
    out("\n")


def show_pages(figures: dict[str, Any]) -> None:
    """Print what each page weighs and asks, and the memory."""
    out = sys.stdout.write
    out(
        f"{'page':<32}{'state':<13}{'HTML B':>8}{'CSS B':>8}{'sum':>8}{'head':>6}{'req':>5}{'cookies':>8}\n"
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
