"""Mails to very many people: what a room says of its own, and what it is told of them.

All of them share the hourly cap and go behind everything else. Notices need no more than that. A
room that writes to people who may leave, pause or bounce registers what it has to say.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from outbox.models import NOTICE, OutboxMail, OutboxMailQuerySet


def none_waits() -> Collection[str]:
    """Hold nothing back."""
    return ()


def every_one_leaves(mail: OutboxMail) -> bool:
    """Let all go out."""
    return True


def nobody_is_told(mail: OutboxMail) -> None:
    """Do nothing about a mail that was sent."""


def all_tries(mail: OutboxMail, status: str, *, last: bool) -> bool:
    """Try each as often as any other mail, and leave it to a person then."""
    return False


@dataclass(frozen=True, slots=True)
class Bulk:
    """What a room says of its mails to many. All of it runs in the transaction of the mail's row.

    `waits` names by their keys the mails that are held back for now. `may_leave` is asked when a
    worker takes a mail to send it; where it says no, the row is deleted. `failed` is told each
    time that a mail server did not take a mail, with its enhanced status code (RFC 3463) if it
    gave one, and says whether that is the end: then the row is deleted, and nobody has to look.
    """

    waits: Callable[[], Collection[str]] = none_waits
    may_leave: Callable[[OutboxMail], bool] = every_one_leaves
    sent: Callable[[OutboxMail], object] = nobody_is_told
    failed: Callable[..., bool] = all_tries


_registry: dict[str, Bulk] = {NOTICE: Bulk()}


def register_bulk(purpose: str, bulk: Bulk) -> str:
    """Say that the mails of a purpose go to many; return the purpose."""
    if _registry.setdefault(purpose, bulk) != bulk:
        raise ValueError(f"The purpose {purpose!r} is registered twice.")
    return purpose


def bulk_purposes() -> list[str]:
    """Return the purposes of mails to many, in the order of the alphabet."""
    return sorted(_registry)


def bulk_of(purpose: str) -> Bulk | None:
    """Return what a room says of the mails of a purpose, where they go to many."""
    return _registry.get(purpose)


def without_held_back(mails: OutboxMailQuerySet) -> OutboxMailQuerySet:
    """Leave out what waits because a colleague has paused it, however long."""
    for purpose, bulk in _registry.items():
        mails = mails.exclude(purpose=purpose, dedupe_key__in=list(bulk.waits()))
    return mails
