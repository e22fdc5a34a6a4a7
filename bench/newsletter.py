"""What an issue to very many readers costs: `python -m bench.newsletter [--readers 100000]`.

Fills a database of its own on SQLite with readers, writes the mails of one issue, and kills the
process that writes them ten times on the way. Processor time, as machines are busy. Exits with 1
over a limit, when a mail is lost, or when one is written twice.
"""

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.visits import environment

CPU_LIMIT, MEMORY_LIMIT = 30.0, 40.0
"""Seconds for 100,000 mails; MB that writing them may add to what the process has before."""
KILLS = 10
CHUNK = 5000


def main() -> int:
    """Measure in a process that knows the database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--step", choices=("fill", "write", "count"))
    options = parser.parse_args()
    if options.step:
        return step(options.step, options.readers)
    with tempfile.TemporaryDirectory(prefix="bench-newsletter-") as scratch:
        known = environment(f"sqlite:///{Path(scratch) / 'bench.sqlite3'}")
        known |= {"ERASURE_LEDGER": f"{scratch}/ledger", "PRIVATE_ROOT": f"{scratch}/private"}
        for command in ("migrate", "createcachetable"):
            manage = [sys.executable, "manage.py", command]
            subprocess.run(manage, check=True, env=known, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
        run(known, "fill", options.readers).wait()
        for number in range(KILLS):
            killed(run(known, "write", options.readers, heard=True), number)
        status = run(known, "write", options.readers).wait()
        return status | run(known, "count", options.readers).wait()


def run(
    known: dict[str, str], name: str, readers: int, *, heard: bool = False
) -> "subprocess.Popen[bytes]":
    """Start a step in a process of its own."""
    arguments = ["--readers", str(readers), "--step", name]
    command = [sys.executable, "-m", "bench.newsletter", *arguments]
    out = subprocess.PIPE if heard else None
    return subprocess.Popen(command, env=known, stdout=out)  # noqa: S603 - ours


def killed(process: "subprocess.Popen[bytes]", number: int) -> None:
    """Kill a process some time after it has begun to write."""
    if process.stdout is not None:
        process.stdout.readline()
    time.sleep(0.3 * (number + 1))
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def step(name: str, readers: int) -> int:
    import django  # noqa: PLC0415 - the database is named by then

    django.setup()
    return {"fill": fill, "write": write, "count": count}[name](readers)


def fill(readers: int) -> int:
    """Make readers of one topic, and an issue that is begun."""
    from django.utils import timezone  # noqa: PLC0415 - see above

    from newsletter import issue_services  # noqa: PLC0415 - see above
    from newsletter.models import (  # noqa: PLC0415 - see above
        Check,
        Issue,
        Subscriber,
        Subscription,
        Topic,
    )

    topic, now = Topic.objects.create(slug="bench", title="Bench"), timezone.now()
    for start in range(0, readers, CHUNK):
        made = Subscriber.objects.bulk_create(
            Subscriber(
                email=f"reader{number}@example.com",
                state="confirmed",
                confirmed_at=now,
                confirmed_by="link",
            )
            for number in range(start, min(start + CHUNK, readers))
        )
        Subscription.objects.bulk_create(Subscription(subscriber=one, topic=topic) for one in made)
    body = "Some words of an issue, and [a link](/privacy/).\n\n" * 40
    issue = Issue.objects.create(
        title="Bench", slug="bench", summary="s", body=body, checklist=list(Check.values)
    )
    issue.topics.add(topic)
    issue_services.schedule(issue)
    issue_services.begin(issue)
    return 0


def write(readers: int) -> int:
    """Write all mails that are missing; say what that cost."""
    from newsletter.models import Issue  # noqa: PLC0415 - see above
    from newsletter.sending import write_copies  # noqa: PLC0415 - see above

    issue = Issue.objects.get()
    print(f"{issue.queued:,} mails are written; going on.", flush=True)
    before, memory = time.process_time(), peak()
    written = write_copies(issue, most=10 * readers)
    seconds, grown = time.process_time() - before, peak() - memory
    per_all = seconds / max(written, 1) * 100_000
    print(
        f"{written:,} mails in {seconds:.1f} s of processor time, {per_all:.1f} s for 100,000; "
        f"memory grew by {grown:.0f} MB"
    )
    return int(written > 0 and (per_all > CPU_LIMIT or grown > MEMORY_LIMIT))


def count(readers: int) -> int:
    """Compare what is stored with who was to have a mail."""
    from outbox.models import OutboxMail  # noqa: PLC0415 - see above

    mails: Any = OutboxMail.objects.filter(purpose="newsletter")
    addresses = mails.values("recipient").distinct().count()
    names = mails.values("message_id").distinct().count()
    print(f"{mails.count():,} mails to {addresses:,} of {readers:,} readers, {names:,} names")
    return int({mails.count(), addresses, names} != {readers})


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
