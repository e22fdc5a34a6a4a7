"""Breaks of the promises about loss, and of jobs that run and leave their work undone."""

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.utils import timezone

from outbox import jobs
from outbox.job_runs import BACKUP_MADE, RESTORE_TRIED
from outbox.models import JobRun
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand


def ago(**how_long: float) -> datetime:
    return timezone.now() - timedelta(**how_long)


def done(name: str, at: datetime) -> None:
    JobRun.objects.create(name=name, started_at=at, succeeded_at=at)


def backed_up(hand: Hand, *, days: float = 0, head: bytes = b"age-encryption.org/v1\n") -> Path:
    """Let the site make backups, the newest so many days ago, and a restore be tried yesterday."""
    hand.settings.BACKUP_RECIPIENTS = ["age1nobody"]
    hand.settings.SITE_HOST = "www.example.com"
    folder = Path(hand.settings.PRIVATE_ROOT).parent / uuid4().hex
    folder.mkdir()
    hand.settings.BACKUP_DIR = str(folder)
    hand.on_release(lambda: shutil.rmtree(folder))
    file = folder / f"site-{ago(days=days):%Y%m%dT%H%M%S}Z.tar.zst.age"
    file.write_bytes(head + b"-> X25519 \n")
    done(BACKUP_MADE, ago(days=days))
    done(RESTORE_TRIED, ago(days=1))
    return file


@breaks("security.against-loss", way=Way.ROWS)
def no_backup_for_three_days(hand: Hand) -> None:
    backed_up(hand, days=3)


@breaks("security.against-loss", way=Way.ROWS)
def a_backup_that_was_noted_and_is_not_there(hand: Hand) -> None:
    backed_up(hand).unlink()


@breaks("security.against-loss", way=Way.ROWS)
def a_backup_that_any_thief_can_read(hand: Hand) -> None:
    backed_up(hand, head=b"SQLite format 3\0")


@breaks("security.against-loss", way=Way.ROWS)
def a_restore_that_was_tried_last_year(hand: Hand) -> None:
    backed_up(hand)
    JobRun.objects.filter(name=RESTORE_TRIED).update(succeeded_at=ago(days=31))


@breaks("security.against-loss", way=Way.CONFIGURATION)
def a_backup_once_a_month(hand: Hand) -> None:
    jobs.registered_jobs()
    monthly = replace(jobs._registry["make backup"], every_seconds=30 * 24 * 3600)
    hand.item(jobs._registry, "make backup", monthly)


@breaks("security.against-change")
def guards_that_nobody_compares(hand: Hand) -> None:
    jobs.registered_jobs()
    idle = replace(jobs._registry["compare guards"], run=lambda: None)
    hand.item(jobs._registry, "compare guards", idle)


@breaks("security.against-change")
def guards_of_which_nobody_notices_that_they_are_not_compared(hand: Hand) -> None:
    jobs.registered_jobs()
    idle = replace(jobs._registry["compare guards"], left=jobs.nothing)
    hand.item(jobs._registry, "compare guards", idle)


@breaks("security.against-change", way=Way.ROWS)
def guards_that_were_not_compared_for_three_hours(hand: Hand) -> None:
    JobRun.objects.create(
        name="compare guards", started_at=timezone.now(), undone_since=ago(hours=3)
    )


@breaks("mail.unsubscribe-prompt", way=Way.ROWS)
def complaints_that_nobody_has_read_for_three_hours(hand: Hand) -> None:
    JobRun.objects.create(
        name="read newsletter bounces", started_at=timezone.now(), undone_since=ago(hours=3)
    )


@breaks("mail.unsubscribe-prompt", "security.against-change", way=Way.ROWS)
def nobody_asks_jobs_what_they_leave(hand: Hand) -> None:
    done("jobs asked what is left", ago(days=3))
