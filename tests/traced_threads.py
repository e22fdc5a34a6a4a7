"""Lets one thread at a time set its trace function, where coverage is measured.

Python 3.11 refuses that to a thread while another is at it ("Cannot install a trace function while
another trace function is being installed"), and the thread ends before it has begun. The recorder of
promises has an audit hook, which is told of each trace function that is set; as it is written in
Python, another thread may have its turn in the midst of it.
"""

import sys
import threading
from collections.abc import Callable
from typing import Any

_turn = threading.RLock()


def in_turn(act: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that waits until no other thread is within one of these."""

    def waits(*args: Any) -> Any:
        with _turn:
            return act(*args)

    return waits


def take_turns() -> None:
    """Have all threads that begin from now on set their trace functions one after the other."""
    plain = threading.settrace

    def settrace(hook: Callable[..., Any] | None) -> None:
        plain(hook and in_turn(hook))  # type: ignore[arg-type] # as coverage's own takes any

    sys.settrace = in_turn(sys.settrace)
    threading.settrace = settrace  # type: ignore[assignment] # the same function, with a wait in it
    if hook := threading.gettrace():
        threading.settrace(hook)
