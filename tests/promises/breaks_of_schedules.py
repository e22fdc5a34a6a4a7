"""Breaks of when the worker comes to its jobs, and of what it leaves out where a setting says so."""

from dataclasses import replace
from typing import Any

from django.utils import timezone

from outbox import jobs
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_stored_data import BY_THE_PURGE, adds
from tests.promises.hand import Hand

A_WEEK = 7 * 24 * 3600
BY_THE_WORKER = (
    "retention.account", "retention.consent-receipts", "retention.downloads",
    "retention.idle-account", "retention.messages", "retention.newsletter", "retention.requests",
    "retention.sent-mail", "retention.visits",
)  # fmt: skip


def _job(hand: Hand, name: str, **changes: Any) -> None:
    jobs.registered_jobs()
    hand.item(jobs._registry, name, replace(jobs._registry[name], **changes))


@breaks("rights.within-three-months")
def alarms_of_requests_on_weekdays_of_a_kind(hand: Hand) -> None:
    _job(hand, "request alarms", when=lambda: timezone.localdate().year > 2000)


@breaks("downloads.notices")
def watchers_that_are_told_every_hour(hand: Hand) -> None:
    _job(hand, "tell watchers", every_seconds=3600)


@breaks("security.against-change", way=Way.CONFIGURATION)
def heads_that_are_logged_once_a_week(hand: Hand) -> None:
    _job(hand, "log heads at once", every_seconds=A_WEEK)


@breaks("policy.verifier")
def checks_that_wait_for_a_monday(hand: Hand) -> None:
    _job(hand, "verify promises", when=lambda: timezone.localdate().weekday() == 0)


@breaks("policy.verifier", way=Way.CONFIGURATION)
def a_look_from_outside_once_a_week(hand: Hand) -> None:
    _job(hand, "look from outside", every_seconds=A_WEEK)


@breaks(*BY_THE_PURGE, way=Way.CONFIGURATION)
def a_purge_of_as_many_rows_as_a_setting_says(hand: Hand) -> None:
    adds(hand, "privacy/datamap/retention.py", "CAP = getattr(settings, 'PURGE_CAP', 10_000)")


@breaks(*BY_THE_WORKER, way=Way.CONFIGURATION)
def jobs_that_the_environment_switches_off(hand: Hand) -> None:
    adds(
        hand,
        "outbox/management/commands/worker.py",
        "OFF = os.environ.get('JOBS_OFF', '').split(',')",
    )


@breaks(*BY_THE_WORKER)
def a_worker_that_is_given_some_of_the_jobs(hand: Hand) -> None:
    def some(old: Any, path: str) -> str:
        return str(old(path)).replace("Worker(registered_jobs())", "Worker(_wanted())")

    hand.wrap("sens_site.promises.worker_loop.source_of", some)
