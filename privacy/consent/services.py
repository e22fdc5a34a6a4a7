"""What is written when a visitor decides."""

import logging
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from privacy.consent.models import ConsentReceipt, DailyChoice, NoticeSnapshot
from privacy.consent.outcome import Outcome
from privacy.consent.receipts import (
    document_of,
    hash_of,
    keep_until,
    notice_shown_in,
    policy_version_now,
)
from sens_site.lib.canonical_json import canonical_json

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a choice left behind: the receipt that the visitor holds from now on, if any."""

    receipt: UUID | None


def record_choice(outcome: Outcome, *, receipt_id: UUID, held: UUID | None) -> Recorded:
    """Write down a choice: no grant without its receipt, but no refusal that has to wait for one.

    `receipt_id` is the same for copies of one act, so that they leave one receipt. `held` is the
    receipt that the visitor's browser names. Who refuses and has allowed nothing before leaves no
    row at all, only one more in the count of the day.
    """
    try:
        return _record(outcome, receipt_id=receipt_id, held=held)
    except (OperationalError, InterfaceError):
        if outcome.granted:
            raise
        # Whoever says no is obeyed, be the database locked, full or gone.
        logger.warning("A refusal could not be counted; it holds all the same.")
        return Recorded(receipt=None)


@transaction.atomic
def _record(outcome: Outcome, *, receipt_id: UUID, held: UUID | None) -> Recorded:
    earlier = ConsentReceipt.objects.filter(pk=held).first() if held else None
    due = outcome.receipt_is_due(holds_one=earlier is not None)
    kept = receipt_id if due else earlier.pk if earlier is not None else None
    if earlier is not None and outcome.changes_nothing:
        return Recorded(receipt=kept)
    if due:
        replaces = earlier.pk if earlier is not None else None
        if not _write_receipt(outcome, receipt_id=receipt_id, replaces=replaces):
            return Recorded(receipt=kept)
    _count(outcome)
    return Recorded(receipt=kept)


def _write_receipt(outcome: Outcome, *, receipt_id: UUID, replaces: UUID | None) -> bool:
    """Insert a receipt; return False where a copy of the same act has done so."""
    notice = notice_shown_in(outcome)
    now = timezone.now().replace(microsecond=0)
    document = canonical_json(
        document_of(
            outcome,
            receipt_id=receipt_id,
            at=now,
            replaces=replaces,
            policy_version=policy_version_now(),
        )
    )
    _keep_notice(notice.digest, notice.content)
    try:
        with transaction.atomic():
            ConsentReceipt.objects.create(
                pk=receipt_id,
                at=now,
                keep_until=keep_until(now, granted=bool(outcome.granted)),
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


def _count(outcome: Outcome) -> None:
    kinds = DailyChoice.Outcome
    if outcome.withdrawn and not outcome.granted:
        kind = kinds.WITHDRAWN
    elif not outcome.granted:
        kind = kinds.NOTHING
    else:
        kind = kinds.SOME if outcome.declined else kinds.ALL
    today = timezone.localdate()
    counted = DailyChoice.objects.filter(day=today, outcome=kind)
    if counted.update(count=F("count") + 1):
        return
    try:
        with transaction.atomic():
            DailyChoice.objects.create(day=today, outcome=kind, count=1)
    except IntegrityError:
        counted.update(count=F("count") + 1)
