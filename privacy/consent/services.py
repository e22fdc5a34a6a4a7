"""What is written when a visitor decides: never at the price of a refusal that has to wait."""

import logging
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from privacy.consent.idempotency import Act, number_after
from privacy.consent.models import ConsentReceipt, DailyChoice, NoticeSnapshot
from privacy.consent.outcome import Outcome
from privacy.consent.receipts import (
    document_of,
    hash_of,
    keep_until,
    notice_shown_in,
    policy_version_now,
    says_given,
)
from sens_site.lib.canonical_json import canonical_json
from sens_site.lib.http.database_wait import at_once

logger = logging.getLogger(__name__)

RENEWED_AFTER = timedelta(days=1)
"""The same choice once more begins another 182 days, and gets a receipt, but not at each press."""
CATCH_UP = 20
"""How many choices that could not be written one later visitor's request adds, at most."""


class TooManyReceiptsError(Exception):
    """One client has been given many receipts within a short time."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"No receipt is left for {wait} seconds.")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Recorded:
    """The receipt that the visitor's browser holds from now on, of a consent or of its end."""

    receipt: UUID | None


@dataclass(frozen=True, slots=True)
class Pending:
    """A choice, when it was made, and the receipt that the browser named."""

    outcome: Outcome
    act: Act
    held: UUID | None
    at: datetime


_unwritten: deque[Pending] = deque(maxlen=10_000)
"""Choices that hold and could not be written. A process that ends takes them with it."""


def record_choice(outcome: Outcome, *, act: Act, held: UUID | None) -> Recorded:
    """Write down a choice: no grant without its receipt, but no refusal that has to wait for one.

    `held` is the receipt that the visitor's browser names. Who refuses and has allowed nothing
    before leaves no row at all, only one more in the count of the day.

    Raises TooManyReceiptsError for a grant of something new by a client that has had too many.
    """
    choice = Pending(outcome, act, held, timezone.now().replace(microsecond=0))
    if outcome.allows_more:
        with transaction.atomic():
            recorded = _record(choice)
    else:
        try:
            with at_once():
                recorded = _record(choice)
        except (OperationalError, InterfaceError):
            # Whoever says no is obeyed, be the database locked, full or gone.
            logger.warning("A refusal could not be written yet; it holds all the same.")
            _unwritten.append(choice)
            return Recorded(held)
    write_what_is_left()
    return recorded


def write_what_is_left() -> None:
    """Write some of the choices that could not be written when they were made."""
    taken: list[Pending] = []
    with suppress(IndexError):
        while len(taken) < CATCH_UP:
            taken.append(_unwritten.popleft())
    if not taken:
        return
    try:
        with at_once():
            for choice in taken:
                _record(choice)
    except (OperationalError, InterfaceError):
        _unwritten.extendleft(reversed(taken))


def forget_unwritten() -> None:
    _unwritten.clear()


def _record(choice: Pending) -> Recorded:
    outcome, held = choice.outcome, choice.held
    earlier = ConsentReceipt.objects.filter(pk=held).first() if held else None
    holds_one = earlier is not None and says_given(earlier.document)
    if earlier is not None and outcome.granted:
        holds_one = holds_one and choice.at - earlier.at < RENEWED_AFTER
    if not outcome.receipt_is_due(holds_one=holds_one):
        if not (outcome.granted or outcome.changes_nothing or choice.act.again):
            _count(choice)
        return Recorded(earlier.pk if earlier else None)
    number = number_after(earlier.pk, outcome) if earlier else choice.act.number
    if ConsentReceipt.objects.filter(pk=number).exists():
        return Recorded(number)
    # What another receipt proves can always be taken back; of that there is one receipt.
    wait = choice.act.seconds_to_wait() if outcome.granted or earlier is None else 0
    if wait and outcome.allows_more:
        raise TooManyReceiptsError(wait)
    if wait:
        logger.warning("A client has many receipts; what it took back holds without another.")
        return Recorded(earlier.pk if earlier else None)
    if _write_receipt(choice, number=number, replaces=earlier.pk if earlier else None):
        _count(choice)
    return Recorded(number)


def _write_receipt(choice: Pending, *, number: UUID, replaces: UUID | None) -> bool:
    """Insert a receipt; return False where a copy of the same act has done so."""
    outcome, at = choice.outcome, choice.at
    notice = notice_shown_in(outcome)
    document = canonical_json(
        document_of(
            outcome,
            receipt_id=number,
            at=at,
            replaces=replaces,
            policy_version=policy_version_now(),
        )
    )
    _keep_notice(notice.digest, notice.content)
    try:
        with transaction.atomic():
            ConsentReceipt.objects.create(
                pk=number,
                at=at,
                keep_until=keep_until(at, granted=bool(outcome.granted)),
                replaces=replaces,
                document=document,
                digest=hash_of(document),
                notice_id=notice.digest,
            )
    except IntegrityError:
        return False
    return True


def _keep_notice(digest: str, content: str) -> None:
    if NoticeSnapshot.objects.filter(pk=digest).exists():
        return
    try:
        with transaction.atomic():
            NoticeSnapshot.objects.create(digest=digest, content=content)
    except IntegrityError:
        pass  # another visitor has been shown the same at the same moment


def _count(choice: Pending) -> None:
    kinds, outcome = DailyChoice.Outcome, choice.outcome
    if outcome.withdrawn and not outcome.granted:
        kind = kinds.WITHDRAWN
    elif not outcome.granted:
        kind = kinds.NOTHING
    else:
        kind = kinds.SOME if outcome.declined else kinds.ALL
    day = timezone.localdate(choice.at)
    counted = DailyChoice.objects.filter(day=day, outcome=kind)
    if counted.update(count=F("count") + 1):
        return
    try:
        with transaction.atomic():
            DailyChoice.objects.create(day=day, outcome=kind, count=1)
    except IntegrityError:
        counted.update(count=F("count") + 1)
