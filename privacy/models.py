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
from privacy.policy.models import (
    Policy,
    PolicyAcknowledgement,
    PolicyDraft,
    PolicyEvent,
    PolicyVersion,
)
from privacy.policy.promises.models import PromiseResult
from privacy.rights.models import (
    ExportFile,
    MailedLink,
    RequestEvent,
    RequestNote,
    SubjectRequest,
    VendorTask,
)

__all__ = [
    "ConsentReceipt",
    "DailyChoice",
    "EditorialNote",
    "Erasure",
    "ExportFile",
    "GroupVersion",
    "IdleNotice",
    "MailedLink",
    "NoticeSnapshot",
    "Policy",
    "PolicyAcknowledgement",
    "PolicyDraft",
    "PolicyEvent",
    "PolicyVersion",
    "PromiseResult",
    "ReceiptSeal",
    "RequestEvent",
    "RequestNote",
    "ServiceSwitch",
    "SubjectRequest",
    "VendorTask",
]
