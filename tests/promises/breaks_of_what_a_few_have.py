"""Breaks that meet only some: who wrote to a department, has many rows, or asks for the third time."""

from typing import Any

from privacy.datamap.registry import entries
from tests.promises.breaks import breaks
from tests.promises.hand import Hand

ERASED = ("rights.erasure", "account.delete-removes-data")


def _goes_only(hand: Hand, **where: Any) -> None:
    """Let an erasure delete some messages alone."""
    hand.frozen(
        entries()["contact.ContactMessage"],
        "erase",
        lambda subject, rows: rows.filter(**where).delete()[0],
    )


@breaks(*ERASED)
def messages_to_departments_that_stay(hand: Hand) -> None:
    _goes_only(hand, topic="webmaster")


@breaks("account.delete-removes-data")
def messages_to_one_department_that_stay(hand: Hand) -> None:
    from contact.models import ContactMessage

    def erase(subject: Any, rows: Any) -> int:
        kept = ContactMessage.objects.filter(topic="order-status")
        return int(rows.exclude(pk__in=kept.values("pk")).delete()[0])

    hand.frozen(entries()["contact.ContactMessage"], "erase", erase)


@breaks("account.delete-removes-data")
def a_mail_that_brings_words_of_who_is_gone(hand: Hand) -> None:
    hand.replace("privacy.datamap.stored_mail._marks", [])
