"""Breaks of the report of a deletion: what it says of how long something is kept."""

from dataclasses import replace
from typing import Any

from privacy.datamap.erasure import Line
from privacy.datamap.registry import Entry, Store
from tests.promises.breaks import Way, breaks
from tests.promises.hand import Hand

LAST = "This is the last email about it."


def _says(hand: Hand, old: str, new: str, *, of: str) -> None:
    """Let the report say something else of one store or table."""

    def line(plain: Any, what: Store | Entry, count: int | None) -> Line:
        said: Line = plain(what, count)
        return replace(said, reason=said.reason.replace(old, new)) if said.title == of else said

    for name in ("_line", "_store_line"):
        hand.wrap(f"privacy.datamap.erasure.{name}", line)


@breaks("account.kept-after-deletion")
def a_report_that_keeps_backups_for_longer(hand: Hand) -> None:
    _says(hand, "35 days", "90 days", of="Backups")


@breaks("account.kept-after-deletion")
def a_report_that_does_not_say_how_long_logs_stay(hand: Hand) -> None:
    _says(hand, "Kept up to 30 days.", "", of="Access logs")


@breaks("account.kept-after-deletion")
def a_report_that_keeps_receipts_for_a_time_of_its_own(hand: Hand) -> None:
    _says(hand, "They prove", "Kept 7 years: they prove", of="Consent receipts")


@breaks("account.kept-after-deletion", way=Way.CONFIGURATION)
def a_mailed_report_with_a_period_of_its_own(hand: Hand) -> None:
    hand.template("accounts/deleted.txt", (LAST, f"Backups stay for 2 years.\n\n{LAST}"))
