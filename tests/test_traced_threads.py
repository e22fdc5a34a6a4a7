"""Threads that begin at the same time are all measured."""

import subprocess
import sys

BEGINS = """
import sys, threading
sys.setswitchinterval(1e-6)
sys.addaudithook(lambda event, args: event == "told")
traced = []
def trace(frame, event, arg):
    sys.settrace(None)
    sys.settrace(lambda *_: None)
    traced.append(1)
threading.settrace(trace)
"""
TAKES_TURNS = "from tests.traced_threads import take_turns; take_turns()"
MANY_THREADS = """
threading.excepthook = lambda died: None
sys.unraisablehook = lambda died: None
for _ in range({rounds}):
    threads = [threading.Thread(target=sum, args=[[]]) for _ in range(10)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
print(len(traced))
"""


def test_a_thread_waits_until_another_has_set_its_trace_function():
    rounds = 200
    program = BEGINS + TAKES_TURNS + MANY_THREADS.format(rounds=rounds)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert (done.stdout, done.stderr) == (f"{10 * rounds}\n", "")
