"""What keeps an instance from being sent requests, and what only needs a person."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import OperationalError, models
from django.utils import timezone

from outbox.models import NOTICE, JobRun, OutboxMail
from privacy.datamap.models import ClockStamp
from privacy.policy.head_log import append_heads
from privacy.policy.models import HeadLogEntry
from sens_site import readiness
from sens_site.lib import row_guards
from sens_site.readiness import LEAST_FREE_BYTES, Lookout, free_bytes, look, places

pytestmark = pytest.mark.django_db
WELL = dict.fromkeys(("database", "guards", "chains", "disk", "clock", "mails", "worker"), ())


@pytest.fixture(autouse=True)
def running(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that has run a job just now, on a site that was set up just now."""
    monkeypatch.setattr("outbox.job_runs.set_up_at", timezone.now)
    JobRun.objects.create(name="log heads at once", started_at=timezone.now())


def wrong() -> dict[str, tuple[str, ...]]:
    """Return what is found, without what is well."""
    return {name: words for name, words in look().found.items() if words}


def test_a_site_that_runs_is_ready_and_well():
    seen = look()
    assert seen.found == WELL
    assert (seen.is_ready, seen.is_well) == (True, True)


def test_without_a_database_it_is_not_ready_and_says_what_could_not_be_looked_at(monkeypatch):
    def away(seconds: float) -> None:
        raise OperationalError("could not connect to server at 10.1.2.3 as site")

    monkeypatch.setattr(readiness, "answer_within", away)
    seen = look()
    assert seen.is_ready is False
    assert seen.found["database"] == (
        "The database cannot be used (OperationalError): see DATABASE_URL and its server.",
    )
    unseen = {name for name, words in seen.found.items() if words == (readiness.UNSEEN,)}
    assert unseen == {"guards", "chains", "clock", "mails", "worker"}
    assert seen.found["disk"] == ()


def fail(number: int) -> str:
    raise OperationalError


def test_a_database_that_goes_away_between_two_looks_is_said_where_it_is_met(monkeypatch):
    def away() -> Iterator[str]:
        yield from map(fail, [0])

    checks = [SimpleNamespace(name="guards", stops=True, look=away)]
    monkeypatch.setattr(readiness, "CHECKS", tuple(checks))
    seen = look()
    assert seen.found == {"guards": ("Could not be looked at. (OperationalError)",)}
    assert seen.is_ready is False


def test_a_guard_that_is_gone_stops(monkeypatch):
    with row_guards.lifted():
        (words,) = wrong()["guards"]
        assert look().is_ready is False
    assert "guards that freeze rows are missing or changed, first guard_" in words
    assert words.endswith("manage.py migrate, then manage.py verify_policy.")


def test_a_chain_without_the_head_that_was_logged_of_it_stops():
    append_heads()
    with row_guards.lifted():
        models.QuerySet(HeadLogEntry).filter(chain="policy-privacy").update(head="f" * 64)
    (words,) = wrong()["chains"]
    assert words.startswith("The chain policy-privacy no longer has the head that was logged of it")
    assert look().is_ready is False


def test_too_little_room_on_a_disk_stops_and_is_named_once(monkeypatch):
    usage = SimpleNamespace(free=LEAST_FREE_BYTES)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert "disk" not in wrong()
    usage.free -= 1_000_000
    said = wrong()["disk"]
    assert [words.partition(" are free")[0] for words in said] == ["199 MB"] * len(said)
    assert len(said) == len(free_bytes())
    assert look().is_ready is False


def test_each_disk_is_looked_at_once_and_also_where_no_folder_is_yet(tmp_path, monkeypatch):
    played = {"FIRST": tmp_path / "not" / "there", "SECOND": tmp_path, "THIRD": Path("/proc")}
    free = {tmp_path: 5, Path("/proc"): 7}
    monkeypatch.setattr(readiness, "places", lambda: played)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free[path]))
    assert free_bytes() == {"FIRST": 5, "THIRD": 7}


def test_a_server_of_the_database_has_its_disk_elsewhere(monkeypatch):
    names = {"ERASURE_LEDGER", "PRIVATE_ROOT", "MEDIA_ROOT", "DOCUMENTS_ROOT"}
    for vendor, expected in (("sqlite", names | {"DATABASE_URL"}), ("postgresql", names)):
        played: Any = SimpleNamespace(vendor=vendor, settings_dict={"NAME": "site.sqlite3"})
        monkeypatch.setattr(readiness, "connection", played)
        assert set(places()) == expected
        assert all(path.is_absolute() for path in places().values())


def test_a_clock_that_has_moved_or_was_set_back_needs_a_person_and_stops_nothing():
    now = timezone.now()
    stamp = ClockStamp.objects.create(
        pk=1, last_seen=now + timedelta(minutes=4), largest_seen=now, moved_at=None
    )
    assert wrong() == {}
    stamp.last_seen += timedelta(minutes=2)
    stamp.moved_at = now
    stamp.save()
    assert [words.partition(":")[0] for words in wrong()["clock"]] == [
        "The clock has moved, or the worker has not run for a day",
        "The clock reads less than when the database was last told the time",
    ]
    assert (look().is_ready, look().is_well) == (True, False)


@pytest.mark.parametrize(("minutes", "late"), [(59, False), (61, True)])
def test_a_mail_that_waits_for_more_than_an_hour_needs_a_person(minutes, late):
    EmailMessage("Subject", "Text", to=["ann@example.com"]).send()
    OutboxMail.objects.update(due_at=timezone.now() - timedelta(minutes=minutes))
    assert ("mails" in wrong(), look().is_ready) == (late, True)


def test_notices_to_many_may_wait_for_their_cap():
    EmailMessage("Subject", "Text", to=["ann@example.com"], headers={"X-Purpose": NOTICE}).send()
    OutboxMail.objects.update(due_at=timezone.now() - timedelta(days=1))
    assert wrong() == {}


def test_a_worker_that_is_silent_needs_a_person_and_takes_no_site_away():
    JobRun.objects.update(started_at=timezone.now() - timedelta(minutes=31))
    (words,) = wrong()["worker"]
    assert words.startswith("No job has run for half an hour: is manage.py worker alive?")
    assert (look().is_ready, look().is_well) == (True, False)


def test_whoever_asks_often_is_given_what_was_seen_two_seconds_ago():
    now = [0.0]
    lookout = Lookout(clock=lambda: now[0])
    first = lookout.readiness()
    JobRun.objects.all().delete()
    now[0] = 1.9
    assert lookout.readiness() is first
    now[0] = 2.0
    assert lookout.readiness().is_well is False


def test_to_look_costs_few_statements_and_writes_nothing(django_assert_max_num_queries):
    append_heads()
    with django_assert_max_num_queries(60) as seen:
        look()
    begun_with = {query["sql"].split()[0] for query in seen.captured_queries}
    assert begun_with <= {"SELECT", "PRAGMA"}
