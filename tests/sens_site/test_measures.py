"""The figures that are read from the database are those of its rows, and hold nothing of them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.mail import EmailMessage
from prometheus_client.core import Metric

from outbox.models import NOTICE, JobRun, OutboxMail
from privacy.consent.models import DailyChoice
from privacy.policy.models import PolicyVersion
from privacy.promises.models import PromiseResult
from privacy.rights.models import SubjectRequest
from sens_site import measures
from sens_site.measures import Measures, promises
from sens_site.readiness import Readiness
from tests.sens_site.test_readiness import WELL, fail
from tests.subject import make_subject

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def read(seen: Mapping[str, tuple[str, ...]] = WELL) -> dict[str, float]:
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in Measures(Readiness(dict(seen))).collect()
        for sample in family.samples
    }


def test_checks_are_one_or_nought():
    seen = {**WELL, "worker": ("No job has run.",)}
    assert {name: value for name, value in read(seen).items() if "site_check" in name} == {
        "site_check database": 1, "site_check guards": 1, "site_check chains": 1,
        "site_check disk": 1, "site_check clock": 1, "site_check mails": 1,
        "site_check worker": 0,
    }  # fmt: skip


def test_a_database_that_goes_away_after_the_look_takes_only_its_own_figures_away(monkeypatch):
    def away() -> Iterator[Metric]:
        yield from map(fail, [0])

    monkeypatch.setattr(measures, "stored", away)
    names = {name.partition(" ")[0] for name in read()}
    assert names == {"site_info", "site_check", "site_disk_free_bytes"}


def test_the_queue_is_as_old_as_the_mail_that_has_been_due_for_longest():
    for purpose in ("service", "service", "service", NOTICE):
        EmailMessage("S", "T", to=["ann@example.com"], headers={"X-Purpose": purpose}).send()
    first, second, third, notice = OutboxMail.objects.order_by("pk")
    due = {first: 300, second: 20, third: 9000, notice: 7200}
    for mail, seconds in due.items():
        mail.due_at = NOW - timedelta(seconds=seconds)
        mail.parked_at = NOW if mail == third else None
        mail.save()
    assert {name: value for name, value in read().items() if "site_mail" in name} == {
        "site_mails_waiting one": 2, "site_mails_waiting many": 1,
        "site_mail_oldest_due_seconds one": 300, "site_mail_oldest_due_seconds many": 7200,
        "site_mails_parked": 1,
    }  # fmt: skip


def test_an_empty_queue_is_not_old():
    assert read()["site_mail_oldest_due_seconds one"] == 0


def test_jobs_say_when_they_began_and_ended_and_one_that_never_ended_says_nothing():
    JobRun.objects.create(name="purge", started_at=NOW, succeeded_at=NOW - timedelta(hours=1))
    JobRun.objects.create(name="look", started_at=NOW)
    assert {name: value for name, value in read().items() if "site_job" in name} == {
        "site_job_last_start_timestamp_seconds purge": NOW.timestamp(),
        "site_job_last_start_timestamp_seconds look": NOW.timestamp(),
        "site_job_last_success_timestamp_seconds purge": NOW.timestamp() - 3600,
    }


def test_answers_to_the_banner_are_those_of_today():
    DailyChoice.objects.create(day="2026-11-25", outcome="nothing", count=7)
    DailyChoice.objects.create(day="2026-11-24", outcome="all", count=9)
    assert {name: value for name, value in read().items() if "consent" in name} == {
        "site_consent_answers_today all": 0, "site_consent_answers_today some": 0,
        "site_consent_answers_today nothing": 7, "site_consent_answers_today withdrawn": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("due", "left"),
    [
        ("2026-11-24", "late"),
        ("2026-11-25", "a week"),
        ("2026-12-02", "a week"),
        ("2026-12-03", "longer"),
    ],
)
def test_open_requests_are_counted_by_the_time_that_is_left(due, left):
    for closed_at in (None, NOW):
        SubjectRequest.objects.create(
            kind="access", channel="form", due_on=due, closed_at=closed_at
        )
    counts = dict.fromkeys(("late", "a week", "longer"), 0) | {left: 1}
    assert {
        name.removeprefix("site_privacy_requests "): value
        for name, value in read().items()
        if "requests" in name
    } == counts


def test_promises_are_counted_by_state_and_broken_ones_are_named():
    def result(claim: str, state: str, look: str = "now", *, days: int = 0) -> None:
        PromiseResult.objects.create(
            claim_id=claim, check_name=claim, look=look, strength="shown", state=state,
            words="Ann was here.", checked_at=NOW - timedelta(days=days),
        )  # fmt: skip

    before = read()
    result("cookies.none-before-consent", "broken", days=3)
    result("cookies.several-types", "kept")
    result("site.nowhere-in-the-policy", "broken", "rows")
    after = read()
    changed = {
        name: value - before.get(name, 0)
        for name, value in after.items()
        if "promise" in name and value != before.get(name, 0)
    }
    assert changed == {
        "site_promises broken": 1,
        "site_promises kept": 1,
        "site_promises unchecked": -2,
        "site_promise_broken cookies.none-before-consent": 1,
        "site_promises_oldest_look_timestamp_seconds now": NOW.timestamp() - 3 * 24 * 3600,
        "site_promises_oldest_look_timestamp_seconds rows": NOW.timestamp(),
    }


def test_before_the_first_policy_nothing_is_promised(monkeypatch):
    monkeypatch.setattr(PolicyVersion.objects, "in_force", lambda slug: None)
    (states, broken, _) = promises()
    assert {sample.value for sample in states.samples} == {0}
    assert broken.samples == []


def test_what_is_known_of_a_person_is_in_none_of_them():
    """One who is in every table that holds people."""
    person = make_subject()
    told = str(read()).lower()
    words = (person.username, person.email, person.name, person.company, person.phone, "20 7946")
    assert [word for word in words if word.lower() in told] == []
