"""A web process waits for no server that has fallen silent: the wait is cut off, and ends as an error.

A server that is stopped, or a machine that swallows what it is sent, accepts connections and answers
nothing: no limit of the server's holds then, and none of TCP's, as what was sent has arrived. Nobody is
cut off for a statement that only takes long: first the server is asked, by a connection of its own.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg

PATIENCE = 0.8
"""How many seconds a wait may take before anybody asks whether the server answers at all."""
LOOK_SECONDS = 0.1
WATCHDOG = "watches waits for the database"
_since: "dict[psycopg.Connection[Any], float]" = {}
_begun = threading.Event()
_never = threading.Event()  # a test of another's pauses stands in for time.sleep, in all threads
_is_watched = False
_heard = 0.0


class Connection(psycopg.Connection[Any]):  # pragma: postgresql - SQLite has no server
    """Tells since when it waits. Whatever psycopg waits for, it waits for here."""

    def wait(self, *args: Any, **options: Any) -> Any:
        """See the base class."""
        global _heard  # noqa: PLW0603 - one value a process
        if not _is_watched:
            return super().wait(*args, **options)
        _since[self] = time.monotonic()
        _begun.set()
        try:
            answer = super().wait(*args, **options)
        finally:
            _since.pop(self, None)
        _heard = time.monotonic()
        return answer


def was_heard_since(moment: float) -> bool:  # pragma: postgresql - as above
    """Tell whether the server has answered anybody in this process after a moment."""
    return _heard > moment


def watch(is_silent: Callable[[], bool]) -> None:  # pragma: postgresql - as above
    """Cut off what waits while a server is silent. For processes that serve visitors alone: a long
    job is not to be lost because a machine is busy.
    """  # noqa: D205 - one sentence
    global _is_watched  # noqa: PLW0603 - one value a process
    if not _is_watched:
        _is_watched = True
        threading.Thread(name=WATCHDOG, target=_watch, args=(is_silent,), daemon=True).start()


def _watch(is_silent: Callable[[], bool]) -> None:  # pragma: postgresql - as above
    while True:
        _begun.wait()
        _begun.clear()
        while _since:
            _never.wait(LOOK_SECONDS)
            look(is_silent)


def look(is_silent: Callable[[], bool]) -> None:  # pragma: postgresql - as above
    """Cut off whoever waits for too long, if the server is silent."""
    overdue = [one for one, since in list(_since.items()) if _is_overdue(since)]
    if overdue and is_silent():
        for connection in overdue:
            cut_off(connection)


def _is_overdue(since: float) -> bool:  # pragma: postgresql - as above
    return time.monotonic() - since > PATIENCE and not was_heard_since(since)


def cut_off(connection: "psycopg.Connection[Any]") -> None:  # pragma: postgresql - as above
    """Let the thread that waits find that nobody is there any more."""
    with (
        suppress(OSError, psycopg.Error),
        socket.socket(fileno=os.dup(connection.fileno())) as link,
    ):
        link.shutdown(socket.SHUT_RDWR)
