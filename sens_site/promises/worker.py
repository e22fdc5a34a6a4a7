"""Promises that wait for the worker: each job is there, comes every day, and does its work."""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.utils import timezone

from accounts.models import Registration
from contact.models import ContactMessage
from contact.services import Submission, receive_message
from outbox.delivery import deliver_one
from outbox.jobs import registered_jobs
from outbox.left_undone import ASKED, undone_jobs
from outbox.models import JobRun, OutboxMail
from outbox.services import claim_next
from privacy.datamap.promises.purging import (
    A_DAY,
    PURGE,
    done_by_the_job,
    ran_lately,
    runs_daily,
)
from privacy.datamap.stored_mail import mail_text
from privacy.promises.registry import (
    Evidence,
    Look,
    PromiseBroken,
    Strength,
    promise,
    require,
)
from privacy.promises.running_site import RunningSite
from sens_site.lib import row_guards
from sens_site.promises.declared_constraints import the_database_has_its_constraints
from sens_site.promises.every_form import PASSPHRASE

HELD, WAITING = "announce held messages", "alarms of waiting messages"
GUARDS, BOUNCES = "compare guards", "read newsletter bounces"
OF_THE_CHAINS = ("log heads at once", "close the day of the chains")
OF_THE_CHECKS = ("verify promises", "look from outside")


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
        told = [(mail.recipient, mail_text(mail.message)) for mail in new]
        # Of one mail there is a row for each colleague who may answer.
        mails = len({mail.message_id for mail in new})
    require(mails == 1, f"{mails} mails ask somebody to look at what was set aside")
    colleagues = {to for to, _ in told}
    require(len(colleagues) == len(told), "a colleague is asked twice to look")
    require(f"{word}@example.com" not in colleagues, "who wrote is told that it was set aside")
    repeats = any(word in text for _, text in told)
    require(not repeats, "a mail repeats what was set aside")
    return Evidence(
        "Played through for this check: the worker asked the webmaster once to look at a message "
        "that was set aside.",
        {"mails": mails},
    )


@promise("use.support", look=Look.REHEARSAL)
def a_message_that_waits_too_long_raises_an_alarm(site: RunningSite) -> Evidence:
    """After five days, as staff are told: once, and without a word of it."""
    runs_daily(WAITING)
    with site.rehearsal():
        user = get_user_model().objects.create_user(username="check-desk")
        sorts: tuple[tuple[str, dict[str, Any]], ...] = (
            ("a message", {}),
            ("an assigned message", {"assigned_to": user}),
            ("a message of which there is a reminder", {"remind_on": timezone.localdate() + A_DAY}),
            ("a message that somebody began to answer", {
                "being_answered_by": user, "being_answered_until": timezone.now(),
            }),
            ("a message that wants no contact", {"wants_contact": False}),
            *(("a message to another", {"topic": one.topic}) for one in settings.COMPANY.departments),
        )  # fmt: skip
        for which, has in sorts:
            _one_alarm(which, has)
    return Evidence(
        "Played through for this check: the worker told staff once of a message that had waited "
        "for five days, whatever they had done with it but answer it.",
        {"days": 5, "sorts": len(sorts)},
    )


def _one_alarm(which: str, has: dict[str, Any]) -> None:
    """Let a message wait for five days: staff are told then, not before, and not at once again."""
    word, a_minute = f"check{secrets.token_hex(6)}", timedelta(minutes=1)
    message = receive_message(
        Submission(word, f"{word}@example.com", "", word, wants_contact=True), trapped=False
    )
    rows = ContactMessage.objects.filter(pk=message.pk)
    rows.update(**has)
    done_by_the_job(WAITING)  # what has been waiting before tells nothing of this one
    before = set(OutboxMail.objects.values_list("pk", flat=True))
    told = []
    for older in (5 * A_DAY - a_minute, 2 * a_minute, a_minute):
        rows.update(received_at=F("received_at") - older)
        done_by_the_job(WAITING)
        new = OutboxMail.objects.exclude(pk__in=before)
        told.append([mail_text(mail.message) for mail in new])
    counts = [len(mails) for mails in told]
    require(counts[0] == 0, "staff are alarmed before five days")
    require(counts[1] > 0, f"nobody is told of {which} that has waited for five days")
    require(counts[2] == counts[1], "the alarm of one day is repeated at once")
    require(not any(word in text for text in told[1]), "an alarm repeats what was written")


@promise("retention.account", look=Look.REHEARSAL)
def an_account_that_nobody_confirms_ends(site: RunningSite) -> Evidence:
    """Whoever registers is told of a week; then the account is gone, and what was typed with it."""
    name = f"check{secrets.token_hex(6)}"
    typed = {"username": name, "email": f"{name}@example.com", "password1": PASSPHRASE}
    a_minute = timedelta(minutes=1)
    with site.rehearsal():
        answer = site.visitor().fill_in("/accounts/register/", typed)
        require(answer.status == 303, f"registering is answered with {answer.status}")
        waiting = Registration.objects.filter(user__username=name)
        for older, number in ((7 * A_DAY - a_minute, 1), (2 * a_minute, 0)):
            waiting.update(ends_at=F("ends_at") - older)
            done_by_the_job(PURGE)
            left = get_user_model().objects.filter(username=name).count()
            require(left == number, "an account that nobody confirms does not end after a week")
    return Evidence(
        "Played through for this check: an account that nobody had confirmed ended after a week.",
        {"days": 7},
    )


def _has_left_nothing(name: str) -> Evidence:
    """Require that a job has done what it is there for, and that somebody looks whether it has."""
    runs_daily(name)
    seen = ran_lately(ASKED)
    require(name not in undone_jobs(), f"the job “{name}” runs and has left its work undone")
    return Evidence(f"The job “{name}” has left nothing undone.", seen)


@promise("security.against-change", look=Look.ROWS)
def the_locks_are_looked_at_as_often_as_they_should_be(site: RunningSite) -> Evidence:
    """Each half hour somebody compares them: a job that runs and compares nothing is noticed.

    The heads of the chains leave the house as they should, too. What the database refuses beside is there.
    """
    for name in OF_THE_CHAINS:
        runs_daily(name)
    seen = _has_left_nothing(GUARDS)
    constraints = the_database_has_its_constraints()
    return replace(seen, figures={**seen.figures, "constraints in the database": constraints})


@promise("policy.verifier", look=Look.NOW, strength=Strength.LOOKED_UP)
def the_worker_comes_to_the_checks(site: RunningSite) -> Evidence:
    """What a number leads to is as of last night: both looks are asked for every ten minutes."""
    for name in OF_THE_CHECKS:
        runs_daily(name)
    return Evidence(
        "The worker asks every ten minutes whether the checks of the night are done, from inside "
        "and from outside.",
        {"jobs": len(OF_THE_CHECKS)},
    )


@promise("mail.unsubscribe-prompt", look=Look.ROWS)
def complaints_about_issues_are_read(site: RunningSite) -> Evidence:
    """Who tells their provider that an issue is spam has asked to be left alone, too."""
    return _has_left_nothing(BOUNCES)


@promise("security.against-change", look=Look.REHEARSAL)
def the_job_that_compares_the_locks_compares_them(site: RunningSite) -> Evidence:
    """A job that ends without having compared them leaves them uncompared, and that is seen."""
    with site.rehearsal():
        JobRun.objects.all().delete()
        (job,) = [one for one in registered_jobs() if one.name == GUARDS]
        require(job.left() > 0, "nobody notices that the locks are not compared")
        found = job.run()
        require(job.left() == 0, "the worker does not compare the locks")
        require(
            found == len(row_guards.missing()), "the worker miscounts the locks that are missing"
        )
    return Evidence("Played through for this check: the worker compared all locks.")


class _Hearing(BaseEmailBackend):
    """Stands for the mail server: refuses what comes first, takes the rest, and sends nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[EmailMessage] = []
        self.taken: list[EmailMessage] = []

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        if not self.refused:
            self.refused.extend(email_messages)
            return 0
        self.taken.extend(email_messages)
        return len(email_messages)


@promise("use.requested-information", look=Look.REHEARSAL)
def what_is_stored_is_handed_on(site: RunningSite) -> Evidence:
    """A mail is handed to the mail server, tried again after a refusal, and then not again."""
    server, to = _Hearing(), [f"check{secrets.token_hex(6)}@example.com"]
    with site.rehearsal():
        OutboxMail.objects.all().delete()
        logging.disable(logging.WARNING)  # a refusal that is none is no news
        try:
            for purpose in ("service", "notice"):
                server.refused.clear()
                headers = {"X-Purpose": purpose}
                EmailMessage("A check", purpose, to=to, headers=headers).send()
                for _ in range(2):
                    OutboxMail.objects.update(due_at=timezone.now())
                    mail = claim_next()
                    if mail is None:
                        raise PromiseBroken(f"a mail of the purpose “{purpose}” is not sent")
                    deliver_one(mail, connection=server)
                require(claim_next() is None, "a mail that was sent is sent again")
        finally:
            logging.disable(logging.NOTSET)
    got = [mail.to for mail in server.taken]
    require(got == [to, to], f"of two mails {len(got)} are handed to the mail server")
    return Evidence(
        "Played through for this check: what was written went to the mail server, again after a "
        "refusal, and once.",
        {"mails": len(got)},
    )
