"""The loop goes on whatever happens, and stops when asked."""

import logging
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
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
    with pytest.raises(ValueError, match="purge expired"):
        periodic("purge expired", every_seconds=1)(lambda: None)


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


def test_it_sleeps_in_slices_so_that_a_signal_is_heard_within_a_second(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker([], clock=clock)
    slices: list[float] = []

    def sleep(seconds: float) -> None:
        slices.append(seconds)
        clock.now += seconds
        if len(slices) == 5:
            worker.stop()

    monkeypatch.setattr("time.sleep", sleep)
    worker.sleep(2.5)
    assert slices == [1.0, 1.0, 0.5]
    worker.sleep(10)
    assert slices[3:] == [1.0, 1.0]


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
