"""How the command is asked to stop, and what it runs."""

import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from outbox.management.commands import worker as command
from outbox.management.commands.worker import Command


class PlayedWorker:
    """A loop in which nothing is due."""

    rounds_succeed = True
    during: Callable[[], None] = staticmethod(lambda: None)

    def __init__(self, jobs: object) -> None:
        self.stopping = False
        self.ran: list[str] = []
        PlayedWorker.made = self

    def run(self) -> None:
        self.ran.append("loop")
        PlayedWorker.during()

    def run_once(self) -> bool:
        self.ran.append("round")
        return self.rounds_succeed

    def stop(self) -> None:
        self.stopping = True

    made: "PlayedWorker"


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> dict[int, Any]:
    """What is told of a signal, instead of this process being told."""
    found: dict[int, Any] = {}
    monkeypatch.setattr(command, "Worker", PlayedWorker)
    monkeypatch.setattr(signal, "signal", found.__setitem__)
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_once_it_finishes_what_it_has_in_hand_and_asked_twice_it_ends_at_once(
    handlers: dict[int, Any], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def ask() -> None:
        handlers[number](number, None)
        assert PlayedWorker.made.stopping is True
        with pytest.raises(SystemExit) as ended:
            handlers[number](number, None)
        assert ended.value.code == 1

    monkeypatch.setattr(PlayedWorker, "during", staticmethod(ask))
    call_command("worker")
    assert PlayedWorker.made.ran == ["loop"]


def test_under_the_reloader_it_leaves_signals_to_django(
    handlers: dict[int, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_a_thread(work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    monkeypatch.setattr("django.utils.autoreload.run_with_reloader", in_a_thread)
    call_command("worker", reload=True)
    assert PlayedWorker.made.ran == ["loop"]
    assert handlers == {}


def test_one_round_ends_with_a_failure_where_the_database_cannot_be_used(
    handlers: dict[int, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    Command().work(once=True)
    assert PlayedWorker.made.ran == ["round"]
    monkeypatch.setattr(PlayedWorker, "rounds_succeed", False)
    with pytest.raises(CommandError, match="database can't be used"):
        Command().work(once=True)
