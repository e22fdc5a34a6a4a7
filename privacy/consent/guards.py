"""Which rows of this part the database itself keeps as they are."""

from privacy.consent.models import EARLIEST_DAYS
from sens_site.lib.row_guards import Guard, register

GROUP_VERSION = register(Guard("consent_groupversion"))
EDITORIAL = register(Guard("consent_editorialnote", unique=(("group", "earlier", "later"),)))
NOTICE = register(Guard("consent_noticesnapshot", primary_key="digest"))
RECEIPT = register(
    Guard(
        "consent_consentreceipt",
        # What has been kept as long as was said may go, and nothing else.
        deletable={
            "sqlite": f"OLD.keep_until < date('now', '+{EARLIEST_DAYS} days')",
            "postgresql": f"OLD.keep_until < CURRENT_DATE + {EARLIEST_DAYS}",
        },
    )
)
SEAL = register(
    Guard("consent_receiptseal", primary_key="number", unique=(("receipt_id",), ("hash",)))
)
