"""Processes that start, live and end as one. All children here are real."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sens_site.lib.deploy import supervisor
from sens_site.lib.deploy.supervisor import Child, Supervisor, kill_group

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


@pytest.fixture
def supervise(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[str], tuple[Supervisor, Child, list[str]]]]:
    """Watch one child from within this process, which outlives it."""
    monkeypatch.setattr(supervisor, "_end_with_parent", None)
    watched: list[Supervisor] = []

    def watch(code: str) -> tuple[Supervisor, Child, list[str]]:
        said: list[str] = []
        child = Child("worker", [sys.executable, "-c", code], os.environ, essential=False)
        watched.append(Supervisor([child], say=said.append))
        return watched[-1], child, said

    yield watch
    for one in watched:
        one._end_all()


def waits_after(one: Supervisor, child: Child, times: int) -> list[float]:
    """Let a child end some times; return how long it is waited for after each."""
    waits = []
    for _ in range(times):
        child.start_after = 0.0
        one._look()
        assert child.process is not None
        child.process.wait(SECONDS)
        one._look()
        waits.append(child.wait)
    return waits


def test_a_child_that_ends_again_and_again_is_waited_for_ever_longer(supervise) -> None:
    one, child, said = supervise("exit(3)")
    assert waits_after(one, child, 3) == [1.0, 2.0, 4.0]
    assert said[-1] == "The worker process has ended with status 3; it starts again in 4 s."


def test_a_child_that_has_lived_long_starts_again_soon(supervise, monkeypatch) -> None:
    monkeypatch.setattr(supervisor, "LONG_LIFE_SECONDS", -1)
    one, child, _ = supervise("exit(3)")
    assert waits_after(one, child, 3) == [1.0, 1.0, 1.0]


def test_a_child_that_does_not_end_is_killed(supervise, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(supervisor, "GRACE_SECONDS", 0.1)
    ready = tmp_path / "ready"
    one, child, said = supervise(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"open({str(ready)!r}, 'w'); time.sleep(600)"
    )
    one._look()
    wait_until(ready.exists)
    assert child.process is not None
    one._end_all()
    assert said == [f"Process {child.process.pid} does not end; it is killed."]
    assert child.process.returncode == -signal.SIGKILL


def test_a_group_that_is_gone_needs_no_signal() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    gone.wait(SECONDS)
    kill_group(gone.pid, signal.SIGTERM)
    assert gone.returncode == 0
