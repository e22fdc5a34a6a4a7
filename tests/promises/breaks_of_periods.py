"""Breaks of the periods: in the code, in what is configured or written, and in the stored rows."""

import json
import logging
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import IdleNotice, Registration, Session, User
from audit_log.models import AuditEntry
from contact.models import ContactMessage, State
from outbox.models import JobRun, OutboxMail
from privacy.consent.models import ConsentReceipt, NoticeSnapshot
from privacy.datamap.models import ClockStamp
from privacy.datamap.periods import Period
from privacy.datamap.registry import entries
from privacy.policy.models import Kind as ChangeKind
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand
from visits.models import PageView

BY_THE_PURGE = (
    "retention.account", "retention.visits", "retention.backups", "retention.messages",
    "retention.sent-mail", "retention.consent-receipts", "retention.requests",
    "retention.downloads",
)  # fmt: skip


def ago(**period: int) -> datetime:
    return timezone.now() - timedelta(**period)


def in_force_instead(old: str, new: str) -> None:
    """Put another text of the policy in force, sealed as staff do."""
    from privacy.policy.promises.record import in_force, sealed

    text = in_force().source_text
    assert old in text, f"the policy has no {old!r} to break"
    sealed(text.replace(old, new), kind=ChangeKind.MINOR, effective_on=timezone.localdate())


def keep_for(hand: Hand, label: str, **changes: Any) -> None:
    entry = entries()[label]
    hand.frozen(entry, "keep", tuple(replace(keep, **changes) for keep in entry.keep))


def job(hand: Hand, name: str, **changes: Any) -> None:
    from outbox.jobs import _registry, registered_jobs

    (found,) = (one for one in registered_jobs() if one.name == name)
    hand.item(_registry, name, replace(found, **changes))


def site_of_last_year(hand: Hand) -> None:
    """Let the site have been set up long ago."""
    hand.replace("outbox.job_runs.set_up_at", lambda: ago(days=300))


# --- the worker -----------------------------------------------------------------------------------


@breaks(*(set(BY_THE_PURGE) - {"retention.account"}), way=Way.CONFIGURATION)
def a_purge_every_ten_years(hand: Hand) -> None:
    job(hand, "purge expired", every_seconds=10 * 365 * 24 * 3600)


@breaks(*BY_THE_PURGE)
def a_purge_that_never_finds_anything_to_do(hand: Hand) -> None:
    job(hand, "purge expired", when=lambda: False)


@breaks(*BY_THE_PURGE)
def a_purge_that_only_counts(hand: Hand) -> None:
    from privacy.datamap.retention import find_expired

    job(hand, "purge expired", run=find_expired)


@breaks(*BY_THE_PURGE, "retention.idle-account")
def a_clock_that_is_never_steady(hand: Hand) -> None:
    hand.replace("privacy.datamap.clock.is_steady", lambda: False)


@breaks(*BY_THE_PURGE, way=Way.ROWS)
def a_purge_that_has_not_run_for_three_days(hand: Hand) -> None:
    JobRun.objects.create(name="purge expired", started_at=ago(hours=1), succeeded_at=ago(days=3))


@breaks(*BY_THE_PURGE, way=Way.ROWS)
def a_purge_that_ran_in_a_hundred_years(hand: Hand) -> None:
    JobRun.objects.create(
        name="purge expired", started_at=ago(days=-36500), succeeded_at=ago(days=-36500)
    )


@breaks(*BY_THE_PURGE, "retention.idle-account", way=Way.ROWS)
def a_clock_that_is_said_to_jump_in_a_hundred_years(hand: Hand) -> None:
    now, then = timezone.now(), ago(days=-36500)
    ClockStamp.objects.create(pk=1, last_seen=now, largest_seen=now, moved_at=then)


@breaks(*BY_THE_PURGE, "retention.idle-account", way=Way.ROWS)
def a_site_of_last_year_whose_worker_never_ran(hand: Hand) -> None:
    site_of_last_year(hand)


@breaks("retention.backups", way=Way.CONFIGURATION)
def erasures_that_are_finished_once_a_month(hand: Hand) -> None:
    job(hand, "finish erasures", every_seconds=30 * 24 * 3600)


@breaks("use.policy-changes", way=Way.CONFIGURATION)
def versions_that_are_announced_once_a_month(hand: Hand) -> None:
    job(hand, "announce policy versions", every_seconds=30 * 24 * 3600)


@breaks("use.policy-changes")
def versions_that_are_never_due(hand: Hand) -> None:
    job(hand, "announce policy versions", when=lambda: False)


# --- accounts -------------------------------------------------------------------------------------


def person(**columns: Any) -> User:
    name = f"p{uuid4().hex}"
    return User.objects.create(username=name, email=f"{name}@example.com", **columns)


@breaks("retention.account")
def accounts_that_end_after_five_years(hand: Hand) -> None:
    entry = entries()["accounts.User"]
    (keep,) = entry.keep
    hand.frozen(
        entry, "keep", (replace(keep, said="", period=Period(years=5), after="date_joined"),)
    )


@breaks("retention.account")
def sessions_that_stay(hand: Hand) -> None:
    keep_for(hand, "accounts.Session", until="")


@breaks("retention.account", way=Way.ROWS)
def a_session_that_ended_last_month(hand: Hand) -> None:
    Session.objects.create(session_key="k" * 32, session_data="", expire_date=ago(days=30))


@breaks("retention.account", way=Way.ROWS)
def a_session_that_never_ends(hand: Hand) -> None:
    Session.objects.create(session_key="k" * 32, session_data="", expire_date=ago(days=-4000))


@breaks("retention.account", way=Way.ROWS)
def a_registration_that_waits_for_ever(hand: Hand) -> None:
    Registration.objects.create(user=person(), address_hash="", ends_at=ago(days=5))


def _forget_addresses() -> None:
    EmailAddress.objects.all().delete()


@breaks("retention.account", way=Way.ROWS)
def an_address_of_an_account_that_is_gone(hand: Hand) -> None:
    from django.db import connection

    EmailAddress.objects.create(user=person(last_login=timezone.now()), email="a@example.com")
    # Both databases look at the key when the transaction ends, and by then the row is gone.
    hand.on_release(_forget_addresses)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE account_emailaddress SET user_id = 987654321")


@breaks("retention.idle-account", way=Way.CONFIGURATION)
def idle_accounts_that_are_looked_for_once_a_year(hand: Hand) -> None:
    job(hand, "idle accounts", every_seconds=365 * 24 * 3600)


@breaks("retention.idle-account", way=Way.CONFIGURATION)
def a_notice_that_does_not_say_when(hand: Hand) -> None:
    hand.template("accounts/idle.txt", ("{{ ends_on|date }}", "soon"))


@breaks("retention.idle-account", way=Way.CONFIGURATION)
def a_policy_that_says_three_years(hand: Hand) -> None:
    in_force_instead("after one year without a log-in", "after three years without a log-in")


@breaks("retention.idle-account")
def an_account_that_is_told_after_three_months(hand: Hand) -> None:
    hand.replace("accounts.idle_accounts.UNUSED", Period(months=3))


@breaks("retention.idle-account")
def accounts_that_end_although_nobody_was_reached(hand: Hand) -> None:
    def as_if_sent() -> None:
        IdleNotice.objects.filter(sent_at=None).update(sent_at=ago(days=31))

    hand.replace("accounts.idle_accounts.note_sent_notices", as_if_sent)


@breaks("retention.idle-account", in_sql=True)
def accounts_with_a_wish_that_are_never_idle(hand: Hand) -> None:
    hand.wrap(
        "accounts.idle_accounts.idle_since",
        lambda old, moment: old(moment).filter(marketing_opt_in_at=None),
    )


@breaks("retention.idle-account", way=Way.ROWS)
def an_account_idle_for_three_years(hand: Hand) -> None:
    person(last_login=ago(days=3 * 365))


@breaks("retention.idle-account", way=Way.ROWS)
def an_account_that_nobody_ever_used(hand: Hand) -> None:
    person(date_joined=ago(days=400))


@breaks("retention.idle-account", way=Way.ROWS)
def an_account_that_was_told_two_months_ago(hand: Hand) -> None:
    user = person(last_login=ago(days=430))
    IdleNotice.objects.create(user=user, queued_at=ago(days=62), sent_at=ago(days=60))


@breaks("retention.idle-account", way=Way.ROWS)
def a_notice_that_was_never_sent(hand: Hand) -> None:
    IdleNotice.objects.create(user=person(last_login=ago(days=900)), queued_at=ago(days=60))


@breaks("retention.idle-account", way=Way.ROWS)
def an_account_that_signs_in_in_a_hundred_years(hand: Hand) -> None:
    person(last_login=ago(days=-36500))


# --- messages -------------------------------------------------------------------------------------


def message(**columns: Any) -> ContactMessage:
    row = ContactMessage.objects.create(
        name="A", email="a@example.com", message="A", fingerprint=uuid4().hex
    )
    ContactMessage.objects.filter(pk=row.pk).update(**columns)
    return row


@breaks("retention.messages")
def messages_that_stay_for_sixty_months(hand: Hand) -> None:
    keep_for(hand, "contact.ContactMessage", period=Period(months=60))


@breaks("retention.messages")
def messages_that_stay_for_one_month(hand: Hand) -> None:
    keep_for(hand, "contact.ContactMessage", period=Period(months=1))


@breaks("retention.messages")
def spam_that_stays_for_ever(hand: Hand) -> None:
    entry = entries()["contact.ContactMessage"]
    hand.frozen(entry, "keep", entry.keep[:1])


@breaks("retention.messages", in_sql=True)
def messages_with_a_note_that_stay(hand: Hand) -> None:
    def without(old: Any, entry: Any, *args: Any) -> Any:
        rows = old(entry, *args)
        return rows.filter(answer_note="") if entry.label == "contact.ContactMessage" else rows

    hand.wrap("privacy.datamap.retention.expired_rows", without)


@breaks("retention.messages", way=Way.CONFIGURATION)
def a_policy_that_says_sixty_months(hand: Hand) -> None:
    in_force_instead("24 months after the matter", "60 months after the matter")


@breaks("retention.messages", way=Way.ROWS)
def a_message_six_years_old(hand: Hand) -> None:
    message(state=State.ANSWERED, answered_at=ago(days=6 * 365), received_at=ago(days=6 * 365 + 9))


@breaks("retention.messages", way=Way.ROWS)
def an_answer_of_long_ago_that_is_moved_to_last_month(hand: Hand) -> None:
    found = message(state=State.ANSWERED, received_at=ago(days=800), answered_at=ago(days=30))
    AuditEntry.objects.create(
        kind="changed", did="Reply sent.", table="contact.ContactMessage", row=str(found.pk),
        place="/admin/", at=ago(days=795),
    )  # fmt: skip


@breaks("retention.messages", way=Way.ROWS)
def a_message_that_has_waited_for_six_years(hand: Hand) -> None:
    message(received_at=ago(days=6 * 365))


@breaks("retention.messages", way=Way.ROWS)
def spam_of_three_years(hand: Hand) -> None:
    message(state=State.SPAM, received_at=ago(days=3 * 365))


@breaks("retention.messages", way=Way.ROWS)
def a_message_that_will_be_answered_in_a_hundred_years(hand: Hand) -> None:
    message(state=State.ANSWERED, received_at=ago(days=999), answered_at=ago(days=-36500))


# --- mail -----------------------------------------------------------------------------------------


def mail(**columns: Any) -> OutboxMail:
    return OutboxMail.objects.create(
        message_id=uuid4().hex, sender="w@company.test", recipient="a@example.com", subject="A",
        **{"message": b"", **columns},
    )  # fmt: skip


@breaks("retention.sent-mail")
def the_text_of_sent_mail_stays(hand: Hand) -> None:
    def sent(row: OutboxMail) -> None:
        OutboxMail.objects.filter(pk=row.pk).update(sent_at=timezone.now())

    hand.replace("privacy.datamap.promises.mail.record_sent", sent)


@breaks("retention.sent-mail")
def mail_that_was_given_up_stays(hand: Hand) -> None:
    entry = entries()["outbox.OutboxMail"]
    hand.frozen(entry, "keep", entry.keep[:1])


@breaks("retention.sent-mail", in_sql=True)
def notices_that_stay_in_the_log(hand: Hand) -> None:
    def without(old: Any, entry: Any, *args: Any) -> Any:
        rows = old(entry, *args)
        return rows.exclude(purpose="notice") if entry.label == "outbox.OutboxMail" else rows

    hand.wrap("privacy.datamap.retention.expired_rows", without)


@breaks("retention.sent-mail", way=Way.CONFIGURATION)
def a_policy_that_says_fourteen_weeks(hand: Hand) -> None:
    in_force_instead("Log of mail we sent:** 14 days", "Log of mail we sent:** 14 weeks")


@breaks("retention.sent-mail", way=Way.ROWS)
def a_sent_mail_of_400_days_with_its_text(hand: Hand) -> None:
    mail(sent_at=ago(days=400), message=b"Hello")


@breaks("retention.sent-mail", way=Way.ROWS)
def a_sent_mail_of_today_with_its_text(hand: Hand) -> None:
    mail(sent_at=timezone.now(), message=b"Hello")


@breaks("retention.sent-mail", way=Way.ROWS)
def a_mail_given_up_last_month(hand: Hand) -> None:
    mail(parked_at=ago(days=30), created_at=ago(days=31))


@breaks("retention.sent-mail", way=Way.ROWS)
def a_mail_that_is_neither_sent_nor_given_up(hand: Hand) -> None:
    mail(created_at=ago(days=60), due_at=ago(days=-1))


@breaks("use.requested-information", way=Way.ROWS)
def a_mail_that_has_been_due_for_two_days(hand: Hand) -> None:
    mail(due_at=ago(days=2))


# --- consent receipts -----------------------------------------------------------------------------


def receipt(
    *, at: datetime, until: datetime, state: str = "given", **columns: Any
) -> ConsentReceipt:
    notice, _ = NoticeSnapshot.objects.get_or_create(digest="d" * 64, content="A")
    return ConsentReceipt.objects.create(
        at=at, keep_until=until.date(), digest="d" * 64, notice=notice,
        document=json.dumps({"event": {"state": state}}), **columns,
    )  # fmt: skip


@breaks("retention.consent-receipts", way=Way.CONFIGURATION)
def receipts_that_are_sealed_once_a_year(hand: Hand) -> None:
    job(hand, "seal consent receipts", every_seconds=365 * 24 * 3600)


@breaks("retention.consent-receipts", way=Way.CONFIGURATION)
def a_policy_that_says_ten_years(hand: Hand) -> None:
    in_force_instead("three years after the consent ends", "ten years after the consent ends")


@breaks("retention.consent-receipts", "security.against-change", way=Way.ROWS)
def a_receipt_four_years_after_its_end(hand: Hand) -> None:
    receipt(at=ago(days=182 + 4 * 365), until=ago(days=365))


@breaks("retention.consent-receipts", "security.against-change", way=Way.ROWS)
def a_receipt_of_five_years_that_says_it_stays(hand: Hand) -> None:
    receipt(at=ago(days=5 * 365), until=ago(days=-365))


@breaks("retention.consent-receipts", way=Way.ROWS)
def a_receipt_that_is_to_stay_for_ever(hand: Hand) -> None:
    receipt(at=timezone.now(), until=ago(days=-20 * 365))


@breaks("retention.consent-receipts", "security.against-change", way=Way.ROWS)
def a_receipt_of_a_consent_taken_back_long_ago(hand: Hand) -> None:
    given = receipt(at=ago(days=3 * 365 + 60), until=ago(days=-122))
    receipt(at=ago(days=3 * 365 + 50), until=ago(days=-132), replaces=given.pk)


@breaks("retention.consent-receipts", "security.against-change", way=Way.ROWS)
def a_receipt_that_is_not_sealed(hand: Hand) -> None:
    receipt(at=ago(days=5), until=ago(days=-3 * 365 - 170))


@breaks("retention.consent-receipts", "security.against-change", way=Way.ROWS)
def a_withdrawal_of_three_years_and_a_month(hand: Hand) -> None:
    receipt(at=ago(days=3 * 365 + 31), until=ago(days=-5), state="withdrawn")


# --- views, logs, the ledger ----------------------------------------------------------------------


@breaks("retention.visits", way=Way.ROWS)
def a_view_of_sixty_days(hand: Hand) -> None:
    PageView.objects.create(
        visit=uuid4(), visitor=uuid4(), path="/", entry=True, seen_at=ago(days=60)
    )


@breaks("retention.access-logs", way=Way.CONFIGURATION)
def a_log_in_a_file(hand: Hand) -> None:
    handler = logging.FileHandler(Path(hand.settings.PRIVATE_ROOT).parent / "a.log", delay=True)
    logger = logging.getLogger("sens_site.requests")
    logger.addHandler(handler)
    hand.on_release(lambda: logger.removeHandler(handler))


@breaks("retention.access-logs", way=Way.CONFIGURATION)
def a_policy_that_says_thirty_months(hand: Hand) -> None:
    in_force_instead("are kept up to 30 days", "are kept up to 30 months")


def _ledger(hand: Hand, **line: Any) -> None:
    file = Path(hand.settings.PRIVATE_ROOT).parent / f"{uuid4().hex}.jsonl"
    hand.settings.ERASURE_LEDGER = str(file)
    facts = {"reference": "r", "cause": "own", "plan": "p", "account": "", "addresses": []}
    file.write_text(json.dumps({**facts, **line}) + "\n", encoding="utf-8")
    hand.on_release(file.unlink)


@breaks("retention.backups", way=Way.ROWS)
def a_line_of_the_ledger_that_is_older_than_any_backup(hand: Hand) -> None:
    from privacy.datamap.models import Erasure

    Erasure.objects.create(reference="r", cause="own", plan_version="p")
    _ledger(hand, at=ago(days=50).isoformat())


@breaks("retention.backups", way=Way.ROWS)
def an_erasure_that_a_restore_has_undone(hand: Hand) -> None:
    _ledger(hand, at=ago(days=9).isoformat())


@breaks("retention.backups", way=Way.ROWS)
def a_backup_of_last_year(hand: Hand) -> None:
    folder = Path(hand.settings.PRIVATE_ROOT).parent / uuid4().hex
    folder.mkdir()
    hand.settings.BACKUP_DIR = str(folder)
    (folder / f"site-{ago(days=365):%Y%m%dT%H%M%S}Z.tar.zst.age").touch()
    hand.on_release(lambda: shutil.rmtree(folder))


@breaks("retention.backups")
def backups_that_stay(hand: Hand) -> None:
    hand.replace("privacy.datamap.backups.trim", lambda **_: 0)


@breaks("retention.backups")
def a_ledger_that_is_kept_for_a_year(hand: Hand) -> None:
    hand.replace("privacy.datamap.ledger.BACKUP_LIFE", Period(years=1))
