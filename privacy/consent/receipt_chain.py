"""The chain over all receipts: written by the worker in batches, checked by anybody.

A chained insert would make visitors wait for each other, so a receipt enters the chain a minute
after it was given. Each link holds the digest of a receipt and the hash of the link before it;
whoever changes, removes or swaps a sealed row breaks the chain there.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from privacy.consent.models import EARLIEST_DAYS, ConsentReceipt, NoticeSnapshot, ReceiptSeal
from privacy.consent.receipts import hash_of
from privacy.policy.chains import START, Chain, Head, register_chain

BATCH = 2000
PORTION = 500
"""How many rows a look at the chain holds at a time; a statement takes only so many values."""

SealRow = tuple[int, UUID, str, date, str, str]
SEAL_COLUMNS = ("number", "receipt_id", "digest", "keep_until", "previous_hash", "hash")
ReceiptRow = tuple[UUID, str, str, date, str]
RECEIPT_COLUMNS = ("pk", "document", "digest", "keep_until", "notice_id")


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
    links: Iterable[tuple[SealRow, ReceiptRow | None]],
    unsealed: Iterable[ReceiptRow],
    notices: Iterable[tuple[str, str]],
    *,
    today: date,
    known_heads: Iterable[tuple[int, str]] = (),
) -> Verification:
    """Check plain rows: every link, every receipt behind one, every notice behind a receipt.

    `known_heads` are pairs of number and hash that somebody has kept elsewhere; they show that the
    end of the chain was not cut off. Nothing but the digests of notices is held in memory.
    """
    found, known = Verification(), list(known_heads)
    asked, at = {number for number, _ in known}, dict[int, str]()
    shown = set[str]()
    for digest, content in notices:
        shown.add(digest)
        if hash_of(content) != digest:
            found.faults.append(f"Notice {digest[:12]} has been changed.")
    for seal, row in links:
        found.seals += 1
        number, link = seal[0], seal[5]
        if (number, seal[4]) != (found.seals, found.head):
            found.faults.append(f"The chain is broken before link {number}.")
        found.faults += _faults_of_link(seal, row, today)
        found.head = link
        if number in asked:
            at[number] = link
        if row is not None:
            found.receipts += 1
            found.faults += _faults_of(row, shown)
    found.faults += [
        f"The chain does not hold the known link {number}."
        for number, link in known
        if at.get(number) != link
    ]
    for row in unsealed:
        found.receipts += 1
        found.waiting += 1
        found.faults += _faults_of(row, shown)
    return found


def _faults_of_link(seal: SealRow, row: ReceiptRow | None, today: date) -> Iterator[str]:
    number, receipt_id, digest, keep_until, previous, link = seal
    if link != link_hash(number, receipt_id, digest, keep_until, previous):
        yield f"Link {number} has been changed."
    if row is None:
        # A consent may have ended before its time, and its receipt been deleted for that.
        if keep_until - timedelta(days=EARLIEST_DAYS) >= today:
            yield f"Receipt {receipt_id} of link {number} is missing."
    elif (row[2], row[3]) != (digest, keep_until):
        yield f"Receipt {receipt_id} is not the one that link {number} holds."


def _faults_of(row: ReceiptRow, notices: set[str]) -> Iterator[str]:
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
    unsealed = ConsentReceipt.objects.unsealed().values_list(*RECEIPT_COLUMNS)
    notices = NoticeSnapshot.objects.values_list("digest", "content")
    return verify(
        _stored_links(),
        unsealed.iterator(PORTION),
        notices.iterator(PORTION),
        today=timezone.localdate(),
        known_heads=known_heads,
    )


def head() -> Head:
    """Return the newest link."""
    newest = ReceiptSeal.objects.order_by("-number").values_list("number", "hash").first()
    return Head(*newest) if newest else Head(0, START)


def hashes_at(sizes: Collection[int]) -> dict[int, str]:
    """Return the hashes of links by their numbers."""
    return dict(ReceiptSeal.objects.filter(number__in=sizes).values_list("number", "hash"))


def faults() -> list[str]:
    """Say what is wrong with the chain as it is stored."""
    return verify_stored().faults


register_chain(
    Chain("receipts", head=head, hashes_at=hashes_at, faults=faults, before_night=seal_receipts)
)


def _stored_links() -> Iterator[tuple[SealRow, ReceiptRow | None]]:
    """Yield each link with the receipt behind it, by portions: the chain only grows."""
    seals: Iterator[Any] = (
        ReceiptSeal.objects.order_by("number").values_list(*SEAL_COLUMNS).iterator(PORTION)
    )
    while portion := list(islice(seals, PORTION)):
        behind = ConsentReceipt.objects.filter(pk__in=[seal[1] for seal in portion])
        receipts: dict[UUID, Any] = {row[0]: row for row in behind.values_list(*RECEIPT_COLUMNS)}
        for seal in portion:
            yield seal, receipts.get(seal[1])
