"""What the worker counts for whoever watches: mails by what became of them, and runs of jobs."""

import smtplib

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from outbox.delivery import TransportDownError, deliver_due
from outbox.jobs import Job
from outbox.models import LEASE, MOST_TRIES, OutboxMail
from outbox.worker import Worker
from sens_site.lib.metrics import COUNTED

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def counts() -> dict[str, float]:
    """Return what has been counted, by outcome and by job."""
    return {
        " ".join(sample.labels.values()): sample.value
        for metric in COUNTED.collect()
        for sample in metric.samples
        if sample.name in ("site_mails_total", "site_job_runs_total")
    }


@pytest.fixture
def since():
    """What is counted from now on."""
    before = counts()
    return lambda: {k: v - before.get(k, 0) for k, v in counts().items() if v != before.get(k, 0)}


class RefusingBackend(BaseEmailBackend):
    def send_messages(self, email_messages: object) -> int:
        raise smtplib.SMTPDataError(554, b"no")


class AwayBackend(BaseEmailBackend):
    def open(self) -> bool:
        raise ConnectionRefusedError


def write() -> None:
    EmailMessage("Subject", "Text", to=["ann@example.com"]).send()


def test_a_mail_that_is_sent(since):
    write()
    deliver_due()
    assert since() == {"sent": 1}


@pytest.mark.parametrize(("tries", "outcome"), [(0, "failed"), (MOST_TRIES - 1, "parked")])
def test_a_mail_that_is_refused_and_one_that_is_given_up(settings, since, tries, outcome):
    settings.MAIL_TRANSPORT = f"{__name__}.RefusingBackend"
    write()
    OutboxMail.objects.update(attempts=tries)
    deliver_due()
    assert since() == {outcome: 1}
    assert OutboxMail.objects.get().state == ("parked" if outcome == "parked" else "waiting")


def test_a_mail_whose_worker_never_came_back(since):
    write()
    OutboxMail.objects.update(attempts=MOST_TRIES, claim="x", lease_until=timezone.now() - LEASE)
    deliver_due()
    assert since() == {"parked": 1}


def test_a_server_that_is_away_costs_no_mail_a_try(settings, since):
    settings.MAIL_TRANSPORT = f"{__name__}.AwayBackend"
    write()
    with pytest.raises(TransportDownError):
        deliver_due()
    assert since() == {"no server": 1}


def fail() -> None:
    raise LookupError


def test_a_job_that_comes_to_its_end_and_one_that_fails(since):
    jobs = [
        Job("good", 60, lambda: None),
        Job("bad", 60, fail),
        Job("idle", 60, fail, when=lambda: False),
    ]
    Worker(jobs, clock=lambda: 0.0).run_jobs()
    assert {k: v for k, v in since().items() if "sent" not in k} == {
        "good done": 1,
        "bad failed": 1,
    }


class Ended:
    """A process apart that has ended, or that never does."""

    def __init__(self, status: int | None) -> None:
        self.status = status

    def poll(self) -> int | None:
        return self.status

    def terminate(self) -> None:
        self.status = -15

    def wait(self, seconds: float = 0) -> None:
        return


@pytest.mark.parametrize(("status", "outcome"), [(0, "done"), (1, "failed"), (None, "failed")])
def test_a_job_that_runs_apart_is_counted_and_timed_when_it_has_ended(since, status, outcome):
    now = [0.0]
    worker = Worker(
        [Job("long", 60, fail, apart=True)],
        clock=lambda: now[0],
        start=lambda job: Ended(status),  # type: ignore[arg-type, return-value]
    )
    before = COUNTED.get_sample_value("site_job_seconds_sum", {"job": "long"}) or 0.0
    worker.run_jobs()
    assert since() == {}
    now[0] = 4000.0
    worker.look_after_apart()
    assert since() == {f"long {outcome}": 1}
    assert COUNTED.get_sample_value("site_job_seconds_sum", {"job": "long"}) == before + 4000.0
