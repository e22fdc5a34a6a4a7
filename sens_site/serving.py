"""How the production server is started. `run_site` and the benchmark both ask here."""

import sys

# Each thread that asks for memory would get an arena of its own, and keep it.
LEAN_MEMORY = {"MALLOC_ARENA_MAX": "1"}
LOOPBACK = "127.0.0.1"
SITE = "sens_site.wsgi:application"


def granian_command(
    *, port: int, workers: int, threads: int, host: str = LOOPBACK, target: str = SITE
) -> list[str]:
    """Return the command line that serves a WSGI application, with threads for each worker."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--http", "1"),
        *("--host", host, "--port", str(port), "--workers", str(workers)),
        *("--blocking-threads", str(threads), "--runtime-threads", "1"),
        *("--backlog", "1024", "--log-level", "warning", "--no-access-log"),
        # Without the first, one killed worker stops them all.
        *("--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "2"),
        target,
    ]
