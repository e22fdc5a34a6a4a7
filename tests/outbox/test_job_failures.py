"""A job that fails is told to the owners, once a day, without what went wrong."""

import signal
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError

from outbox.job_failures import tell_owners
from outbox.jobs import Job
from outbox.management.commands import run_job
from outbox.models import OutboxMail
from outbox.worker import Worker
from tests.factories.people import make_staff

pytestmark = pytest.mark.django_db


def broken() -> object:
    raise ValueError("ada@customer.test")


def told() -> list[tuple[str, str]]:
    return list(OutboxMail.objects.values_list("recipient", "subject"))


def test_owners_learn_of_a_job_that_fails_once_a_day():
    make_staff("owner")
    worker = Worker([Job("purge", 60, broken)])
    for _ in range(2):
        assert worker.run_job(worker.jobs[0]) is True
    assert told() == [("owner@company.test", "A job of the website has failed: purge")]
    assert b"ada@customer.test" not in bytes(OutboxMail.objects.get().message)


def test_a_job_apart_that_ends_badly_or_never_is_told_as_well():
    class Ended:
        def __init__(self, status: int | None) -> None:
            self.status = status

        def poll(self) -> int | None:
            return self.status

        def terminate(self) -> None:
            self.status = 0

        def wait(self, timeout: float | None = None) -> int:
            return 0

    for status in (1, None):
        clock = iter([0.0] * 3 + [10_000.0] * 9)
        start: Any = lambda job, status=status: Ended(status)  # noqa: E731 - as the worker takes it
        job = Job(f"look {status}", 60, broken, apart=True)
        worker = Worker([job], clock=partial(next, clock), start=start)
        worker.run_job(job)
        worker.look_after_apart()
    assert [subject.rpartition(": ")[2] for _, subject in told()] == [
        "look None",
        "look 1",
    ]


def test_without_a_database_the_log_has_to_do(monkeypatch, caplog):
    def locked(*args: object, **kwargs: object) -> int:
        raise OperationalError("locked")

    monkeypatch.setattr("outbox.backend.store_mail", locked)
    tell_owners("purge")
    assert "No mail could be stored about it (OperationalError)" in caplog.text


def test_a_job_that_is_told_to_end_puts_away_what_is_open_and_hears_no_second_word(monkeypatch):
    heard: dict[int, object] = {}
    monkeypatch.setattr(signal, "signal", heard.__setitem__)
    with pytest.raises(SystemExit) as ended:
        run_job._end(signal.SIGTERM, None)
    assert ended.value.code == 143
    assert heard == {signal.SIGTERM: signal.SIG_IGN, signal.SIGINT: signal.SIG_IGN}
