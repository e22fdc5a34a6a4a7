"""What the worker does for consent."""

import logging

from outbox.jobs import periodic
from privacy.consent.models import ReceiptSeal
from privacy.consent.offer.switches import record_versions, unrecorded
from privacy.consent.receipt_chain import seal_receipts

logger = logging.getLogger(__name__)


@periodic("seal consent receipts", every_seconds=60)
def seal() -> object:
    """Put new receipts into the chain, and write its head where no database reaches: the log."""
    sealed = seal_receipts()
    if sealed:
        head = ReceiptSeal.objects.order_by("-number")[:1].get()
        logger.info("Consent receipts are sealed up to %s:%s", head.number, head.hash)
    return sealed


@periodic("keep versions of consent groups", every_seconds=3600, left=lambda: len(unrecorded()))
def keep_versions() -> object:
    """Notice that code or policy has changed what a group offers."""
    return record_versions()
