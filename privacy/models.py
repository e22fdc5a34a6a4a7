"""Gathers the models of the four parts under the one app label `privacy`."""

from privacy.consent.models import (
    ConsentReceipt,
    DailyChoice,
    EditorialNote,
    GroupVersion,
    NoticeSnapshot,
    ReceiptSeal,
    ServiceSwitch,
)
from privacy.datamap.models import Erasure, IdleNotice
from privacy.policy.models import Policy, PolicyDraft, PolicyEvent, PolicyVersion
from privacy.policy.promises.models import PromiseResult

__all__ = [
    "ConsentReceipt",
    "DailyChoice",
    "EditorialNote",
    "Erasure",
    "GroupVersion",
    "IdleNotice",
    "NoticeSnapshot",
    "Policy",
    "PolicyDraft",
    "PolicyEvent",
    "PolicyVersion",
    "PromiseResult",
    "ReceiptSeal",
    "ServiceSwitch",
]
