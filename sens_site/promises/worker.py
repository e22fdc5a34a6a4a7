"""Promises that wait for the worker: each job is there, comes every day, and does its work."""

import json
import os
import secrets
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from contact.services import Submission, receive_message
from outbox.models import OutboxMail
from privacy.datamap.erasure import erase
from privacy.datamap.promises.export_and_erasure import ledger_of_its_own
from privacy.datamap.promises.purging import A_DAY, done_by_the_job, runs_daily
from privacy.datamap.subjects import identity
from privacy.promises.registry import Evidence, Look, promise, require
from privacy.promises.running_site import RunningSite
from privacy.rights.private_storage import folder
from visits.models import DailyCount, PageView, Reach

HELD = "announce held messages"
COUNT = "count visits"
STRAYS = "remove stray copies"
UNFINISHED = "finish erasures"
AN_HOUR_AGO = timedelta(hours=1, minutes=1)


@promise("form.field-left-empty", look=Look.REHEARSAL)
def a_person_is_asked_to_look_at_what_is_held(site: RunningSite) -> Evidence:
    """What the trap field set aside is told to the webmaster, once, without a word of it."""
    runs_daily(HELD)
    word = f"check{secrets.token_hex(6)}"
    with site.rehearsal():
        before = set(OutboxMail.objects.values_list("pk", flat=True))
        sent = Submission(word, f"{word}@example.com", "", word, wants_contact=True)
        receive_message(sent, trapped=True)
        for _ in range(2):
            done_by_the_job(HELD)
        new = OutboxMail.objects.exclude(pk__in=before)
        told = [(mail.recipient, str(mail.as_message().message())) for mail in new]
    require(len(told) == 1, f"{len(told)} mails ask somebody to look at what was set aside")
    to, text = told[0]
    require(to != f"{word}@example.com" and word not in text, "a mail repeats what was set aside")
    return Evidence(
        "Played through for this check: the worker asked the webmaster once to look at a message "
        "that was set aside.",
        {"mails": len(told)},
    )


@promise("retention.visits", look=Look.REHEARSAL)
def a_day_that_is_over_is_counted(site: RunningSite) -> Evidence:
    """Before single views go, their day has become numbers."""
    runs_daily(COUNT)
    noon = timezone.localtime().replace(hour=12) - A_DAY
    page = f"/check-{secrets.token_hex(4)}/"
    with site.rehearsal():
        Reach.objects.all().delete()
        for number in range(3):
            visitor = f"{number:08x}-0000-4000-8000-000000000000"
            PageView.objects.create(
                visit=visitor, visitor=visitor, path=page, entry=True, seen_at=noon
            )
        done_by_the_job(COUNT)
        counts = DailyCount.objects.filter(day=noon.date(), key=page, kind="page")
        counted = list(counts.values_list("views", "visitors"))
    require(counted == [(3, 3)], "the views of a day that is over are not counted")
    return Evidence(
        "Played through for this check: the worker counted a day when it was over.", {"views": 3}
    )


@promise("retention.requests", look=Look.REHEARSAL)
def a_copy_that_no_row_knows_is_removed(site: RunningSite) -> Evidence:
    """What a machine left that died as it wrote a copy goes; a copy that is being written stays."""
    runs_daily(STRAYS)
    with site.rehearsal():
        left, young = (folder() / secrets.token_hex(16) for _ in range(2))
        for file in (left, young):
            file.touch(mode=0o600)
        two_days_ago = (timezone.now() - 2 * A_DAY).timestamp()
        os.utime(left, (two_days_ago, two_days_ago))
        done_by_the_job(STRAYS)
        there = [left.exists(), young.exists()]
    require(not there[0], "a file of a copy that no row knows stays")
    require(there[1], "a copy is removed while it is written")
    return Evidence(
        "Played through for this check: the worker removed a file that no row knew.", {"files": 1}
    )


@promise("account.kept-after-deletion", look=Look.REHEARSAL)
def the_worker_erases_restored_people_again(site: RunningSite) -> Evidence:
    """A line of the ledger that the database knows nothing of is carried out by the worker."""
    runs_daily(UNFINISHED)
    people = get_user_model()._base_manager
    with site.rehearsal(), ledger_of_its_own() as file:
        name = f"check{secrets.token_hex(6)}"
        joined = timezone.now() - A_DAY
        user = get_user_model().objects.create_user(
            username=name, email=f"{name}@example.com", date_joined=joined
        )
        backup = transaction.savepoint()
        erase(identity().of_user(user), cause="promise")
        transaction.savepoint_rollback(backup)
        # A line is left to whoever is carrying it out, for some minutes.
        line = json.loads(file.read_text(encoding="utf-8"))
        line["at"] = (timezone.now() - AN_HOUR_AGO).isoformat()
        file.write_text(f"{json.dumps(line)}\n", encoding="utf-8")
        require(people.filter(username=name).exists(), "the backup could not be played")
        done_by_the_job(UNFINISHED)
        require(not people.filter(username=name).exists(), "a restored person stays")
    return Evidence(
        "Played through for this check: the worker erased somebody again who had come back with a "
        "backup.",
        {"people": 1},
    )
