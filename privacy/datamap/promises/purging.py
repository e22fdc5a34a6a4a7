"""What promises about a period ask beside playing their own through.

The periods are literals, copied from "How long we keep information": neither the data map nor the
purge is asked for them. Months are counted here by themselves, too.
"""

import logging
import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Max, Min, QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from outbox.job_runs import idle_since
from outbox.jobs import Job, registered_jobs
from outbox.models import JobRun
from privacy.datamap.agreement import sentences
from privacy.datamap.holds import held_subjects, without_held
from privacy.datamap.models import ClockStamp, PurgeFailure
from privacy.datamap.promises.picked_out import DONE_BY, ENDED_BY, nothing_more_is_picked_out
from privacy.datamap.promises.rules import rules_are_those_that_are_known
from privacy.datamap.promises.schedules import (
    comes_as_often_as_it_should,
    waits_for_what_is_known,
)
from privacy.datamap.promises.written_times import times_are_written_where_it_is_known
from privacy.policy.promises.record import in_force
from privacy.promises.after_commit import as_if_committed
from privacy.promises.registry import Figure, require

SAID = {
    "newsletter.unconfirmed": {"seven days"},
    "retention.idle-account": {"one year", "30 days"},
    "retention.messages": {"24 months"},
    "retention.requests": {"12 months", "36 months"},
    "retention.sent-mail": {"14 days"},
    "retention.consent-receipts": {"three years"},
    "retention.visits": {"30 days"},
    "retention.downloads": {"24 months"},
    "retention.access-logs": {"30 days"},
    "retention.backups": {"35 days"},
}
"""The periods that the sentences give, word by word."""
PERIOD = re.compile(
    r"(?<!\w)(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|thirty)"
    r" (?:hour|day|week|month|year)s?(?!\w)",
    re.IGNORECASE,
)
PURGE = "purge expired"
IDLE_ACCOUNTS = "idle accounts"
ALARMS = "request alarms"
AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
LATE = timedelta(days=2)
"""What is over for longer than this has been missed by a job that runs every day."""
Day = TypeVar("Day", date, datetime)


def months_from(day: Day, months: int) -> Day:
    """Return the same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def sentence_gives_its_periods(promise: str) -> None:
    """Require that the sentence of the policy in force gives the periods that are tried here."""
    sentence = sentences(in_force().source_text).get(promise, "")
    given = {found.lower() for found in PERIOD.findall(sentence)}
    require(given == SAID[promise], f"the policy gives other periods: {sorted(given)}")


def _job(name: str) -> Job:
    found = [job for job in registered_jobs() if job.name == name]
    require(len(found) == 1, f"no job is named “{name}”")
    return found[0]


def runs_daily(name: str) -> None:
    """Require that the worker has a job that keeps a promise, and comes to it as it should."""
    comes_as_often_as_it_should(_job(name))
    nothing_more_is_picked_out(*DONE_BY.get(name, ()))


def is_due(name: str) -> None:
    """Require that a job waits for what is known, and finds that there is something to do."""
    waits_for_what_is_known(_job(name))
    due = _job(name).when()
    require(due, f"there is something to do, and the job “{name}” finds that there is not")


def done_by_the_job(name: str) -> None:
    """Let a job do its work as the worker would, on a day with a steady clock. In a rehearsal."""
    ClockStamp.objects.update(last_seen=timezone.now(), moved_at=None)
    is_due(name)
    carried_out(name)


def carried_out(name: str) -> None:
    """Let a job do its work, whenever the worker comes to it. In a rehearsal.

    Where nothing is promised but that it leaves something as it is: whether it runs as it should is
    said by the promises that need its work.
    """
    ClockStamp.objects.update(last_seen=timezone.now(), moved_at=None)
    for job in registered_jobs():
        if job.name == name:
            _run_quietly(job)


def _run_quietly(job: Job) -> None:
    # People watch the log, and nothing of this has happened.
    before = logging.root.manager.disable
    logging.disable(max(before, logging.INFO))
    try:
        with as_if_committed():
            job.run()
    finally:
        logging.disable(before)


def purge_keeps(promise: str) -> None:
    """Require that the sentence gives its periods, and that the purge can carry out its rules."""
    sentence_gives_its_periods(promise)
    runs_daily(PURGE)
    nothing_more_is_picked_out(*ENDED_BY.get(promise, ()))
    times_are_written_where_it_is_known(promise)
    rules_are_those_that_are_known(promise)
    failed = PurgeFailure.objects.filter(promise=promise).first()
    require(failed is None, f"the purge cannot carry out its rule: {failed}")


def ran_lately(name: str, *, within: timedelta = LATE) -> dict[str, Figure]:
    """Require that a job has come to its end lately, if the site is that old; return when."""
    days, now = within.days, timezone.now()
    require(
        -within <= now - idle_since(name) <= within,
        f"the job “{name}” has not come to its end for more than {days} day{'s' * (days != 1)}",
    )
    # After a jump of the clock deletions rest for a day.
    jumps = ClockStamp.objects.exclude(moved_at=None).values_list("moved_at", flat=True)
    rests = any(moved and not timedelta() <= now - moved <= LATE for moved in jumps)
    require(not rests, "deletions rest for longer than a jump of the clock is a reason to")
    ended = JobRun.objects.filter(name=name).values_list("succeeded_at", flat=True).first()
    said = date_format(timezone.localtime(ended), "DATETIME_FORMAT") if ended else "not yet"
    return {f"“{name}” last ran": said}


def nothing_is_over(
    what: str, rows: QuerySet[Any], moment: str, *, before: datetime
) -> dict[str, Figure]:
    """Require that no row's moment lies before a limit, nor in the future, where no limit ends it.

    What has been over for two days only may still wait for the purge, and what is of somebody who
    asked for it to be stored and not used waits for that person. Return the figures.
    """
    now, held = timezone.now(), held_subjects()
    rows = without_held(rows, held)
    late = rows.filter(**{f"{moment}__lt": before - LATE}).count()
    require(not late, f"{late} {what}")
    ends = rows.aggregate(first=Min(moment), last=Max(moment))
    ahead = ends["last"] is not None and ends["last"] > now + LATE
    require(not ahead, f"of the {what} one bears a date that is still to come, and never ends")
    left_out = {"people whose rows are held": len(held)} if held else {}
    return {what: late, "the oldest": age(ends["first"]), **left_out}


def age(moment: datetime | None) -> str:
    """Say how old something is, in round numbers."""
    if moment is None:
        return "none"
    days = max((timezone.now() - moment).days, 0)
    return f"{days} days" if days < 60 else f"{days // 30} months"
