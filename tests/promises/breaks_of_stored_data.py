"""Copies, erasures and deletions that pass over some rows: by their state, their number, or the day."""

from dataclasses import replace
from typing import Any

from contact.models import ContactMessage
from privacy.datamap.promises.picked_out import KNOWN
from tests.promises.breaks import breaks
from tests.promises.hand import Hand

ERASED = ("rights.erasure", "account.kept-after-deletion")
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


@breaks(*ERASED, in_sql=True)
def answered_messages_that_an_erasure_keeps(hand: Hand) -> None:
    _passes_over(hand, "erasure", "contact.ContactMessage", state="answered")


@breaks(*ERASED, in_sql=True)
def spam_that_an_erasure_keeps(hand: Hand) -> None:
    _passes_over(hand, "erasure", "contact.ContactMessage", quarantined_because="links")


@breaks(*ERASED, in_sql=True)
def doubles_that_an_erasure_keeps(hand: Hand) -> None:
    doubles = ContactMessage.objects.exclude(duplicate_of=None).values("pk")
    _passes_over(hand, "erasure", "contact.ContactMessage", pk__in=doubles)


@breaks(*ERASED, in_sql=True)
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


@breaks("downloads.unchanged")
def large_files_that_are_not_read(hand: Hand) -> None:
    path = "downloads/verification.py"
    adds(hand, path, "def f(size): return size > 20_000_000")
