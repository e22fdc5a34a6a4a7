"""Copies, erasures and deletions that pass over some rows: by their state, their number, or the day."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.mail import EmailMessage
from django.utils import timezone

from contact.models import ContactMessage
from downloads.models import DocumentVersion
from outbox import jobs
from privacy.datamap import ledger
from privacy.datamap.promises.picked_out import KNOWN
from tests.promises.breaks import Way, breaks
from tests.promises.breaks_of_what_is_lost import backed_up
from tests.promises.hand import Hand

BY_THE_PURGE = (
    "newsletter.unconfirmed", "retention.backups", "retention.consent-receipts",
    "retention.downloads", "retention.messages", "retention.requests", "retention.sent-mail",
    "retention.visits",
)  # fmt: skip


def adds(hand: Hand, path: str, code: str) -> None:
    """Let a module be read with some code more in it."""
    assert path in KNOWN
    hand.wrap(
        "privacy.datamap.promises.picked_out.source_of",
        lambda old, read: f"{old(read)}\n{code}\n" if read == path else old(read),
    )


def _passes_over(hand: Hand, door: str, label: str, **rows: Any) -> None:
    """Let a copy (`export.rows_of`) or an erasure (`erasure.rows_of`) leave rows of a table out."""

    def rows_of(old: Any, entry: Any, subject: Any) -> Any:
        found = old(entry, subject)
        return found.exclude(**rows) if entry.label == label else found

    hand.wrap(f"privacy.datamap.{door}.rows_of", rows_of)


# --- erasures -------------------------------------------------------------------------------------


@breaks("rights.erasure", in_sql=True)
def answered_messages_that_an_erasure_keeps(hand: Hand) -> None:
    _passes_over(hand, "erasure", "contact.ContactMessage", state="answered")


@breaks("rights.erasure", in_sql=True)
def spam_that_an_erasure_keeps(hand: Hand) -> None:
    _passes_over(hand, "erasure", "contact.ContactMessage", quarantined_because="links")


@breaks("rights.erasure", in_sql=True)
def doubles_that_an_erasure_keeps(hand: Hand) -> None:
    doubles = ContactMessage.objects.exclude(duplicate_of=None).values("pk")
    _passes_over(hand, "erasure", "contact.ContactMessage", pk__in=doubles)


@breaks("rights.erasure", in_sql=True)
def parked_mails_that_an_erasure_keeps(hand: Hand) -> None:
    _passes_over(hand, "erasure", "outbox.OutboxMail", parked_at__isnull=False)


@breaks("rights.erasure")
def an_erasure_of_the_first_rows(hand: Hand) -> None:
    adds(hand, "privacy/datamap/erasure.py", "def f(keys): return range(0, min(len(keys), 3000))")


# --- copies ---------------------------------------------------------------------------------------


@breaks("rights.copy", in_sql=True)
def spam_that_is_not_copied(hand: Hand) -> None:
    _passes_over(hand, "export", "contact.ContactMessage", state="spam")


@breaks("rights.copy", in_sql=True)
def held_requests_that_are_not_copied(hand: Hand) -> None:
    _passes_over(hand, "export", "rights.SubjectRequest", is_held=True)


def _known_by_less(hand: Hand, **less: Any) -> None:
    hand.wrap(
        "privacy.datamap.export.rows_of",
        lambda old, entry, subject: old(entry, replace(subject, **less)),
    )


@breaks("rights.copy", in_sql=True)
def a_copy_without_what_came_from_an_earlier_address(hand: Hand) -> None:
    _known_by_less(hand, former=frozenset())


@breaks("rights.copy", in_sql=True)
def a_copy_without_mails_to_an_address_that_was_typed(hand: Hand) -> None:
    _known_by_less(hand, claimed=frozenset())


@breaks("rights.copy")
def a_copy_of_the_first_rows(hand: Hand) -> None:
    adds(hand, "privacy/datamap/export.py", "def f(rows): return rows[:2000]")


# --- deletions by age -----------------------------------------------------------------------------


@breaks(*BY_THE_PURGE)
def a_purge_on_some_days(hand: Hand) -> None:
    adds(hand, "privacy/datamap/jobs.py", "def f(now): return now.weekday() == 0")


@breaks(
    "retention.account",
    "retention.consent-receipts",
    "retention.downloads",
    "retention.idle-account",
    "retention.messages",
    "retention.newsletter",
    "retention.requests",
    "retention.sent-mail",
    "retention.visits",
)
def a_worker_that_rests_on_sundays(hand: Hand) -> None:
    adds(hand, "outbox/worker.py", "def f(now): return now.isoweekday() == 7")


@breaks("retention.visits", in_sql=True)
def a_purge_of_a_few_at_a_time(hand: Hand) -> None:
    hand.wrap("privacy.datamap.jobs.purge_expired", lambda old: old(cap=200))


@breaks("retention.messages")
def messages_that_are_asked_for_their_day(hand: Hand) -> None:
    adds(hand, "contact/data_map.py", "def f(rows): return rows.filter(answered_at__week_day=1)")


@breaks("retention.backups")
def backups_of_the_first_of_a_month_that_stay(hand: Hand) -> None:
    path = "sens_site/lib/deploy/backup_archive.py"
    adds(hand, path, "def f(files): return [one for one in files if one.day != 1]")


@breaks("retention.idle-account")
def idle_accounts_that_end_a_few_at_a_time(hand: Hand) -> None:
    adds(hand, "accounts/idle_accounts.py", "CAP = 5")


# --- the ledger of erasures, by which nobody comes back -------------------------------------------


def _skipped(hand: Hand, kept: Callable[[ledger.Line], bool]) -> None:
    """Let a replay leave out lines of the ledger."""
    hand.wrap("privacy.datamap.replay.pending", lambda old, **how: [*filter(kept, old(**how))])


@breaks("account.kept-after-deletion")
def unused_accounts_that_come_back_with_a_backup(hand: Hand) -> None:
    _skipped(hand, lambda line: line.cause != "idle")


@breaks("account.kept-after-deletion")
def people_who_asked_to_be_erased_and_come_back(hand: Hand) -> None:
    _skipped(hand, lambda line: line.cause != "request")


@breaks("account.kept-after-deletion")
def people_who_deleted_their_accounts_and_come_back(hand: Hand) -> None:
    _skipped(hand, lambda line: line.cause != "account")


@breaks("account.kept-after-deletion")
def whoever_went_weeks_ago_comes_back(hand: Hand) -> None:
    _skipped(hand, lambda line: line.moment > timezone.now() - timedelta(days=28))


@breaks("account.kept-after-deletion")
def a_ledger_that_says_where_people_had_their_mail(hand: Hand) -> None:
    def line_for(old: Any, subject: Any, *, cause: str, **how: Any) -> Any:
        hosts = sorted({address.partition("@")[2] for address in subject.addresses})
        return old(subject, cause=f"{cause} {' '.join(hosts)}", **how)

    hand.wrap("privacy.datamap.ledger.line_for", line_for)


@breaks("account.kept-after-deletion", way=Way.ROWS)
def a_stored_line_of_the_ledger_with_a_name(hand: Hand) -> None:
    file = ledger.path()
    file.parent.mkdir(parents=True, exist_ok=True)
    line = {"reference": "f" * 32, "at": timezone.now().isoformat(), "cause": "account", "plan": "0" * 12,
            "account": "", "addresses": [], "former": [], "name": "Ada"}  # fmt: skip
    file.write_text(json.dumps(line) + "\n", encoding="utf-8")
    hand.on_release(lambda: file.unlink(missing_ok=True))


# --- idle accounts, and who gets what is written to somebody --------------------------------------


@breaks("retention.idle-account", in_sql=True)
def a_notice_once_and_for_ever(hand: Hand) -> None:
    hand.replace("accounts.idle_accounts.forget_notices", lambda: 0)


def _copied(hand: Hand, door: str, to: str) -> None:
    """Let each mail that is stored by a module go to somebody else as well."""

    class Copied(EmailMessage):
        def __init__(self, *args: Any, **how: Any) -> None:
            super().__init__(*args, **how)
            self.bcc = [to]

    hand.replace(f"{door}.EmailMessage", Copied)


@breaks("account.kept-after-deletion", "beacons.in-mail", "retention.idle-account")
def a_farewell_of_which_the_webmaster_gets_a_copy(hand: Hand) -> None:
    _copied(hand, "accounts.erasure", hand.settings.WEBMASTER_EMAIL)


@breaks("beacons.in-mail", "retention.idle-account")
def a_notice_of_which_an_archive_gets_a_copy(hand: Hand) -> None:
    _copied(hand, "accounts.idle_accounts", "archive@example.com")


# --- backups, and what lies beside them -----------------------------------------------------------


@breaks("security.against-loss")
def a_backup_that_leaves_its_scratch(hand: Hand) -> None:
    @contextmanager
    def scratch() -> Iterator[Path]:
        folder = Path(tempfile.mkdtemp(prefix=".backup-"))
        hand.on_release(lambda: shutil.rmtree(folder))
        yield folder

    hand.replace("sens_site.backups._scratch", scratch)


@breaks("security.against-loss")
def a_backup_that_fails_and_leaves_its_scratch(hand: Hand) -> None:
    @contextmanager
    def scratch() -> Iterator[Path]:
        folder = Path(tempfile.mkdtemp(prefix=".backup-"))
        hand.on_release(lambda: shutil.rmtree(folder, ignore_errors=True))
        yield folder
        shutil.rmtree(folder)

    hand.replace("sens_site.backups._scratch", scratch)


@breaks("security.against-loss")
def a_list_of_what_is_in_a_backup(hand: Hand) -> None:
    def write(old: Any, target: Path, members: Any, **how: Any) -> None:
        old(target, members, **how)
        target.with_suffix(".txt").write_text("private/scan-of-ada.pdf")

    hand.wrap("sens_site.lib.deploy.backup_archive.write", write)


@breaks("security.against-loss", way=Way.ROWS)
def a_list_of_files_beside_the_backups(hand: Hand) -> None:
    backed_up(hand).with_suffix(".txt").write_text("private/scan-of-ada.pdf")


@breaks("security.against-loss", way=Way.ROWS)
def a_scratch_of_last_week(hand: Hand) -> None:
    beside = Path(hand.settings.PRIVATE_ROOT).parent
    folder = Path(tempfile.mkdtemp(prefix=".backup-", dir=beside))
    hand.on_release(lambda: shutil.rmtree(folder))
    last_week = (timezone.now() - timedelta(days=7)).timestamp()
    os.utime(folder, (last_week, last_week))


@breaks("retention.backups")
def backups_of_each_new_year_that_stay(hand: Hand) -> None:
    def trim(old: Any, folder: Path, **how: Any) -> int:
        kept = list(folder.glob("site-*0101T*"))
        for file in kept:
            file.rename(folder / f"kept-{file.name}")
        done: int = old(folder, **how)
        for file in kept:
            (folder / f"kept-{file.name}").rename(file)
        return done

    hand.wrap("sens_site.lib.deploy.backup_archive.trim", trim)


# --- documents, read anew each night --------------------------------------------------------------


@breaks("downloads.unchanged")
def large_files_that_are_not_read(hand: Hand) -> None:
    path = "downloads/verification.py"
    adds(hand, path, "def f(size): return size > 20_000_000")


@breaks("downloads.unchanged")
def files_of_which_the_end_is_not_read(hand: Hand) -> None:
    adds(hand, "downloads/store.py", "def f(content): return content.read(10_000_000)")


@breaks("downloads.unchanged", in_sql=True)
def files_that_are_due_for_one_night_alone(hand: Hand) -> None:
    jobs.registered_jobs()
    new = DocumentVersion.objects.filter(checked_at=None)
    once = replace(jobs._registry["verify documents"], when=lambda: new.all().exists())
    hand.item(jobs._registry, "verify documents", once)


@breaks("downloads.unchanged", in_sql=True)
def files_that_are_never_looked_at_again(hand: Hand) -> None:
    def note(old: Any, states: dict[int, str], now: Any) -> None:
        new = DocumentVersion.objects.filter(pk__in=states, checked_at=None)
        old({one: states[one] for one in new.values_list("pk", flat=True)}, now)

    hand.wrap("downloads.verification._note", note)
