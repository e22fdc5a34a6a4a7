"""What the worker process takes: `python -m bench.worker_memory`. Exits with 1 over the limit.

On a database of its own, once it has gone through its jobs. `rss` counts what it shares with the
interpreters of other processes, `pss` counts its share of that.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import load, servers

LIMIT_RSS = 70.0
SETTLED_SECONDS = 20.0
"""It is read again until it has not grown for so long."""


def settled(pid: int) -> dict[str, float]:
    """Return the memory of a process once it grows no more."""
    last, since = {"rss": 0.0, "pss": 0.0}, time.monotonic()
    while time.monotonic() - since < SETTLED_SECONDS:
        time.sleep(1)
        now = load.memory_mb(pid)[0]
        if now["rss"] > last["rss"] + 0.5:
            last, since = now, time.monotonic()
    return last


def main() -> int:
    """Measure, print, judge."""
    with tempfile.TemporaryDirectory(prefix="bench-worker-") as name:
        env = {**servers.site_environment(Path(name), servers.free_port()), "PATH": "/usr/bin:/bin"}
        manage = [servers.python(), "manage.py"]
        for command in ("migrate", "createcachetable", "setup_site"):
            subprocess.run(  # noqa: S603 - our own commands
                [*manage, command, "--verbosity=0"],
                env=env,
                cwd=servers.ROOT,
                check=True,
            )
        with subprocess.Popen(  # noqa: S603 - our own command
            [*manage, "worker", "--skip-checks"], env=env, cwd=servers.ROOT
        ) as worker:
            try:
                memory = settled(worker.pid)
            finally:
                worker.terminate()
    kept = memory["rss"] <= LIMIT_RSS
    print(f"{'ok  ' if kept else 'MISS'}  the worker, MB: {memory} (limit of rss {LIMIT_RSS})")
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
