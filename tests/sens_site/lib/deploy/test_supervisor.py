"""Processes that start, live and end as one. All children here are real."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
SECONDS = 30

PROGRAM = """
import os, sys
from sens_site.lib.deploy.supervisor import Child, Supervisor

def child(name, code, *, essential=False):
    return Child(name, [sys.executable, "-c", code], os.environ, essential=essential)

children = [{children}]
sys.exit(Supervisor(children, say=lambda text: print(text, flush=True)).run())
"""
FOREVER = "import time; time.sleep(600)"


def start(*children: str) -> "subprocess.Popen[str]":
    """Run a supervisor over children, each written as a call of `child`."""
    program = PROGRAM.format(children=", ".join(children))
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def wait_until(condition: Callable[[], bool]) -> None:
    """Return when it is so."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_essential_child_ends_the_site_with_its_status() -> None:
    running = start(f"child('worker', {FOREVER!r})", "child('web', 'exit(7)', essential=True)")
    out, _ = running.communicate(timeout=SECONDS)
    assert (running.returncode, out) == (7, "The web process has ended with status 7.\n")


def test_other_child_is_started_again(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    code = f"open({str(notes)!r}, 'a').write('x')"
    running = start(f"child('worker', {code!r})", f"child('web', {FOREVER!r}, essential=True)")
    wait_until(lambda: notes.exists() and len(notes.read_text()) == 2)
    running.terminate()
    out, _ = running.communicate(timeout=SECONDS)
    assert running.returncode == 0
    assert out.splitlines()[0] == (
        "The worker process has ended with status 0; it starts again in 1 s."
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_grandchildren_end_too(tmp_path: Path, number: signal.Signals) -> None:
    pids = tmp_path / "pids"
    code = (
        "import os, signal, subprocess, sys, time;"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0));"
        f"g = subprocess.Popen([sys.executable, '-c', {FOREVER!r}]);"
        f"f = open({str(pids)!r}, 'w'); f.write(f'{{os.getpid()}} {{g.pid}}\\n'); f.close();"
        "time.sleep(600)"
    )
    running = start(f"child('web', {code!r}, essential=True)")
    wait_until(lambda: pids.exists() and pids.read_text().endswith("\n"))
    family = [int(pid) for pid in pids.read_text().split()]
    assert [alive(pid) for pid in family] == [True, True]
    running.send_signal(number)
    running.communicate(timeout=SECONDS)
    assert running.returncode == 0
    wait_until(lambda: not any(alive(pid) for pid in family))


def test_child_that_does_not_end_is_killed(tmp_path: Path) -> None:
    """The claim is 3 s on an idle machine; here it may take three times as long."""
    note = tmp_path / "deaf"
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"open({str(note)!r}, 'w').close(); time.sleep(600)"
    )
    running = start(f"child('web', {code!r}, essential=True)")
    wait_until(note.exists)
    began = time.monotonic()
    running.terminate()
    out, _ = running.communicate(timeout=SECONDS)
    assert time.monotonic() - began < 3 * 3
    assert running.returncode == 0
    assert out.endswith("does not end; it is killed.\n")


def test_children_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = f"import os, time; open({str(note)!r}, 'w').write(f'{{os.getpid()}}.'); time.sleep(600)"
    running = start(f"child('web', {code!r}, essential=True)")
    wait_until(lambda: note.exists() and note.read_text().endswith("."))
    child = int(note.read_text().rstrip("."))
    running.kill()
    running.communicate(timeout=SECONDS)
    wait_until(lambda: not alive(child))
