"""Keeps the processes of one machine's site together: they start, live and end as one.

Each child leads a process group of its own, so that Ctrl-C reaches only the supervisor, which then
ends every group in order and leaves nothing behind.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

LOOK_SECONDS = 0.1
GRACE_SECONDS = 2.5
MOST_WAIT_SECONDS = 30.0
LONG_LIFE_SECONDS = 60.0
PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Child:
    """A process to keep. An essential one ends the site with it; another one is started again."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    essential: bool
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    wait: float = 0.0
    start_after: float = field(default=0.0)


class Supervisor:
    """Runs children until a signal comes or an essential one ends."""

    def __init__(self, children: Sequence[Child], *, say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say
        self.stopping = False

    def run(self, *, on_look: Callable[[], None] = lambda: None) -> int:
        """Run to the end and return the exit status: the essential child's, or 0 after a signal.

        `on_look` is called at each look at the children, a few times a second.
        """
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        status = 0
        try:
            while not self.stopping:
                ended = self._look()
                if ended is not None:
                    status = ended
                    break
                on_look()
                time.sleep(LOOK_SECONDS)
        finally:
            self._end_all()
        return status

    def _ask_to_stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _look(self) -> int | None:
        """Start what is to be started; return the status of an essential child that has ended."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if now >= child.start_after:
                    self._start(child)
                continue
            code = child.process.poll()
            if code is None:
                continue
            kill_group(child.process.pid, signal.SIGKILL)  # whatever it left behind
            status = 128 - code if code < 0 else code
            if child.essential:
                self.say(f"The {child.name} process has ended with status {status}.")
                return status
            if now - child.started_at > LONG_LIFE_SECONDS:
                child.wait = 0.0
            child.wait = min(max(child.wait * 2, 1.0), MOST_WAIT_SECONDS)
            child.start_after = now + child.wait
            child.process = None
            self.say(
                f"The {child.name} process has ended with status {status}; "
                f"it starts again in {child.wait:.0f} s."
            )
        return None

    def _start(self, child: Child) -> None:
        child.started_at = time.monotonic()
        child.process = subprocess.Popen(  # noqa: S603 - our own commands
            list(child.command),
            env=dict(child.environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - no threads here
        )

    def _end_all(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            kill_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"Process {process.pid} does not end; it is killed.")
            kill_group(process.pid, signal.SIGKILL)
            process.wait()


def kill_group(group: int, number: signal.Signals) -> None:
    """Send a signal to a process group that may be gone already."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS says the second of a group of zombies
        return


def _end_with_parent() -> None:  # pragma: no cover - between fork and exec nothing is measured
    """Ask Linux to end this child when the supervisor is killed without a chance to do so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
