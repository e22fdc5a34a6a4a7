"""What can be said about one receipt: to the visitor who holds it, and to staff who are shown it."""

import json
from dataclasses import dataclass
from uuid import UUID

from privacy.consent.models import ConsentReceipt, ReceiptSeal
from privacy.consent.receipt_chain import link_hash
from privacy.consent.receipts import hash_of
from sens_site.lib.canonical_json import canonical_json


@dataclass(frozen=True, slots=True)
class ReceiptReport:
    """Whether a receipt is known, as it was written, and in the chain."""

    receipt: ConsentReceipt | None
    seal: ReceiptSeal | None
    unchanged: bool


def number_in(text: str) -> UUID | None:
    """Return a receipt's number, or None where the text is none."""
    try:
        return UUID(text) if len(text) <= 36 else None
    except ValueError:
        return None


def report_on(receipt_id: UUID | None) -> ReceiptReport:
    receipt = ConsentReceipt.objects.filter(pk=receipt_id).first() if receipt_id else None
    seal = ReceiptSeal.objects.filter(receipt_id=receipt_id).first() if receipt_id else None
    unchanged = receipt is not None and hash_of(receipt.document) == receipt.digest
    if receipt is not None and seal is not None:
        link = link_hash(
            seal.number, receipt.pk, receipt.digest, receipt.keep_until, seal.previous_hash
        )
        unchanged = unchanged and link == seal.hash
    return ReceiptReport(receipt=receipt, seal=seal, unchanged=unchanged)


def report_on_shown(text: str) -> tuple[ReceiptReport, bool]:
    """Check a receipt that somebody shows: its number, or the whole downloaded file.

    The second value tells whether what was shown is, word for word, what is stored.
    """
    text = text.strip()
    try:
        shown = json.loads(text)
    except ValueError:
        shown = None
    if isinstance(shown, dict):
        report = report_on(number_in(str(shown.get("receipt_id", ""))))
        stored = report.receipt.document if report.receipt else None
        return report, stored is not None and canonical_json(shown) == stored
    report = report_on(number_in(text))
    return report, report.receipt is not None
