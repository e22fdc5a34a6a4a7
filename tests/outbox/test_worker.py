"""The loop goes on whatever happens, and stops when asked."""

import logging
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from pytest_django import Settings

from outbox.jobs import Job, periodic, registered_jobs
from outbox.models import OutboxMail
from outbox.worker import Worker

Store = Callable[..., OutboxMail]


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_mails_are_sent(store: Store, clock: Clock) -> None:
    store()
    assert Worker([], clock=clock).tick() is True
    assert len(mail.outbox) == 1


def test_jobs_run_at_the_start_and_at_their_intervals(db: None, clock: Clock) -> None:
    ran: list[float] = []
    worker = Worker([Job("note", 60, lambda: ran.append(clock.now))], clock=clock)
    for _ in range(13):
        worker.tick()
        clock.now += 10
    assert ran == [1000, 1060, 1120]


def test_job_that_fails_ends_nothing_and_tells_no_secret(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("ann@example.com has the password swordfish")

    ran: list[str] = []
    jobs = [Job("bad", 60, fail), Job("good", 60, lambda: ran.append("good"))]
    worker = Worker(jobs, clock=clock)
    with caplog.at_level(logging.DEBUG):
        assert worker.tick() is True
    assert ran == ["good"]
    assert "Job bad failed: RuntimeError at " in caplog.text
    assert "swordfish" not in caplog.text
    assert "example.com" not in caplog.text


def test_a_daily_job_that_found_no_database_runs_again_after_a_minute(
    db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[float] = []
    monkeypatch.setattr("outbox.worker.close_old_connections", lambda: None)

    def fail_once() -> None:
        begun.append(clock.now)
        if len(begun) == 1:
            raise OperationalError("server closed the connection unexpectedly")

    worker = Worker([Job("daily", 24 * 3600, fail_once)], clock=clock)
    for _ in range(60):
        worker.tick()
        clock.now += 5
    assert begun == [1000, 1060]


@pytest.mark.django_db(transaction=True)
def test_database_that_is_down_is_waited_for(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    store()
    worker = Worker([], clock=clock)
    with connection.execute_wrapper(locked):
        assert worker.tick() is False
    assert mail.outbox == []
    assert "The database can't be used (OperationalError)" in caplog.text
    assert worker.tick() is True
    assert len(mail.outbox) == 1


def locked(*args: object) -> None:
    """Do what a query does on a database that another program has locked."""
    raise OperationalError("database is locked")


def test_mail_server_that_is_down_is_asked_ever_more_rarely(
    store: Store, clock: Clock, settings: Settings
) -> None:
    settings.MAIL_TRANSPORT = f"{__name__}.DeafBackend"
    DeafBackend.asked = []
    DeafBackend.clock = clock
    store()
    worker = Worker([], clock=clock)
    for _ in range(1200):
        worker.tick()
        clock.now += 1
    assert DeafBackend.asked == [1000, 1030, 1090, 1210, 1450, 1750, 2050]
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    clock.now += 300
    worker.tick()
    assert len(mail.outbox) == 1
    assert OutboxMail.objects.get().attempts == 1


class DeafBackend(BaseEmailBackend):
    """A mail server that does not answer."""

    asked: list[float]
    clock: Clock

    def open(self) -> None:
        """Note when it was asked, and refuse."""
        self.asked.append(self.clock.now)
        raise TimeoutError


def test_asked_to_stop_it_starts_nothing_more(store: Store, clock: Clock) -> None:
    store()
    ran: list[str] = []
    worker = Worker([Job("note", 60, lambda: ran.append("ran"))], clock=clock)
    worker.stop()
    worker.tick()
    worker.run()
    assert (ran, mail.outbox) == ([], [])


def test_rooms_register_their_jobs() -> None:
    names = [job.name for job in registered_jobs()]
    assert {"purge expired", "announce held messages"} <= set(names)
    assert len(names) == len(set(names))


def test_two_jobs_cannot_share_a_name() -> None:
    registered_jobs()
    with pytest.raises(ValueError, match="purge expired"):
        periodic("purge expired", every_seconds=1)(lambda: None)


class SlowBackend(BaseEmailBackend):
    """A mail server that takes one second for a mail."""

    clock: Clock
    taken: list[float]

    def send_messages(self, email_messages: object) -> int:
        """Take it."""
        self.clock.now += 1
        self.taken.append(self.clock.now)
        return 1


def test_jobs_are_not_kept_waiting_by_a_long_queue(
    store: Store, clock: Clock, settings: Settings
) -> None:
    settings.MAIL_TRANSPORT = f"{__name__}.SlowBackend"
    SlowBackend.clock, SlowBackend.taken = clock, []
    for number in range(20):
        store(f"p{number}@example.com", X_Purpose="notice")
    ran: list[float] = []
    jobs = [Job(name, 3600, lambda: ran.append(clock.now)) for name in ("alarms", "destroy")]
    worker = Worker(jobs, clock=clock)
    worker.tick()
    assert ran == [1002, 1004]
    assert worker.more_is_due
    for _ in range(9):
        worker.tick()
    assert (len(SlowBackend.taken), worker.more_is_due) == (20, False)


def test_mail_is_not_kept_waiting_by_the_next_job(store: Store, clock: Clock) -> None:
    seen: list[int] = []
    jobs = [Job("one", 60, store), Job("two", 60, lambda: seen.append(len(mail.outbox)))]
    Worker(jobs, clock=clock).tick()
    assert seen == [1]


def test_job_is_left_at_once_when_the_worker_is_asked_to_end(db: None, clock: Clock) -> None:
    ran: list[str] = []

    def asked_in_between() -> None:
        ran.append("begun")
        try:
            worker.stop()
        except Exception:  # noqa: BLE001 - what a careless job does
            ran.append("held up")
        ran.append("gone on")

    jobs = [Job("long", 60, asked_in_between), Job("next", 60, lambda: ran.append("next"))]
    worker = Worker(jobs, clock=clock)
    worker.run()
    assert ran == ["begun"]


def test_mail_in_hand_is_finished_when_the_worker_is_asked_to_end(
    store: Store, clock: Clock, settings: Settings
) -> None:
    settings.MAIL_TRANSPORT = f"{__name__}.AskingBackend"
    row = store()
    store("second@example.com")
    worker = Worker([], clock=clock)
    AskingBackend.stop = worker.stop
    worker.run()
    assert [mail.state for mail in OutboxMail.objects.order_by("pk")] == ["sent", "waiting"]
    row.refresh_from_db()
    assert row.attempts == 1


class AskingBackend(BaseEmailBackend):
    """A mail server during whose answer the worker is asked to end."""

    stop: Callable[[], None]

    def send_messages(self, email_messages: object) -> int:
        """Ask, and take the mail."""
        type(self).stop()
        return 1


class Apart:
    """Starts a small program in place of a job, and keeps its process."""

    def __init__(self, program: str) -> None:
        self.program = program
        self.started: list[str] = []
        self.processes: list[subprocess.Popen[bytes]] = []

    def __call__(self, job: Job) -> "subprocess.Popen[bytes]":
        self.started.append(job.name)
        process = subprocess.Popen(
            [sys.executable, "-S", "-c", self.program], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        with process.stdout:  # until it says that it runs, or has ended
            process.stdout.readline()
        self.processes.append(process)
        return process


SLEEP = "import time; print(flush=True); time.sleep(60)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"


def test_jobs_apart_run_one_after_another_and_hold_nobody_up(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    apart = Apart("raise SystemExit(3)")
    ran: list[str] = []
    jobs = [
        Job("look", 60, lambda: ran.append("look"), apart=True),
        Job("idle", 60, lambda: ran.append("idle"), apart=True, when=lambda: False),
        Job("purge", 60, lambda: ran.append("purge"), apart=True),
        Job("short", 60, lambda: ran.append("short")),
    ]
    worker = Worker(jobs, clock=clock, start=apart)
    worker.tick()
    assert (apart.started, ran) == (["look"], ["short"])
    apart.processes[0].wait()
    store()
    worker.tick()
    assert apart.started == ["look", "purge"]
    assert len(mail.outbox) == 2  # the one that waited, and what the owners are told
    assert "Job look failed: its process has ended with 3." in caplog.text
    worker.end_apart()


@pytest.mark.parametrize(("program", "ended_by"), [(SLEEP, signal.SIGTERM), (DEAF, signal.SIGKILL)])
def test_worker_that_ends_takes_the_job_apart_along(
    db: None, clock: Clock, program: str, ended_by: signal.Signals
) -> None:
    apart = Apart(program)

    def stop_when_it_runs(job: Job) -> "subprocess.Popen[bytes]":
        process = apart(job)
        worker.stop()
        return process

    worker = Worker([Job("look", 60, list, apart=True)], clock=clock, start=stop_when_it_runs)
    worker.run()
    assert [process.poll() for process in apart.processes] == [-ended_by]


def test_job_apart_that_hangs_is_ended(
    db: None, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    apart = Apart(SLEEP)
    worker = Worker([Job("look", 7200, list, apart=True)], clock=clock, start=apart)
    worker.tick()
    clock.now += 3601
    worker.tick()
    assert [process.poll() for process in apart.processes] == [-signal.SIGTERM]
    assert "Job look does not come to an end; it is stopped." in caplog.text


def test_one_round_waits_for_the_jobs_apart(db: None) -> None:
    apart = Apart("pass")
    jobs = [Job(name, 3600, list, apart=True) for name in ("look", "purge")]
    assert Worker(jobs, start=apart).run_once() is True
    assert apart.started == ["look", "purge"]
    assert [process.poll() for process in apart.processes] == [0, 0]


@pytest.fixture
def niceness(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What a command asks for: this process keeps its priority, and its signals."""
    asked: list[int] = []
    monkeypatch.setattr("os.nice", asked.append)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    return asked


def test_job_can_be_run_by_name_with_its_priority(
    db: None, niceness: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    jobs = (Job("look", 60, lambda: ran.append("look"), niceness=10),)
    monkeypatch.setattr("outbox.management.commands.run_job.registered_jobs", lambda: jobs)
    call_command("run_job", "look")
    assert (ran, niceness) == (["look"], [10])
    with pytest.raises(CommandError, match=r"^There is no such job\. There are: look$"):
        call_command("run_job", "other")


@pytest.mark.parametrize(
    ("is_ours", "is_due", "ran"),
    [(True, True, ["look"]), (False, True, []), (True, False, [])],
    ids=["nobody has it", "another worker has it in hand", "another worker has just done it"],
)
def test_of_several_workers_one_runs_a_job_apart(
    db: None, niceness: list[int], monkeypatch: pytest.MonkeyPatch, is_ours, is_due, ran
) -> None:
    asked: list[str] = []
    done: list[str] = []

    @contextmanager
    def in_hand(name: str) -> Iterator[bool]:
        asked.append(name)
        yield is_ours

    jobs = (Job("look", 60, lambda: done.append("look"), apart=True, when=lambda: is_due),)
    monkeypatch.setattr("outbox.management.commands.run_job.registered_jobs", lambda: jobs)
    monkeypatch.setattr("outbox.management.commands.run_job.in_hand", in_hand)
    call_command("run_job", "look", "--in-turn")
    assert (asked, done) == (["look"], ran)
    call_command("run_job", "look")  # who asks by hand gets it
    assert (asked, done) == (["look"], [*ran, "look"])


def test_job_that_fails_apart_says_so_and_tells_no_secret(
    db: None,
    niceness: list[int],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise RuntimeError("ann@example.com has the password swordfish")

    jobs = (Job("bad", 60, fail),)
    monkeypatch.setattr("outbox.management.commands.run_job.registered_jobs", lambda: jobs)
    with pytest.raises(CommandError, match=r"^The job failed\.$"):
        call_command("run_job", "bad")
    assert "Job bad failed: RuntimeError at " in caplog.text
    assert "swordfish" not in caplog.text


def test_a_mistake_of_ours_is_told_without_its_text_and_ends_nothing(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(**options: object) -> int:
        raise KeyError("ann@example.com")

    monkeypatch.setattr("outbox.worker.deliver_due", stumble)
    with caplog.at_level(logging.DEBUG):
        assert Worker([], clock=clock).tick() is False
    assert "The worker stumbled: KeyError at " in caplog.text
    assert "ann@example.com" not in caplog.text


def test_it_sleeps_in_slices_so_that_a_signal_is_heard_at_once(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker([], clock=clock)
    slices: list[float] = []

    def sleep(seconds: float) -> None:
        slices.append(seconds)
        clock.now += seconds
        if len(slices) == 5:
            worker.stop()

    monkeypatch.setattr("outbox.worker.time", SimpleNamespace(sleep=sleep))
    worker.sleep(0.5)
    assert slices == pytest.approx([0.2, 0.2, 0.1])
    worker.sleep(10)
    assert slices[3:] == [0.2, 0.2]


def test_it_works_until_asked_to_stop_and_waits_longer_for_a_database(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker([], clock=clock)
    rounds = [True, False]
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if not rounds:
            worker.stop()

    monkeypatch.setattr(worker, "tick", lambda: rounds.pop(0))
    monkeypatch.setattr(worker, "sleep", wait)
    worker.run()
    assert waits == [1, 5]


def test_after_a_job_that_finds_no_database_the_connection_is_made_anew(
    db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    monkeypatch.setattr("outbox.worker.close_old_connections", lambda: closed.append("old"))
    worker = Worker([Job("bad", 60, locked), Job("odd", 60, lambda: 1 // 0)], clock=clock)
    assert worker.tick() is True
    assert closed == ["old"]


def test_one_round_goes_on_while_more_is_due_and_ends_where_no_database_is(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker([], clock=clock)
    rounds: list[bool] = []

    def tick() -> bool:
        rounds.append(True)
        worker.more_is_due = len(rounds) < 3
        return True

    monkeypatch.setattr(worker, "tick", tick)
    assert worker.run_once() is True
    assert len(rounds) == 3
    monkeypatch.setattr(worker, "tick", lambda: False)
    assert worker.run_once() is False
    worker.stop()
    assert worker.run_once() is True


def test_it_takes_no_rest_while_more_is_due(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker([], clock=clock)
    waits: list[float] = []
    rounds: list[bool] = []

    def tick() -> bool:
        rounds.append(True)
        worker.more_is_due = len(rounds) == 1
        return True

    def wait(seconds: float) -> None:
        waits.append(seconds)
        worker.stop()

    monkeypatch.setattr(worker, "tick", tick)
    monkeypatch.setattr(worker, "sleep", wait)
    worker.run()
    assert (len(rounds), waits) == (2, [1])
