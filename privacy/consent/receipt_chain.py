"""The chain over all receipts: written by the worker in batches, checked by anybody.

A chained insert would make visitors wait for each other, so a receipt enters the chain a minute
after it was given. Each link holds the digest of a receipt and the hash of the link before it;
whoever changes, removes or swaps a sealed row breaks the chain there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from privacy.consent.models import EARLIEST_DAYS, ConsentReceipt, NoticeSnapshot, ReceiptSeal
from privacy.consent.receipts import hash_of

START = "0" * 64
BATCH = 2000

SealRow = tuple[int, UUID, str, date, str, str]
ReceiptRow = tuple[UUID, str, str, date, str]


def link_hash(number: int, receipt_id: UUID, digest: str, keep_until: date, previous: str) -> str:
    """Return the hash of one link."""
    return hash_of(f"{number}|{receipt_id}|{digest}|{keep_until.isoformat()}|{previous}")


def seal_receipts(limit: int = BATCH) -> int:
    """Put the receipts that wait into the chain; return how many.

    Two workers that do so at once want the same numbers: one of them gets none, and tries again at
    its next round.
    """
    try:
        with transaction.atomic():
            return _seal(limit)
    except IntegrityError:
        return 0


def _seal(limit: int) -> int:
    last = ReceiptSeal.objects.order_by("-number").first()
    number, previous = (last.number, last.hash) if last else (0, START)
    seals = []
    for receipt in ConsentReceipt.objects.unsealed()[:limit]:
        number += 1
        link = link_hash(number, receipt.pk, receipt.digest, receipt.keep_until, previous)
        seals.append(
            ReceiptSeal(
                number=number,
                receipt_id=receipt.pk,
                digest=receipt.digest,
                keep_until=receipt.keep_until,
                previous_hash=previous,
                hash=link,
            )
        )
        previous = link
    ReceiptSeal.objects.bulk_create(seals)
    return len(seals)


@dataclass
class Verification:
    """What a look at the chain has found."""

    seals: int = 0
    receipts: int = 0
    waiting: int = 0
    head: str = START
    faults: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Tell whether nothing was found."""
        return not self.faults


def verify(
    seals: Iterable[SealRow],
    receipts: dict[UUID, ReceiptRow],
    notices: dict[str, str],
    *,
    today: date,
    known_heads: Iterable[tuple[int, str]] = (),
) -> Verification:
    """Check plain rows: every link, every receipt behind one, every notice behind a receipt.

    `known_heads` are pairs of number and hash that somebody has kept elsewhere; they show that the
    end of the chain was not cut off.
    """
    found = Verification()
    at: dict[int, str] = {}
    sealed: set[UUID] = set()
    for number, receipt_id, digest, keep_until, previous, link in seals:
        found.seals += 1
        if number != found.seals or previous != found.head:
            found.faults.append(f"The chain is broken before link {number}.")
        if link != link_hash(number, receipt_id, digest, keep_until, previous):
            found.faults.append(f"Link {number} has been changed.")
        found.head = at[number] = link
        sealed.add(receipt_id)
        row = receipts.get(receipt_id)
        if row is None:
            # A consent may have ended before its time, and its receipt been deleted for that.
            if keep_until - timedelta(days=EARLIEST_DAYS) >= today:
                found.faults.append(f"Receipt {receipt_id} of link {number} is missing.")
        elif (row[2], row[3]) != (digest, keep_until):
            found.faults.append(f"Receipt {receipt_id} is not the one that link {number} holds.")
    found.faults += [
        f"The chain does not hold the known link {number}."
        for number, link in known_heads
        if at.get(number) != link
    ]
    for row in receipts.values():
        found.receipts += 1
        found.waiting += row[0] not in sealed
        found.faults += _faults_of(row, notices)
    found.faults += [
        f"Notice {digest[:12]} has been changed."
        for digest, content in notices.items()
        if hash_of(content) != digest
    ]
    return found


def _faults_of(row: ReceiptRow, notices: dict[str, str]) -> Iterator[str]:
    receipt_id, document, digest, keep_until, notice = row
    if hash_of(document) != digest:
        yield f"Receipt {receipt_id} has been changed."
    said = (f'"receipt_id":"{receipt_id}"', f'"keep_until":"{keep_until}"', f'"{notice}"')
    if not all(words in document for words in said):
        yield f"Receipt {receipt_id} does not say what its row says."
    if notice not in notices:
        yield f"The notice of receipt {receipt_id} is missing."


def verify_stored(known_heads: Iterable[tuple[int, str]] = ()) -> Verification:
    """Check everything that is stored."""
    seals: Iterator[Any] = (
        ReceiptSeal.objects.order_by("number")
        .values_list("number", "receipt_id", "digest", "keep_until", "previous_hash", "hash")
        .iterator(5000)
    )
    receipts: dict[UUID, ReceiptRow] = {
        row[0]: row
        for row in ConsentReceipt.objects.values_list(
            "pk", "document", "digest", "keep_until", "notice_id"
        ).iterator(5000)
    }
    notices = dict(NoticeSnapshot.objects.values_list("digest", "content"))
    return verify(seals, receipts, notices, today=timezone.localdate(), known_heads=known_heads)
