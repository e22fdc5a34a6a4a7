"""Breaks of the periods: rules that pass a row by in which a column is filled that may be empty."""

from dataclasses import replace
from typing import Any

from privacy.datamap.periods import Period
from privacy.datamap.registry import entries
from tests.promises.breaks import breaks
from tests.promises.hand import Hand


def only_where(hand: Hand, label: str, **columns: Any) -> None:
    """Let each rule of deletion ask for more than the period."""
    entry = entries()[label]
    narrow = tuple(replace(keep, where={**(keep.where or {}), **columns}) for keep in entry.keep)
    hand.frozen(entry, "keep", narrow)


@breaks("retention.messages", in_sql=True)
def messages_with_a_reminder_that_stay(hand: Hand) -> None:
    only_where(hand, "contact.ContactMessage", remind_on=None)


@breaks("retention.messages", in_sql=True)
def messages_of_which_an_alarm_told_that_stay(hand: Hand) -> None:
    only_where(hand, "contact.ContactMessage", alarmed_at=None)


@breaks("retention.requests", in_sql=True)
def requests_with_a_reminder_that_stay(hand: Hand) -> None:
    only_where(hand, "rights.SubjectRequest", remind_on=None)


@breaks("retention.sent-mail", in_sql=True)
def mails_with_an_error_that_stay(hand: Hand) -> None:
    only_where(hand, "outbox.OutboxMail", last_error="")


@breaks("retention.visits", in_sql=True)
def views_from_elsewhere_that_stay(hand: Hand) -> None:
    only_where(hand, "visits.PageView", referring_host="")


@breaks("retention.downloads")
def records_of_staff_that_stay(hand: Hand) -> None:
    only_where(hand, "downloads.DownloadRecord", user__is_staff=False)


@breaks("retention.account")
def notes_of_one_table_that_stay(hand: Hand) -> None:
    only_where(hand, "audit_log.AuditEntry", table="accounts.User")


@breaks("retention.newsletter")
def hashes_of_addresses_that_go(hand: Hand) -> None:
    entry = entries()["newsletter.Suppression"]
    for_a_while = replace(entry.keep[0], said="", period=Period(months=24), after="at")
    hand.frozen(entry, "keep", (for_a_while,))


@breaks("retention.visits")
def views_that_nothing_deletes(hand: Hand) -> None:
    hand.frozen(entries()["visits.PageView"], "keep", ())


@breaks("retention.idle-account", in_sql=True)
def accounts_with_a_company_that_are_never_idle(hand: Hand) -> None:
    hand.wrap(
        "accounts.idle_accounts.idle_since", lambda old, moment: old(moment).filter(company="")
    )
